//! Stripe's API of 2026-09-30.endive: customers, invoices, payment intents, and keys that make one of many.
//!
//! Effects in the ledger: `customer:EMAIL`, `invoice:OURS`, `item:DESCRIPTION`, `finalize:ID`, `intent:OURS`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde_json::{Value, json};

use crate::signed::{hex, hmac_sha256};
use crate::{Accounts, Delivery, Ledger, Running, fields};

/// The key that is good from the beginning.
const KEY: &str = "sk_test_double";
/// Signs webhooks.
const SECRET: &str = "whsec_double";

/// An account.
#[derive(Debug)]
pub struct Stripe {
    pub running: Running,
    pub accounts: Accounts,
    pub ledger: Ledger,
    books: Arc<Mutex<Books>>,
}

#[derive(Debug, Default)]
struct Books {
    objects: BTreeMap<String, Value>,
    /// From an idempotency key to the request and its answer, which is given again, whatever it was.
    answered: BTreeMap<String, (String, u16, Value)>,
    given: u64,
    /// The next request fails within, and that answer is kept under its key.
    fails: bool,
}

#[derive(Clone)]
struct Double {
    books: Arc<Mutex<Books>>,
    accounts: Accounts,
    ledger: Ledger,
}

type Fields = Vec<(String, String)>;

impl Stripe {
    /// An account without objects.
    pub async fn start() -> Stripe {
        let accounts = Accounts::default();
        accounts.allow(KEY);
        let (books, ledger) = (Arc::default(), Ledger::default());
        let double = Double { books: Arc::clone(&books), accounts: accounts.clone(), ledger: ledger.clone() };
        let router = Router::new().route("/v1/{*path}", routing::any(serve)).with_state(double);
        Stripe { running: Running::start(router).await, accounts, ledger, books }
    }

    /// The key that is good from the beginning.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// What signs webhooks.
    pub fn webhook_secret(&self) -> &'static str {
        SECRET
    }

    /// The operator's routes to this double.
    pub fn routes(&self) -> Vec<String> {
        vec![self.running.route("api.stripe.com")]
    }

    /// The next request with a key ends in a 500 that is given again for that key.
    pub fn fail_once(&self) {
        self.books.lock().expect("the books").fails = true;
    }

    /// An object by its id.
    pub fn object(&self, id: &str) -> Option<Value> {
        self.books.lock().expect("the books").objects.get(id).cloned()
    }

    /// Somebody pays an intent or an invoice.
    pub fn pay(&self, id: &str) {
        let mut books = self.books.lock().expect("the books");
        let object = books.objects.get_mut(id).expect("an object to pay");
        if id.starts_with("in_") {
            (object["status"], object["amount_paid"]) = (json!("paid"), object["total"].clone());
        } else {
            object["status"] = json!("succeeded");
            object["latest_charge"] =
                json!({"id": "ch_1", "amount_refunded": 0, "payment_method_details": {"type": "card"}});
        }
    }

    /// So much of an intent's payment is given back.
    pub fn refund(&self, id: &str, amount: u64) {
        let mut books = self.books.lock().expect("the books");
        let object = books.objects.get_mut(id).expect("an intent to refund");
        object["latest_charge"]["amount_refunded"] = json!(amount);
    }

    /// An event about an object, signed at a time in seconds.
    pub fn event(&self, kind: &str, id: &str, event: &str, at: i64) -> Delivery {
        let object = self.object(id).unwrap_or_else(|| json!({"id": id}));
        let body = json!({"id": event, "object": "event", "type": kind, "created": at, "data": {"object": object}})
            .to_string()
            .into_bytes();
        let signature = hex(&hmac_sha256(SECRET, &[at.to_string().as_bytes(), b".", &body]));
        Delivery { headers: vec![("stripe-signature".into(), format!("t={at},v1={signature}"))], body }
    }
}

fn error(status: u16, kind: &str, code: Option<&str>, message: &str) -> (u16, Value) {
    (status, json!({"error": {"type": kind, "code": code, "message": message}}))
}

fn answer((status, body): (u16, Value)) -> Response {
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

async fn serve(
    State(double): State<Double>,
    method: Method,
    Path(path): Path<String>,
    RawQuery(_query): RawQuery,
    headers: HeaderMap,
    body: String,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|key| double.accounts.knows(key))
    {
        return answer(error(401, "invalid_request_error", None, "Invalid API Key provided"));
    }
    let mut books = double.books.lock().expect("the books");
    if method == Method::GET {
        return answer(match path.as_str() {
            "account" => (200, json!({"id": "acct_1", "object": "account", "charges_enabled": true})),
            _ => match path.rsplit('/').next().and_then(|id| books.objects.get(id)) {
                Some(object) => (200, object.clone()),
                None => error(404, "invalid_request_error", Some("resource_missing"), "No such object"),
            },
        });
    }
    let request = format!("{method} {path} {body}");
    let key = header("idempotency-key").unwrap_or_default().to_owned();
    if let Some((theirs, status, body)) = books.answered.get(&key) {
        return answer(if *theirs == request {
            (*status, body.clone())
        } else {
            let message =
                "Keys for idempotent requests can only be used with the same parameters they were first used with.";
            error(400, "idempotency_error", None, message)
        });
    }
    let outcome = if std::mem::take(&mut books.fails) {
        error(500, "api_error", None, "Something went wrong on Stripe's end")
    } else {
        make(&mut books, &double.ledger, &path, &fields::decode(&body))
    };
    // Nothing is kept of what did not pass validation.
    if !key.is_empty() && !(400..500).contains(&outcome.0) {
        books.answered.insert(key, (request, outcome.0, outcome.1.clone()));
    }
    answer(outcome)
}

fn make(books: &mut Books, ledger: &Ledger, path: &str, form: &Fields) -> (u16, Value) {
    let field = |name: &str| fields::field(form, name).unwrap_or_default();
    let number = |name: &str| field(name).parse::<i64>().ok();
    books.given += 1;
    let given = books.given;
    let missing = |param: &str| {
        error(400, "invalid_request_error", Some("parameter_missing"), &format!("Missing required param: {param}."))
    };
    let object = match path {
        "customers" => {
            ledger.record(format!("customer:{}", field("email")));
            json!({"id": format!("cus_{given}"), "object": "customer", "email": field("email"), "name": field("name")})
        }
        "payment_intents" => {
            let Some(amount) = number("amount").filter(|amount| *amount > 0) else { return missing("amount") };
            ledger.record(format!("intent:{}", field("metadata[payment]")));
            json!({"id": format!("pi_{given}"), "object": "payment_intent", "amount": amount, "currency": field("currency"),
                "status": "requires_payment_method", "client_secret": format!("pi_{given}_secret_x"),
                "metadata": {"payment": field("metadata[payment]")}, "latest_charge": null, "last_payment_error": null})
        }
        "invoices" => {
            if !books.objects.contains_key(field("customer")) {
                return error(400, "invalid_request_error", Some("resource_missing"), "No such customer");
            }
            ledger.record(format!("invoice:{}", field("metadata[invoice]")));
            json!({"id": format!("in_{given}"), "object": "invoice", "status": "draft", "currency": field("currency"), "total": 0,
                "amount_paid": 0, "metadata": {"invoice": field("metadata[invoice]")}, "hosted_invoice_url": null})
        }
        "invoiceitems" => {
            let Some(amount) = number("amount") else { return missing("amount") };
            let Some(invoice) = books.objects.get_mut(field("invoice")).filter(|invoice| invoice["status"] == "draft")
            else {
                return error(
                    400,
                    "invalid_request_error",
                    Some("invoice_not_editable"),
                    "This invoice is no longer editable",
                );
            };
            invoice["total"] = json!(invoice["total"].as_i64().unwrap_or(0) + amount);
            ledger.record(format!("item:{}", field("description")));
            json!({"id": format!("ii_{given}"), "object": "invoiceitem", "amount": amount})
        }
        other => {
            let id =
                other.strip_prefix("invoices/").and_then(|rest| rest.strip_suffix("/finalize")).unwrap_or_default();
            let Some(invoice) = books.objects.get_mut(id) else {
                return error(404, "invalid_request_error", Some("resource_missing"), "Unrecognized request URL");
            };
            if invoice["status"] != "draft" {
                return error(
                    400,
                    "invalid_request_error",
                    Some("invoice_not_editable"),
                    "This invoice is already finalized",
                );
            }
            invoice["status"] = json!("open");
            invoice["hosted_invoice_url"] = json!(format!("https://invoice.stripe.com/i/{id}"));
            ledger.record(format!("finalize:{id}"));
            invoice.clone()
        }
    };
    if let Some(id) = object["id"].as_str() {
        books.objects.insert(id.to_owned(), object.clone());
    }
    (200, object)
}
