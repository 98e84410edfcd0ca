use axum::http::Uri;

use super::providers::{ProviderError, Providers};
use crate::config::{Config, SignUp};

/// What the configuration says about accounts.
pub struct Settings {
    /// Where people reach this hub, without a slash at the end.
    pub public_url: String,
    /// Everybody may make an account.
    pub open: bool,
    /// Outside identity providers.
    pub providers: Providers,
    origins: Vec<(String, String)>,
}

impl Settings {
    /// Reads the configuration; `public_url` is where the hub is reached.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub fn new(config: &Config, public_url: &str) -> Result<Self, ProviderError> {
        let own = std::iter::once(public_url);
        let origins = own.chain(config.redirect_origins.iter().map(String::as_str)).filter_map(origin).collect();
        Ok(Self {
            public_url: public_url.to_owned(),
            open: config.sign_up == SignUp::Open,
            providers: Providers::load(config.identity_providers.as_deref())?,
            origins,
        })
    }

    /// Where somebody asked to be sent afterwards, if that is an application of this hub. Anything else is passed over, as
    /// GoTrue does: whoever asks for a mail to somebody else must not choose where its secrets go.
    pub fn redirect(&self, wanted: Option<&str>) -> Option<String> {
        let wanted = wanted?;
        (wanted.len() <= 2000 && self.origins.contains(&origin(wanted)?)).then(|| wanted.to_owned())
    }
}

/// Scheme and authority of an http(s) address, lower-case.
fn origin(address: &str) -> Option<(String, String)> {
    // What browsers take for something else than the parser here does.
    if address.chars().any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\\') {
        return None;
    }
    let uri: Uri = address.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?.to_ascii_lowercase(), uri.authority()?.as_str().to_ascii_lowercase());
    (matches!(scheme.as_str(), "http" | "https") && !authority.contains('@')).then_some((scheme, authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_to_named_origins_only() {
        let mut config = Config::for_test(std::path::Path::new("."), String::new(), String::new());
        config.redirect_origins = vec!["https://app.example".into(), "http://localhost:3000".into()];
        let settings = Settings::new(&config, "https://hub.example").expect("settings");
        for good in [
            "https://app.example",
            "https://APP.example/welcome?a=b",
            "http://localhost:3000/x",
            "https://hub.example/y",
        ] {
            assert_eq!(settings.redirect(Some(good)).as_deref(), Some(good));
        }
        for bad in [
            "https://evil.example",
            "https://app.example.evil.example",
            "https://app.example@evil.example",
            "https://evil.example#https://app.example",
            "https://evil.example/https://app.example",
            "http://app.example",
            "https://app.example:444",
            "http://localhost",
            "//app.example",
            "/relative",
            "javascript:alert(1)//https://app.example",
            "https:\\\\app.example",
            "https://app.example\\@evil.example",
            "https://app.example\n.evil.example",
            "",
        ] {
            assert_eq!(settings.redirect(Some(bad)), None, "{bad:?}");
        }
        assert_eq!(settings.redirect(None), None);
    }
}
