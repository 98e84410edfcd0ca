//! Whether a request may be sent at all: decided from the manifest alone, before anything is looked up or opened.

use std::collections::HashSet;

use url::Url;

use crate::contract::{Authorization, Effect, Fault};
use crate::endpoint::Endpoint;
use crate::manifest::{Credential, Manifest};
use crate::recorded::RecordedRequest;

const MAX_URL: usize = 8 * 1024;
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 * 1024;
const MAX_KEY: usize = 255;

/// Headers that are the hub's business: they steer the connection, say who asks, or would hide a credential in an answer.
const NOT_FOR_PLUGINS: [&str; 20] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range-unit",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-for",
];

/// A request that the manifest allows.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    pub(crate) url: Url,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) credential: Option<&'a Credential>,
    /// The key of its effect, and whether the plugin has looked.
    pub(crate) effect: Option<EffectKey<'a>>,
}

/// The effect of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EffectKey<'a> {
    pub(crate) key: &'a str,
    /// Whether it may be sent although an earlier attempt began it.
    pub(crate) repeatable: bool,
}

fn denied<T>(code: &str, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::new(code, message))
}

/// Checks a request. `named` holds the addresses that answers of this run have named, by endpoint.
pub(crate) fn permit<'a>(
    manifest: &'a Manifest,
    account: &str,
    named: &HashSet<(String, String)>,
    request: &'a RecordedRequest,
) -> Result<Permit<'a>, Fault> {
    if request.url.len() > MAX_URL {
        return denied("url_too_long", format!("an address has at most {MAX_URL} bytes"));
    }
    let Ok(url) = Url::parse(&request.url) else {
        return denied("url_invalid", "the address cannot be read");
    };
    if request.url.bytes().any(|b| b <= b' ' || b == b'\\' || b == 0x7f) {
        return denied("url_invalid", "an address holds no spaces, backslashes or control characters");
    }
    let allowed = |endpoint: &&Endpoint| {
        endpoint.allows(&request.method, &url, account)
            && endpoint.only_named_by.as_ref().is_none_or(|by| named.contains(&(by.clone(), url.as_str().to_owned())))
    };
    let Some(endpoint) = manifest.endpoints.iter().find(allowed) else {
        return denied("host_not_allowed", format!("{} {} is not in the manifest", request.method, brief(&url)));
    };
    headers(manifest, request)?;
    Ok(Permit {
        credential: credential(manifest, endpoint, request)?,
        effect: effect(endpoint, request)?,
        url,
        endpoint,
    })
}

/// Scheme, host, port and path: what a log may show.
pub(crate) fn brief(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let text = format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path());
    text.chars().take(300).collect()
}

fn headers(manifest: &Manifest, request: &RecordedRequest) -> Result<(), Fault> {
    let bytes: usize = request.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if request.headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return denied(
            "headers_too_large",
            format!("at most {MAX_HEADERS} headers of {MAX_HEADER_BYTES} bytes together"),
        );
    }
    for (name, value) in &request.headers {
        let lower = name.to_ascii_lowercase();
        let of_credential = manifest
            .credentials
            .iter()
            .any(|c| c.header.as_ref().is_some_and(|header| header.eq_ignore_ascii_case(name)));
        let of_key = manifest
            .endpoints
            .iter()
            .any(|e| e.idempotency_header.as_ref().is_some_and(|header| header.eq_ignore_ascii_case(name)));
        if NOT_FOR_PLUGINS.contains(&lower.as_str()) || lower.starts_with("proxy-") || of_credential || of_key {
            return denied(
                "header_not_allowed",
                format!("`{}` is set by the hub", lower.chars().take(100).collect::<String>()),
            );
        }
        if hyper::header::HeaderName::from_bytes(name.as_bytes()).is_err()
            || hyper::header::HeaderValue::from_str(value).is_err()
        {
            return denied("header_invalid", "a header's name or value holds what no header may");
        }
    }
    Ok(())
}

fn credential<'a>(
    manifest: &'a Manifest,
    endpoint: &Endpoint,
    request: &RecordedRequest,
) -> Result<Option<&'a Credential>, Fault> {
    let (name, has_place): (&String, fn(&Credential) -> bool) = match &request.authorization {
        Authorization::None => return Ok(None),
        Authorization::Bearer(name) | Authorization::Basic(name) => (name, |_| true),
        Authorization::Header(name) => (name, |credential| credential.header.is_some()),
        Authorization::Query(name) => (name, |credential| credential.query.is_some()),
        Authorization::SignedForm(name) => (name, |credential| credential.signature.is_some()),
    };
    if !endpoint.credentials.contains(name) {
        return denied("credential_not_allowed", format!("`{name}` may not be sent to `{}`", endpoint.name));
    }
    match manifest.credential(name) {
        Some(credential) if has_place(credential) => Ok(Some(credential)),
        _ => denied("credential_not_allowed", format!("the manifest does not say how `{name}` is added so")),
    }
}

fn effect<'a>(endpoint: &Endpoint, request: &'a RecordedRequest) -> Result<Option<EffectKey<'a>>, Fault> {
    let (key, repeatable) = match &request.effect {
        Effect::Read if matches!(request.method.as_str(), "GET" | "HEAD") || endpoint.reads_by_post => return Ok(None),
        Effect::Read => {
            return denied("effect_undeclared", format!("{} changes something: it needs an effect", request.method));
        }
        Effect::Idempotent(key) | Effect::OnceChecked(key) => (key, true),
        Effect::Once(key) => (key, false),
    };
    if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return denied("key_invalid", format!("the key of an effect has 1 to {MAX_KEY} visible ASCII characters"));
    }
    Ok(Some(EffectKey { key, repeatable }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::CONTRACT;

    fn manifest() -> Manifest {
        let manifest = serde_json::json!({
            "key": "shop", "name": "Shop", "publisher": "Somebody", "version": "1.0.0", "contract": CONTRACT,
            "jobs": [{"name": "pull", "title": "Fetch"}],
            "credentials": [{"name": "shop", "kind": "key", "header": "x-shop-token"}, {"name": "other", "kind": "key"}],
            "endpoints": [
                {"name": "api", "host": "api.example.com", "path": "/v1", "methods": ["GET", "POST"], "credentials": ["shop"], "idempotency_header": "idempotency-key"},
                {"name": "graph", "host": "graph.example.com", "methods": ["POST"], "reads_by_post": true, "credentials": ["shop"]},
                {"name": "upload", "host": "*.storage.example.com", "methods": ["PUT"], "only_named_by": "api"}
            ]
        });
        Manifest::parse(manifest.to_string().as_bytes()).expect("a manifest")
    }

    fn code(change: impl FnOnce(&mut RecordedRequest)) -> String {
        let mut request: RecordedRequest =
            serde_json::from_value(serde_json::json!({"method": "GET", "url": "https://api.example.com/v1/things"}))
                .expect("a request");
        change(&mut request);
        let manifest = manifest();
        let named = HashSet::from([("api".to_owned(), "https://eu.storage.example.com/put?sig=1".to_owned())]);
        match permit(&manifest, "", &named, &request) {
            Ok(permit) => permit.endpoint.name.clone(),
            Err(fault) => fault.code,
        }
    }

    #[test]
    fn a_request_needs_an_entry_and_its_write_an_effect() {
        assert_eq!(code(|_| ()), "api");
        assert_eq!(code(|r| r.url = "https://elsewhere.example.com/".into()), "host_not_allowed");
        assert_eq!(code(|r| r.method = "DELETE".into()), "host_not_allowed");
        assert_eq!(code(|r| r.method = "POST".into()), "effect_undeclared");
        assert_eq!(code(|r| (r.method, r.effect) = ("POST".into(), Effect::Once("k".into()))), "api");
        assert_eq!(code(|r| r.effect = Effect::Once(" ".into())), "key_invalid");
        assert_eq!(code(|r| (r.method, r.url) = ("POST".into(), "https://graph.example.com/".into())), "graph");
    }

    #[test]
    fn a_credential_goes_where_it_belongs_and_as_the_manifest_says() {
        assert_eq!(code(|r| r.authorization = Authorization::Header("shop".into())), "api");
        assert_eq!(code(|r| r.authorization = Authorization::Query("shop".into())), "credential_not_allowed");
        assert_eq!(code(|r| r.authorization = Authorization::Bearer("other".into())), "credential_not_allowed");
        assert_eq!(code(|r| r.authorization = Authorization::Bearer("unknown".into())), "credential_not_allowed");
    }

    #[test]
    fn a_plugin_sets_no_header_that_is_the_hub_s() {
        for header in [
            "Host",
            "transfer-encoding",
            "Authorization",
            "X-Shop-Token",
            "Idempotency-Key",
            "Accept-Encoding",
            "Proxy-Foo",
        ] {
            assert_eq!(code(|r| r.headers.push((header.into(), "x".into()))), "header_not_allowed", "{header}");
        }
        for (name, value) in [("x", "a\r\nHost: evil"), ("a b", "x"), ("x:", "y"), ("x", "\0")] {
            assert_eq!(code(|r| r.headers.push((name.into(), value.into()))), "header_invalid", "{name}");
        }
        assert_eq!(code(|r| r.headers = vec![("x".into(), "y".into()); 65]), "headers_too_large");
    }

    #[test]
    fn a_presigned_address_is_allowed_when_the_vendor_named_it_and_only_as_named() {
        let put = |url: &str| {
            code(|r| (r.method, r.url, r.effect) = ("PUT".into(), url.into(), Effect::Idempotent("k".into())))
        };
        assert_eq!(put("https://eu.storage.example.com/put?sig=1"), "upload");
        assert_eq!(put("https://eu.storage.example.com/put?sig=2"), "host_not_allowed");
        assert_eq!(put("https://us.storage.example.com/put?sig=1"), "host_not_allowed");
    }

    #[test]
    fn an_address_that_two_parsers_could_read_differently_is_refused() {
        for url in [
            "https://api.example.com\\@evil.net/v1",
            "https://api.example.com/v1 x",
            "https://api.example.com/v1\tx",
            "not one",
        ] {
            assert_eq!(code(|r| r.url = url.into()), "url_invalid", "{url}");
        }
        assert_eq!(code(|r| r.url = format!("https://api.example.com/v1/{}", "a".repeat(9_000))), "url_too_long");
    }
}
