//! The way out: TLS to public addresses, or by the operator's routes. Redirects are not followed; the plugin sees them and
//! may ask for the new address, which is checked like any other.

use std::error::Error as _;

use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use url::Url;

use crate::address::{NotPublic, PublicResolver};
use crate::payload::Body;
use crate::routes::Routes;

/// Both ways out.
pub(crate) struct Egress {
    routes: Routes,
    public: Client<HttpsConnector<HttpConnector<PublicResolver>>, Body>,
    routed: Client<HttpsConnector<HttpConnector>, Body>,
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
#[error("{}", plainly(.0))]
pub(crate) struct EgressError(Error);

/// Without the address: it may hold a credential.
fn plainly(error: &Error) -> &'static str {
    if error.is_connect() { "the vendor cannot be reached" } else { "the connection to the vendor broke off" }
}

impl EgressError {
    pub(crate) fn is_not_public(&self) -> bool {
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let inner = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
            if error.is::<NotPublic>() || inner.is_some_and(|inner| inner.is::<NotPublic>()) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl Egress {
    pub(crate) fn new(routes: Routes) -> Egress {
        let mut public = HttpConnector::new_with_resolver(PublicResolver::system());
        public.enforce_http(false);
        public.set_connect_timeout(Some(std::time::Duration::from_secs(10)));
        let mut routed = HttpConnector::new();
        routed.enforce_http(false);
        let public = hyper_rustls::HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_only()
            .enable_http1()
            .wrap_connector(public);
        let routed = hyper_rustls::HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(routed);
        let client = || Client::builder(TokioExecutor::new());
        Egress {
            routes,
            public: client().pool_max_idle_per_host(4).build(public),
            routed: client().pool_max_idle_per_host(4).build(routed),
        }
    }

    /// Where a request for an address goes.
    pub(crate) fn address(&self, url: &Url) -> Url {
        let Some(route) = url.host_str().and_then(|host| self.routes.of(host)) else { return url.clone() };
        let mut routed = route.clone();
        routed.set_path(url.path());
        routed.set_query(url.query());
        routed
    }

    pub(crate) async fn send(&self, request: hyper::Request<Body>) -> Result<hyper::Response<Incoming>, EgressError> {
        // A route is an address that the operator wrote; everything else is public and encrypted.
        let routed = request
            .headers()
            .get(hyper::header::HOST)
            .and_then(|host| host.to_str().ok())
            .map(|host| host.split(':').next().unwrap_or(host))
            .is_some_and(|host| self.routes.of(host).is_some());
        let sent = if routed { self.routed.request(request) } else { self.public.request(request) };
        sent.await.map_err(EgressError)
    }
}
