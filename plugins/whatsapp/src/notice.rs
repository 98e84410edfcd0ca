//! Notices about messages, out of the nesting that Meta puts them in.

use fashionos_plugin::Value;

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    Sent,
    Delivered,
    Failed(String),
}

/// A notice about one message.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// As WhatsApp names the message.
    pub id: String,
    /// As the organization names it.
    pub message: Option<String>,
    pub turn: Turn,
}

/// The notices of a webhook; none when it is no webhook of WhatsApp.
pub fn read(body: &[u8]) -> Option<Vec<Notice>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    if body["object"] != "whatsapp_business_account" {
        return None;
    }
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut notices = Vec::new();
    for entry in list(&body["entry"]) {
        for change in list(&entry["changes"]) {
            notices.extend(list(&change["value"]["statuses"]).iter().filter_map(notice));
        }
    }
    Some(notices)
}

fn notice(status: &Value) -> Option<Notice> {
    let turn = match status["status"].as_str()? {
        "sent" => Turn::Sent,
        "delivered" | "read" => Turn::Delivered,
        "failed" => {
            let error = &status["errors"][0];
            // By the number: titles change.
            let title = error["title"].as_str().unwrap_or("no reason given");
            Turn::Failed(format!("{}: {title}", error["code"].as_i64().unwrap_or(0)))
        }
        _ => return None,
    };
    let message = status["biz_opaque_callback_data"].as_str().map(str::to_owned);
    Some(Notice { id: status["id"].as_str()?.to_owned(), message, turn })
}

#[cfg(test)]
mod tests {
    use super::{Notice, Turn, read};
    use fashionos_plugin::json;

    #[test]
    fn notices_are_found_in_their_nesting() {
        let body = json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"statuses": [
            {"id": "wamid.1", "status": "delivered", "biz_opaque_callback_data": "m-1"},
            {"id": "wamid.2", "status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]},
            {"id": "wamid.3", "status": "warning"},
        ]}}, {"value": {"messages": [{"from": "15550001"}]}}]}]});
        let notices = read(body.to_string().as_bytes()).expect("notices");
        assert_eq!(notices[0], Notice { id: "wamid.1".into(), message: Some("m-1".into()), turn: Turn::Delivered });
        assert_eq!(notices[1].turn, Turn::Failed("131047: Re-engagement message".into()));
        assert_eq!(notices.len(), 2);
    }

    #[test]
    fn what_is_no_notice_is_not_read_as_one() {
        assert_eq!(read(b"{}"), None);
        assert_eq!(read(br#"{"object":"page"}"#), None);
        assert_eq!(read(br#"{"object":"whatsapp_business_account"}"#), Some(Vec::new()));
    }
}
