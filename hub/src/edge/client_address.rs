use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

use crate::sealing::{Agent, Origin};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies that are believed when they say for whom they ask.
pub type Proxies = Arc<[IpNet]>;

/// Finds out from where a request is, before anybody asks: the address of the connection, or what proxies of the configuration
/// say in `X-Forwarded-For`. From here on both the connection's address and the header are that one address, whatever the
/// client has written there.
pub async fn find(State(proxies): State<Proxies>, mut request: Request) -> Request {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() else {
        request.headers_mut().remove(FORWARDED_FOR);
        return request;
    };
    let client = believed(peer.ip(), request.headers(), &proxies);
    let port = if client == peer.ip().to_canonical() { peer.port() } else { 0 };
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, port)));
    let value = HeaderValue::from_str(&client.to_string()).expect("addresses are header values");
    request.headers_mut().insert(FORWARDED_FOR, value);
    request
}

/// From where a request is, as [`find`] has found, and by which program.
pub fn of(headers: &HeaderMap) -> Option<Origin> {
    let address = headers.get(FORWARDED_FOR)?.to_str().ok()?.parse().ok()?;
    let agent = Agent::new(headers.get(USER_AGENT).map_or(b"", HeaderValue::as_bytes));
    Some(Origin { address, agent })
}

/// Each proxy adds whom it was asked by to the end: what the first one wrote that is not ours is believed, nothing before it.
fn believed(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let ours = |address: &IpAddr| proxies.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    let said: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    for text in said.into_iter().rev() {
        if !ours(&client) {
            break;
        }
        match parse(text) {
            Some(address) => client = address.to_canonical(),
            None => break,
        }
    }
    client
}

/// An address, with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, said: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(value).expect("a value"));
        }
        let proxies: Vec<IpNet> = proxies.iter().map(|net| net.parse().expect("a network")).collect();
        believed(peer.parse().expect("an address"), &headers, &proxies).to_string()
    }

    #[test]
    fn only_our_proxies_are_believed_and_only_as_far_as_they_know() {
        assert_eq!(from("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1", "nobody is believed by default");
        assert_eq!(from("192.0.2.1", &["198.51.100.7"], &["10.0.0.0/8"]), "192.0.2.1", "a stranger");
        assert_eq!(from("10.0.0.1", &["198.51.100.7"], &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.7"], &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(
            from("10.0.0.1", &["6.6.6.6, 198.51.100.7"], &["10.0.0.0/8"]),
            "198.51.100.7",
            "a lie of the client"
        );
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "198.51.100.7, 10.9.9.9"], &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(from("10.0.0.1", &["10.0.0.9"], &["10.0.0.0/8"]), "10.0.0.9", "one of ours asks for itself");
        assert_eq!(from("10.0.0.1", &["nonsense"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(from("::1", &["[2001:db8::7]:4711"], &["::1/128"]), "2001:db8::7");
        assert_eq!(from("127.0.0.1", &["198.51.100.7:4711"], &["127.0.0.1/32"]), "198.51.100.7");
    }
}
