//! The Listings Items API: its addresses, and its errors.

use fashionos_plugin::{
    Answer, Body, Failure, Request, Value, connection, form, json, permanent, setting, unauthorized,
};

/// A seller in a marketplace.
#[derive(Debug, Clone)]
pub struct Seller {
    pub connection: String,
    pub marketplace: String,
    base: String,
}

impl Seller {
    pub fn of_connection() -> Result<Seller, Failure> {
        let connection = connection()?;
        let marketplace = connection
            .marketplace
            .ok_or_else(|| permanent("marketplace_missing", "the connection names no marketplace"))?;
        let region = match setting::<String>("region").as_deref() {
            None | Some("eu") => "eu",
            Some("na") => "na",
            Some("fe") => "fe",
            Some(_) => return Err(permanent("region_unknown", "the setting `region` is na, eu or fe")),
        };
        let base = format!(
            "https://sellingpartnerapi-{region}.amazon.com/listings/2021-08-01/items/{}",
            form::escape(&connection.account)
        );
        Ok(Seller { connection: connection.id, marketplace, base })
    }

    /// A page of listings.
    pub fn search(&self, page: Option<&str>, size: u32) -> Result<Value, Failure> {
        let size = size.to_string();
        let mut fields =
            vec![("marketplaceIds", self.marketplace.as_str()), ("includedData", "summaries"), ("pageSize", &size)];
        fields.extend(page.map(|page| ("pageToken", page)));
        ok(&Request::get(format!("{}?{}", self.base, form::encode(&fields))).in_header("token").read()?)
    }

    /// One listing with what Amazon says about it; none when there is none.
    pub fn listing(&self, sku: &str) -> Result<Option<Value>, Failure> {
        let fields = [("marketplaceIds", self.marketplace.as_str()), ("includedData", "summaries,issues")];
        let url = format!("{}/{}?{}", self.base, form::escape(sku), form::encode(&fields));
        let answer = Request::get(url).in_header("token").read()?;
        if answer.status == 404 { Ok(None) } else { ok(&answer).map(Some) }
    }

    /// Changes a listing, or only sees whether that would do.
    pub fn patch(&self, sku: &str, body: &Value, preview: bool, key: &str) -> Result<Value, Failure> {
        let mut fields = vec![("marketplaceIds", self.marketplace.as_str()), ("includedData", "issues")];
        if preview {
            fields.push(("mode", "VALIDATION_PREVIEW"));
        }
        let url = format!("{}/{}?{}", self.base, form::escape(sku), form::encode(&fields));
        ok(&Request::patch(url).in_header("token").body(Body::Json(body.clone())).send_idempotent(key)?)
    }
}

/// The answer as JSON, or what its error means.
fn ok(answer: &Answer) -> Result<Value, Failure> {
    if answer.is_ok() {
        return answer.json();
    }
    let body = answer.json().unwrap_or(Value::Null);
    let error = &body["errors"][0];
    let code = error["code"].as_str().unwrap_or("amazon").to_ascii_lowercase();
    let message = error["message"].as_str().unwrap_or("Amazon refused");
    // An expired token is a 403, told from a missing role by its words only.
    if answer.status == 403 && message.to_ascii_lowercase().contains("expired") {
        return Err(unauthorized("token_refused", message));
    }
    Err(answer.failure(&code, message))
}

/// What stands in the way of a listing: the words of its first issue that is an error.
pub fn obstacle(answer: &Value) -> Option<String> {
    let issues = answer["issues"].as_array()?;
    let issue = issues.iter().find(|issue| issue["severity"] == "ERROR")?;
    let code = issue["code"].as_str().unwrap_or_default();
    Some(format!("{code}: {}", issue["message"].as_str().unwrap_or("Amazon gave no reason")))
}

/// The patch that puts a picture to a slot.
pub fn picture_patch(product_type: &str, slot: &str, address: &str, marketplace: &str) -> Value {
    json!({"productType": product_type, "patches": [{"op": "replace", "path": format!("/attributes/{slot}"),
        "value": [{"media_location": address, "marketplace_id": marketplace}]}]})
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure, json, obstacle, ok};

    fn refused(status: u16, message: &str) -> Failure {
        let body = json!({"errors": [{"code": "Unauthorized", "message": message, "details": ""}]});
        ok(&Answer { status, headers: Vec::new(), body: body.to_string().into() }).expect_err("a refusal")
    }

    #[test]
    fn an_expired_token_is_not_a_missing_right() {
        assert!(matches!(refused(403, "The access token you provided has expired."), Failure::Unauthorized(_)));
        assert!(matches!(refused(403, "Access to requested resource is denied."), Failure::Permanent(_)));
        assert!(matches!(refused(429, "You exceeded your quota"), Failure::RetryAfter(_)));
        assert!(matches!(refused(503, "Service is temporarily unavailable"), Failure::RetryAfter(_)));
    }

    #[test]
    fn warnings_stand_in_nobody_s_way() {
        assert_eq!(obstacle(&json!({"issues": [{"severity": "WARNING", "code": "1", "message": "meh"}]})), None);
        let issues = json!({"issues": [{"severity": "WARNING"}, {"severity": "ERROR", "code": "18320", "message": "too small"}]});
        assert_eq!(obstacle(&issues).as_deref(), Some("18320: too small"));
    }
}
