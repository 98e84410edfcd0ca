//! WhatsApp: approved messages out, notices about them in.

mod notice;

use fashionos_plugin::{Answer, Body, Failure, Job, Once, Plugin, Request, Value};
use fashionos_plugin::{host, json, kv, later, payload, permanent, rows, time};
use meta_graph::{GRAPH, GraphError};
use serde::Deserialize;

use notice::{Notice, Turn};

/// How long to wait for the notice that says whether a message went out, ms, and how many attempts wait for it.
const NOTICE_MS: u64 = 30_000;
const NOTICE_ATTEMPTS: u32 = 4;
/// WhatsApp's codes for limits: of the number, and of one recipient.
const NUMBER_LIMIT: i64 = 130_429;
const RECIPIENT_LIMIT: i64 = 131_056;
/// The time that one recipient's limit asks for, ms.
const RECIPIENT_MS: u64 = 6_000;

/// The plugin.
pub struct WhatsApp;

impl Plugin for WhatsApp {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => {
                let phone = meta_graph::read(&host::account(), &[("fields", "display_phone_number,verified_name")])?;
                Ok(json!({"phone": phone["display_phone_number"], "name": phone["verified_name"]}))
            }
            "send" => send(job),
            "webhook" => take_notice(job),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(WhatsApp);

#[derive(Debug, Deserialize)]
struct Send {
    message: Named,
    /// The number; the contact's otherwise.
    #[serde(default)]
    to: Option<String>,
    /// Outside of 24 hours after the last word of the recipient only templates are taken.
    #[serde(default)]
    template: Option<Template>,
}

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Template {
    name: String,
    language: String,
}

fn send(job: &Job) -> Result<Value, Failure> {
    let send: Send = payload(job)?;
    let query = format!(
        "messages?select=id,direction,channel,status,body,external_id,approved_at,contact_id&{}",
        rows::is("id", &send.message.id)
    );
    let found = rows::select(&query)?;
    let message = found.first().ok_or_else(|| permanent("message_gone", "the message was deleted"))?;
    if let Some(id) = message["external_id"].as_str() {
        return Ok(json!({"message": id, "already": true}));
    }
    may_go(message).map_err(|reason| permanent("not_approved", reason))?;
    let key = format!("message:{}", send.message.id);
    let to = match &send.to {
        Some(to) => to.clone(),
        None => number_of(message["contact_id"].as_str())?,
    };
    let body = content(&send, &to, message["body"].as_str().unwrap_or_default());
    let request = Request::post(format!("{GRAPH}/{}/messages", host::account())).bearer("token").body(Body::Json(body));
    let answer = match request.send_once(&key)? {
        Once::Answer(answer) => answer,
        // WhatsApp cannot be asked. Its notices name the message, so one of them settles it; without one nobody knows, and
        // a message is rather missed than sent twice.
        Once::Unsettled => {
            return match kv::get(&sent_key(&send.message.id)).and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(id) => sent(&send.message.id, &id),
                None if job.attempt < NOTICE_ATTEMPTS => {
                    Err(later(NOTICE_MS, "unsettled", "waiting for a notice that says whether the message went out"))
                }
                None => Err(permanent("unsettled", "nobody knows whether the message went out; look into WhatsApp")),
            };
        }
    };
    match GraphError::of(&answer) {
        None => {
            let made = answer.json()?;
            let id =
                made["messages"][0]["id"].as_str().ok_or_else(|| permanent("answer_malformed", "no message id"))?;
            sent(&send.message.id, id)
        }
        Some(error) => refused(&send.message.id, &error, &answer),
    }
}

/// Whether a person has approved the message.
fn may_go(message: &Value) -> Result<(), &'static str> {
    if message["direction"] != "outbound" || message["channel"] != "whatsapp" {
        return Err("only messages of the organization for WhatsApp are sent");
    }
    // The hub moves a message to `dispatching` when it takes the job, if it is still what was approved.
    if message["status"] != "dispatching" || message["approved_at"].is_null() {
        return Err("nobody has approved the message");
    }
    Ok(())
}

/// The number of a contact, as WhatsApp takes it.
fn number_of(contact: Option<&str>) -> Result<String, Failure> {
    let missing = || permanent("number_missing", "the contact has no number for WhatsApp");
    let found = rows::select(&format!("contacts?select=whatsapp&{}", rows::is("id", contact.ok_or_else(missing)?)))?;
    let number = found.first().and_then(|row| row["whatsapp"].as_str()).ok_or_else(missing)?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { Err(missing()) } else { Ok(digits) }
}

fn content(send: &Send, to: &str, text: &str) -> Value {
    let mut content = json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "biz_opaque_callback_data": send.message.id,
    });
    match &send.template {
        None => {
            content["type"] = json!("text");
            content["text"] = json!({"preview_url": false, "body": text});
        }
        Some(template) => {
            content["type"] = json!("template");
            content["template"] = json!({
                "name": template.name,
                "language": {"code": template.language},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": text}]}],
            });
        }
    }
    content
}

fn refused(message: &str, error: &GraphError, answer: &Answer) -> Result<Value, Failure> {
    match error.code {
        NUMBER_LIMIT => Err(later(answer.wait_ms(), "limit_reached", error.message.as_str())),
        RECIPIENT_LIMIT => Err(later(RECIPIENT_MS, "limit_reached", error.message.as_str())),
        _ => match error.failure(answer) {
            // A 5xx may have sent it: the next attempt is told that it is unsettled, and waits for a notice.
            Failure::RetryAfter(postponed) if error.leaves_open() => {
                Err(later(NOTICE_MS, &postponed.fault.code, postponed.fault.message))
            }
            Failure::Permanent(fault) if fault.code != "permission_missing" => {
                let values = json!({"status": "failed", "error": error.message});
                rows::update("messages", &rows::is("id", message), &values)?;
                Ok(json!({"failed": error.message}))
            }
            failure => Err(failure),
        },
    }
}

fn sent(message: &str, id: &str) -> Result<Value, Failure> {
    let values = json!({"status": "sent", "external_id": id, "sent_at": time::rfc3339(host::now_ms()), "error": null});
    rows::update("messages", &rows::is("id", message), &values)?;
    Ok(json!({"message": id}))
}

fn sent_key(message: &str) -> String {
    format!("sent:{message}")
}

/// Says what became of messages, and remembers which went out.
fn take_notice(job: &Job) -> Result<Value, Failure> {
    let notices = notice::read(&job.body).ok_or_else(|| permanent("body_malformed", "not a notice of WhatsApp"))?;
    let mut taken = 0;
    for Notice { id, message, turn } in notices {
        if let Some(message) = &message {
            kv::put(&sent_key(message), id.as_bytes())?;
        }
        // Notices come out of order: `sent` after `delivered` says nothing new.
        let (states, values) = match turn {
            Turn::Delivered => ("sent", json!({"status": "delivered"})),
            Turn::Failed(reason) => ("sent,dispatching", json!({"status": "failed", "error": reason})),
            Turn::Sent => continue,
        };
        let filter = format!("channel=eq.whatsapp&{}&status=in.({states})", rows::is("external_id", &id));
        rows::update("messages", &filter, &values)?;
        taken += 1;
    }
    Ok(json!({"taken": taken}))
}

#[cfg(test)]
mod tests {
    use super::{Send, content, json, may_go};

    #[test]
    fn only_what_a_person_approved_goes_out() {
        let message = |direction: &str, status: &str, at: Option<&str>| json!({"direction": direction, "channel": "whatsapp", "status": status, "approved_at": at});
        assert_eq!(may_go(&message("outbound", "dispatching", Some("2026-11-21"))), Ok(()));
        assert!(may_go(&message("outbound", "draft", None)).is_err());
        assert!(may_go(&message("outbound", "dispatching", None)).is_err());
        assert!(may_go(&message("outbound", "failed", Some("2026-11-21"))).is_err());
        assert!(may_go(&message("inbound", "dispatching", Some("2026-11-21"))).is_err());
    }

    #[test]
    fn a_message_can_be_recognised_in_later_notices() {
        let send: Send = serde_json::from_value(json!({"message": {"id": "m-1"}})).expect("a payload");
        let body = content(&send, "15550001", "See you at seven");
        assert_eq!(body["biz_opaque_callback_data"], "m-1");
        assert_eq!(body["text"]["body"], "See you at seven");
    }
}
