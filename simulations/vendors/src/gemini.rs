//! Gemini's `generateContent`, as far as searching, reading pages and answering in JSON need it. It answers what a test put into it, in the
//! shapes in which the real one answers, well and badly.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde_json::{Value, json};

use crate::{Accounts, Running};

/// The key that is good from the beginning.
const KEY: &str = "AIzaDoubleKey";

/// Models.
#[derive(Debug)]
pub struct Gemini {
    pub running: Running,
    pub accounts: Accounts,
    mind: Arc<Mutex<Mind>>,
}

#[derive(Debug, Default)]
struct Mind {
    answers: VecDeque<Value>,
    asked: Vec<Value>,
    /// Searches that are refused although answers without one are not.
    searches_refused: u32,
}

#[derive(Clone)]
struct Double {
    mind: Arc<Mutex<Mind>>,
    accounts: Accounts,
}

impl Gemini {
    /// Models with nothing to say.
    pub async fn start() -> Gemini {
        let accounts = Accounts::default();
        accounts.allow(KEY);
        let mind = Arc::default();
        let double = Double { mind: Arc::clone(&mind), accounts: accounts.clone() };
        let router =
            Router::new().route("/v1beta/models/{model}", routing::get(describe).post(generate)).with_state(double);
        Gemini { running: Running::start(router).await, accounts, mind }
    }

    /// The key that is good from the beginning.
    pub fn key(&self) -> &'static str {
        KEY
    }

    /// The operator's routes to this double.
    pub fn routes(&self) -> Vec<String> {
        vec![self.running.route("generativelanguage.googleapis.com")]
    }

    /// The next answer is this text, with pages behind some of its words: each a stretch of the text, and an address.
    pub fn will_say(&self, text: &str, found: &[(&str, &str)]) {
        let chunks: Vec<Value> = found.iter().map(|(_, url)| json!({"web": {"uri": url, "title": "A page"}})).collect();
        let supports: Vec<Value> = found
            .iter()
            .enumerate()
            .map(|(index, (words, _))| {
                let begin = text.find(words).expect("words of the text");
                json!({"segment": {"startIndex": begin, "endIndex": begin + words.len(), "text": words}, "groundingChunkIndices": [index]})
            })
            .collect();
        let candidate = json!({"finishReason": "STOP", "content": {"role": "model", "parts": [{"text": text}]},
            "groundingMetadata": {"webSearchQueries": ["?"], "groundingChunks": chunks, "groundingSupports": supports}});
        self.will_answer(json!({"candidates": [candidate], "modelVersion": "gemini-3.8-flash",
            "usageMetadata": {"promptTokenCount": 210, "candidatesTokenCount": 40}}));
    }

    /// The next answer is this text, and these of the pages that were asked about could be read.
    pub fn will_read(&self, text: &str, pages: &[&str]) {
        let pages: Vec<Value> = pages
            .iter()
            .map(|page| json!({"retrievedUrl": page, "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS"}))
            .collect();
        let candidate = json!({"finishReason": "STOP", "content": {"role": "model", "parts": [{"text": text}]},
            "urlContextMetadata": {"urlMetadata": pages}});
        self.will_answer(json!({"candidates": [candidate], "modelVersion": "gemini-3.8-flash",
            "usageMetadata": {"promptTokenCount": 900, "candidatesTokenCount": 60}}));
    }

    /// The next answer is 200 without any candidate.
    pub fn will_say_nothing(&self) {
        self.will_answer(json!({"usageMetadata": {"promptTokenCount": 210}}));
    }

    /// The next answer ends after too many searches.
    pub fn will_search_too_much(&self) {
        self.will_answer(json!({"candidates": [{"finishReason": "TOO_MANY_TOOL_CALLS", "content": {}}]}));
    }

    /// The next so many searches are beyond the quota of searches.
    pub fn refuse_searches(&self, times: u32) {
        self.mind.lock().expect("the mind").searches_refused = times;
    }

    /// What was asked.
    pub fn asked(&self) -> Vec<Value> {
        self.mind.lock().expect("the mind").asked.clone()
    }

    fn will_answer(&self, answer: Value) {
        self.mind.lock().expect("the mind").answers.push_back(answer);
    }
}

fn error(code: u16, status: &str, message: &str, details: Value) -> Response {
    let body = json!({"error": {"code": code, "status": status, "message": message, "details": details}});
    (StatusCode::from_u16(code).expect("a status"), Json(body)).into_response()
}

impl Double {
    fn knows(&self, headers: &HeaderMap) -> bool {
        headers.get("x-goog-api-key").and_then(|value| value.to_str().ok()).is_some_and(|key| self.accounts.knows(key))
    }
}

fn unknown_key() -> Response {
    let details = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]);
    error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", details)
}

async fn describe(State(double): State<Double>, Path(model): Path<String>, headers: HeaderMap) -> Response {
    if !double.knows(&headers) {
        return unknown_key();
    }
    Json(json!({"name": format!("models/{model}"), "displayName": "Gemini 3.8 Flash"})).into_response()
}

async fn generate(
    State(double): State<Double>,
    Path(model): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if !double.knows(&headers) {
        return unknown_key();
    }
    let Some(model) = model.strip_suffix(":generateContent") else {
        return error(404, "NOT_FOUND", "Unknown method", json!([]));
    };
    let searches =
        body["tools"].as_array().is_some_and(|tools| tools.iter().any(|tool| tool["google_search"].is_object()));
    let in_json = body["generationConfig"]["responseMimeType"] == "application/json";
    if searches && in_json && !model.starts_with("gemini-3") {
        return error(
            400,
            "INVALID_ARGUMENT",
            "Tool use with a response mime type: 'application/json' is unsupported",
            json!([]),
        );
    }
    let mut mind = double.mind.lock().expect("the mind");
    if searches && mind.searches_refused > 0 {
        mind.searches_refused -= 1;
        let retry = json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]);
        return error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for grounding", retry);
    }
    mind.asked.push(body);
    match mind.answers.pop_front() {
        Some(answer) => Json(answer).into_response(),
        None => error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", json!([])),
    }
}
