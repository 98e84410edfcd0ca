use crate::store::outbox::{Kind, Letter};

/// A mail in words.
pub struct Words {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// The words of a letter. Its link leads to the hub's own page, with the secret behind the `#`: no server on the way sees
/// it, and no mail scanner that follows links uses it up.
pub fn words(letter: &Letter, public_url: &str) -> Words {
    let organization = letter.organization.as_deref().unwrap_or_default();
    let (subject, lead, action) = match letter.kind {
        Kind::Signup => (
            "Confirm your address",
            "Somebody, probably you, asked for an account with this address.".to_owned(),
            Some(("signup", "Confirm the address")),
        ),
        Kind::SignInLink => (
            "Sign in",
            "Somebody, probably you, asked to sign in with this address.".to_owned(),
            Some(("magiclink", "Sign in")),
        ),
        Kind::Recovery => (
            "Choose a new password",
            "Somebody, probably you, asked for a new password.".to_owned(),
            Some(("recovery", "Choose a new password")),
        ),
        Kind::EmailChange => (
            "Confirm your new address",
            "Somebody, probably you, wants to sign in with this address from now on.".to_owned(),
            Some(("email_change", "Confirm the address")),
        ),
        Kind::Reauthentication => ("Your code", "This code confirms a change of your account.".to_owned(), None),
        Kind::Invitation => (
            "You are invited",
            format!("{organization} invites you to work with them. The invitation is good for a week."),
            Some(("invite", "Accept the invitation")),
        ),
        Kind::AddressTaken => (
            "You have an account already",
            "Somebody, probably you, asked for an account with this address, which has one. Sign in as usual; if you do not \
             know your password, ask for a new one."
                .to_owned(),
            None,
        ),
        Kind::PasswordChanged => (
            "Your password was changed",
            "The password of your account was changed, and your other logins have ended. If it was not you, ask for a new \
             password at once."
                .to_owned(),
            None,
        ),
        Kind::EmailChanged => (
            "Your address was changed",
            "Your account now has another address. If it was not you, tell the owner of your organization at once.".to_owned(),
            None,
        ),
        Kind::FactorAdded => (
            "A second factor was added",
            "From now on your account asks for a code of your authenticator app. If it was not you, ask for a new password \
             at once."
                .to_owned(),
            None,
        ),
        Kind::FactorRemoved => (
            "A second factor was removed",
            "An authenticator app was removed from your account. If it was not you, ask for a new password at once.".to_owned(),
            None,
        ),
    };
    let mut text = format!("{lead}\n");
    let mut html = format!("<p>{}</p>", escape(&lead));
    if let (Some((kind, label)), Some(secret)) = (action, &letter.link) {
        let mut link = format!("{public_url}/auth/v1/verify#type={kind}&token_hash={}", encode(secret));
        if let Some(redirect_to) = &letter.redirect_to {
            link.push_str(&format!("&redirect_to={}", encode(redirect_to)));
        }
        text.push_str(&format!("\n{label}:\n{link}\n"));
        html.push_str(&format!(r#"<p><a href="{}">{}</a></p>"#, escape(&link), escape(label)));
    }
    if let Some(code) = &letter.code {
        text.push_str(&format!("\nCode: {code}\n"));
        html.push_str(&format!("<p>Code: <strong>{}</strong></p>", escape(code)));
    }
    if action.is_some() || letter.code.is_some() {
        let ignore = "If it was not you, ignore this mail; nothing happens.";
        text.push_str(&format!("\n{ignore}\n"));
        html.push_str(&format!("<p>{ignore}</p>"));
    }
    Words { subject: subject.to_owned(), text, html }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_stays_text() {
        let mut letter = Letter::notice(Kind::Invitation, "a@example.com".into());
        letter.organization = Some("<a href=\"https://evil.example\">Maison</a>".into());
        letter.link = Some("o.a&b#c".into());
        letter.redirect_to = Some("https://app.example/x?y=1&type=recovery".into());
        let words = words(&letter, "https://hub.example");
        assert!(!words.html.contains("<a href=\"https://evil"), "{}", words.html);
        let link = "https://hub.example/auth/v1/verify#type=invite&token_hash=o.a%26b%23c\
                    &redirect_to=https%3A%2F%2Fapp.example%2Fx%3Fy%3D1%26type%3Drecovery";
        assert!(words.text.contains(link), "{}", words.text);
        assert_eq!(words.html.matches("href").count(), 1 + 1, "one link, and one that is text");
    }

    #[test]
    fn every_kind_has_words_and_only_secrets_it_was_given() {
        for kind in [Kind::Signup, Kind::Recovery, Kind::PasswordChanged, Kind::AddressTaken, Kind::Reauthentication] {
            let words = words(&Letter::notice(kind, "a@example.com".into()), "https://hub.example");
            assert!(!words.subject.is_empty() && !words.text.contains("token_hash"), "{}", words.text);
        }
    }
}
