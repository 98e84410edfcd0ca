//! Where a plugin may send requests: scheme, host, port, method and path, and how often.

use serde::{Deserialize, Serialize};
use url::Url;

/// One entry of the allow-list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    pub name: String,
    /// A host name, or `*.` and a domain of at least two labels for any host below it. Never an address.
    pub host: String,
    /// The host is the account of the connection, so that a shop's token goes to that shop only.
    #[serde(default)]
    pub account_only: bool,
    #[serde(default = "https")]
    pub port: u16,
    /// What the path begins with; whole segments: `/admin/api` does not allow `/admin/apis`.
    #[serde(default = "root")]
    pub path: String,
    pub methods: Vec<String>,
    /// Requests that only read may use methods other than GET and HEAD (GraphQL).
    #[serde(default)]
    pub reads_by_post: bool,
    /// The header in which the vendor takes an idempotency key.
    #[serde(default)]
    pub idempotency_header: Option<String>,
    /// Credentials that may be sent there.
    #[serde(default)]
    pub credentials: Vec<String>,
    #[serde(default)]
    pub rate: Option<Rate>,
    /// Largest answer, bytes.
    #[serde(default = "two_mebibytes")]
    pub answer_bytes: u32,
    /// Addresses that answers of another endpoint of this manifest named in the same run (presigned uploads), and nothing
    /// else on that host.
    #[serde(default)]
    pub only_named_by: Option<String>,
}

/// A vendor's limit for one connection.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Units that come back each second.
    pub per_second: f64,
    /// Units that may be used at once.
    pub burst: u32,
}

fn https() -> u16 {
    443
}

fn root() -> String {
    "/".into()
}

fn two_mebibytes() -> u32 {
    2 << 20
}

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Endpoint {
    /// Whether the entry itself makes sense; the problem otherwise.
    pub fn check(&self) -> Result<(), String> {
        let plain = self.host.strip_prefix("*.").unwrap_or(&self.host);
        let labels = plain.split('.').count();
        let is_name = plain.len() <= 253
            && plain.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                    && !label.starts_with('-')
            })
            && plain.rsplit('.').next().is_some_and(|last| last.bytes().any(|b| b.is_ascii_lowercase()));
        if !is_name || labels < 2 {
            return Err(format!("`{}` is not a host name of two labels or more in small letters", self.host));
        }
        if !self.path.starts_with('/') || self.path.contains(['?', '#', '%', '\\']) {
            return Err(format!("`{}` is not the beginning of a path", self.path));
        }
        if self.methods.is_empty() || self.methods.iter().any(|method| !METHODS.contains(&method.as_str())) {
            return Err(format!("methods are some of {METHODS:?}"));
        }
        if self.rate.is_some_and(|rate| !(rate.per_second > 0.0 && rate.per_second <= 100_000.0) || rate.burst == 0) {
            return Err("a rate is more than 0 and at most 100,000 a second".into());
        }
        if !(1..=64 << 20).contains(&self.answer_bytes) {
            return Err("an answer has at most 64 MiB".into());
        }
        Ok(())
    }

    /// Whether a request may go there. The address has to be parsed by the one parser that also sends it.
    pub fn allows(&self, method: &str, url: &Url, account: &str) -> bool {
        let Some(url::Host::Domain(host)) = url.host() else { return false };
        url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.port_or_known_default() == Some(self.port)
            && self.methods.iter().any(|allowed| allowed == method)
            && self.host_matches(host)
            && (!self.account_only || host == account)
            && below(url.path(), &self.path)
    }

    fn host_matches(&self, host: &str) -> bool {
        match self.host.strip_prefix("*.") {
            Some(domain) => {
                host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.')).is_some_and(|rest| !rest.is_empty())
            }
            None => self.host == host,
        }
    }
}

/// Whether a path lies below another, by whole segments, and does not climb out of it by encoded dots or slashes.
fn below(path: &str, prefix: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    if lower.contains("%2e") || lower.contains("%2f") || lower.contains("%5c") || lower.contains('\\') {
        return false;
    }
    match path.strip_prefix(prefix) {
        Some(rest) => prefix.ends_with('/') || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(host: &str, path: &str) -> Endpoint {
        serde_json::from_value(
            serde_json::json!({"name": "api", "host": host, "path": path, "methods": ["GET", "POST"]}),
        )
        .expect("an endpoint")
    }

    fn allows(host: &str, path: &str, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| endpoint(host, path).allows("GET", &url, ""))
    }

    #[test]
    fn a_request_goes_where_the_manifest_says() {
        assert!(allows("api.example.com", "/v1", "https://api.example.com/v1/things?x=1"));
        assert!(allows("api.example.com", "/v1", "https://api.example.com:443/v1"));
        assert!(allows("*.example.com", "/", "https://eu.api.example.com/"));
    }

    #[test]
    fn and_nowhere_else() {
        for url in [
            "http://api.example.com/v1",
            "https://api.example.com:8443/v1",
            "https://api.example.com/v10",
            "https://api.example.com/",
            "https://api.example.com/v1/../admin",
            "https://api.example.com/v1/%2e%2e/admin",
            "https://api.example.com/v1%2f..%2fadmin",
            "https://api.example.com@evil.example.net/v1",
            "https://user:word@api.example.com/v1",
            "https://api.example.com.evil.net/v1",
            "https://evil.net/v1#api.example.com",
            "https://127.0.0.1/v1",
            "https://2130706433/v1",
            "https://[::ffff:127.0.0.1]/v1",
            "https://169.254.169.254/v1",
        ] {
            assert!(!allows("api.example.com", "/v1", url), "{url}");
        }
        assert!(!allows("*.example.com", "/", "https://example.com/"));
        assert!(!allows("*.example.com", "/", "https://evilexample.com/"));
    }

    #[test]
    fn a_shop_s_endpoint_is_that_shop_alone() {
        let shops = Endpoint { account_only: true, ..endpoint("*.example.com", "/") };
        let allows = |url: &str| shops.allows("GET", &Url::parse(url).expect("an address"), "vale.example.com");
        assert!(allows("https://vale.example.com/"));
        assert!(!allows("https://other.example.com/"));
        assert!(!allows("https://vale.example.com.evil.net/"));
    }

    #[test]
    fn addresses_and_whole_domains_are_no_hosts() {
        for host in [
            "127.0.0.1",
            "localhost",
            "*.com",
            "*",
            "",
            "API.example.com",
            "a..b",
            "[::1]",
            "example.com:80",
            "*.*.com",
        ] {
            assert!(endpoint(host, "/").check().is_err(), "{host}");
        }
        assert_eq!(endpoint("*.myshopify.com", "/admin/api").check(), Ok(()));
    }
}
