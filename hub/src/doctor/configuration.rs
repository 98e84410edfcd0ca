use std::net::IpAddr;

use axum::http::Uri;

use crate::config::Config;
use crate::edge::auth::Settings;
use crate::mail::{Carrier, CarrierError};
use crate::store::health::{Finding, Severity};

/// What the settings say, without asking anybody.
pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |severity, code, what: &str, remedy| findings.push(Finding::new(severity, code, what, remedy));
    let public = config.public_url.as_deref();
    let reached = public.and_then(|url| url.parse::<Uri>().ok()).filter(|url| url.scheme().is_some());
    let https = reached.as_ref().and_then(Uri::scheme_str) == Some("https");
    let outside = reached.as_ref().and_then(Uri::host).is_some_and(|host| !is_loopback(host));
    if public.is_some() && reached.as_ref().and_then(Uri::host).is_none() {
        let what = "HUB_PUBLIC_URL is not an address with a host";
        find(Severity::Error, "config.public_url", what, "for example https://hub.example.com");
    } else if outside && !https {
        let what = "people reach the hub without TLS: passwords and guest lists can be read on the way";
        find(
            Severity::Error,
            "config.tls",
            what,
            "put a TLS proxy in front, and set HUB_PUBLIC_URL to its https address",
        );
    } else if !config.listen.ip().is_loopback() && !https {
        let what = "the hub listens to other machines, and nothing says that TLS stands in front of it";
        let remedy = "listen on loopback behind a TLS proxy, and set HUB_PUBLIC_URL to its https address";
        find(Severity::Warning, "config.tls", what, remedy);
    }
    if public.is_none() && !config.listen.ip().is_loopback() {
        let what = "links in mails lead to the address that the hub listens on";
        find(Severity::Warning, "config.public_url", what, "set HUB_PUBLIC_URL");
    }
    match Carrier::new(config.smtp_url.as_deref(), &config.mail_from, &config.data.join("mail")) {
        Err(CarrierError::From) => {
            let remedy = "set HUB_MAIL_FROM to an address such as FashionOS Hub <hub@example.com>";
            find(Severity::Error, "mail.sender", "HUB_MAIL_FROM is not an address", remedy);
        }
        Err(_) => {
            let remedy = "set HUB_SMTP_URL to smtps://user:password@mail.example.com";
            find(Severity::Error, "mail.server", "HUB_SMTP_URL is not the address of a mail server", remedy);
        }
        Ok(_) if config.smtp_url.is_none() => {
            // Nobody outside this machine waits for a mail.
            let severity = if outside { Severity::Warning } else { Severity::Note };
            let what = "mails are files in the data folder: nobody gets them";
            find(severity, "mail.folder", what, "set HUB_SMTP_URL and HUB_MAIL_FROM");
        }
        Ok(_) if config.mail_from.contains("@localhost") => {
            let what = "mails come from localhost: most servers refuse them";
            find(Severity::Warning, "mail.sender", what, "set HUB_MAIL_FROM");
        }
        Ok(_) => {}
    }
    if let Err(error) = Settings::new(config, public.unwrap_or("http://localhost")) {
        let what = format!("HUB_IDENTITY_PROVIDERS: {error}");
        find(Severity::Error, "config.identity_providers", &what, "correct the file; see auth.md");
    }
    findings
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.ends_with(".localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn codes(change: impl FnOnce(&mut Config)) -> Vec<(&'static str, Severity)> {
        let mut config = Config::for_test(Path::new("/nowhere"), String::new(), String::new());
        change(&mut config);
        examine(&config).into_iter().map(|finding| (finding.code, finding.severity)).collect()
    }

    #[test]
    fn a_hub_for_oneself_is_well() {
        assert_eq!(codes(|_| {}), [("mail.folder", Severity::Note)]);
    }

    #[test]
    fn a_hub_behind_tls_with_a_mail_server_is_well() {
        let none = codes(|config| {
            config.listen = "0.0.0.0:7700".parse().expect("an address");
            config.public_url = Some("https://hub.example.com".into());
            config.smtp_url = Some("smtps://user:secret@mail.example.com".into());
            config.mail_from = "Hub <hub@example.com>".into();
        });
        assert_eq!(none, []);
    }

    #[test]
    fn each_defect_has_its_code() {
        let open = codes(|config| config.listen = "0.0.0.0:7700".parse().expect("an address"));
        assert!(open.contains(&("config.tls", Severity::Warning)), "{open:?}");
        assert!(open.contains(&("config.public_url", Severity::Warning)), "{open:?}");
        let plain = codes(|config| config.public_url = Some("http://hub.example.com".into()));
        assert!(plain.contains(&("config.tls", Severity::Error)), "{plain:?}");
        assert!(plain.contains(&("mail.folder", Severity::Warning)), "{plain:?}");
        let none = codes(|config| config.public_url = Some("hub".into()));
        assert!(none.contains(&("config.public_url", Severity::Error)), "{none:?}");
        assert!(!none.contains(&("config.tls", Severity::Error)), "{none:?}");
        let none = codes(|config| config.public_url = Some("/path only".into()));
        assert!(none.contains(&("config.public_url", Severity::Error)), "{none:?}");
        let sender = codes(|config| config.mail_from = "nobody".into());
        assert!(sender.contains(&("mail.sender", Severity::Error)), "{sender:?}");
        let localhost = codes(|config| config.smtp_url = Some("smtp://mail.example.com".into()));
        assert!(localhost.contains(&("mail.sender", Severity::Warning)), "{localhost:?}");
        let server = codes(|config| config.smtp_url = Some("mail.example.com".into()));
        assert!(server.contains(&("mail.server", Severity::Error)), "{server:?}");
        let providers = codes(|config| config.identity_providers = Some("/nowhere/providers.json".into()));
        assert!(providers.contains(&("config.identity_providers", Severity::Error)), "{providers:?}");
    }
}
