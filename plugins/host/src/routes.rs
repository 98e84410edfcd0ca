//! Hosts that the operator sends elsewhere: to an egress proxy, or to a vendor's sandbox on this machine. The allow-list is
//! checked on the real name before.

use std::str::FromStr;

use url::Url;

/// `HOST=URL` pairs; a host may begin with `*.`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes(Vec<(String, Url)>);

/// Why a list of routes cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not HOST=URL with http or https and no path")]
pub struct RouteError(String);

impl FromStr for Routes {
    type Err = RouteError;

    /// Reads a list separated by commas.
    fn from_str(text: &str) -> Result<Routes, RouteError> {
        text.split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let refused = || RouteError(pair.to_owned());
                let (host, url) = pair.split_once('=').ok_or_else(refused)?;
                let url = Url::parse(url).map_err(|_| refused())?;
                let plain = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
                if host.is_empty() || !plain { Err(refused()) } else { Ok((host.to_owned(), url)) }
            })
            .collect::<Result<_, _>>()
            .map(Routes)
    }
}

impl Routes {
    /// Where requests for a host go instead.
    pub(crate) fn of(&self, host: &str) -> Option<&Url> {
        self.0
            .iter()
            .find(|(pattern, _)| match pattern.strip_prefix("*.") {
                Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
                None => pattern == host,
            })
            .map(|(_, url)| url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_route_that_fits_is_taken() {
        let routes: Routes =
            "api.example.com=http://127.0.0.1:4501, *.example.com=http://127.0.0.1:4502".parse().expect("routes");
        assert_eq!(routes.of("api.example.com").map(Url::as_str), Some("http://127.0.0.1:4501/"));
        assert_eq!(routes.of("shop.example.com").map(Url::as_str), Some("http://127.0.0.1:4502/"));
        assert_eq!(routes.of("example.com"), None);
        assert_eq!(routes.of("evilexample.com"), None);
    }

    #[test]
    fn what_is_no_route_is_named() {
        for text in ["api.example.com", "a=ftp://x", "a=http://x/path", "=http://x", "a=not a url"] {
            assert_eq!(text.parse::<Routes>(), Err(RouteError(text.into())));
        }
    }
}
