//! `/rest/v1`: tables by name, in the dialect of PostgREST. What is asked is read in `domain::table_query`, answered in
//! `store::rest`; here are only methods, headers and statuses.

pub(super) mod cross_origin;
mod head;
mod respond;
mod table_text;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{any, get};
use bytes::Bytes;
use domain::table_query::TableQuery;

use crate::edge::client_address;
use crate::live::Node;
use crate::store::identity::{self, Identity, IdentityError};
use crate::store::rest::{self, Call, RestError, Shape, Verb, Write};
use head::{Head, Return};
use respond::{Sent, refused};

/// Bodies, bytes.
const BODY: usize = 1024 * 1024;
/// Path and query string, bytes. A list of 800 ids fits.
const URL: usize = 32 * 1024;

/// Tables and functions by name.
pub fn routes() -> Router<Arc<Node>> {
    Router::new()
        .route("/rest/v1", get(description))
        .route("/rest/v1/", get(description))
        .route("/rest/v1/{table}", any(table))
        .route("/rest/v1/rpc/{function}", any(function))
        .route("/rest/v1/{table}/{*rest}", any(nowhere))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(cross_origin::layer())
}

/// Everything of a request but its path.
struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
}

async fn table(
    State(node): State<Arc<Node>>,
    path: Result<Path<String>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request = Request { method, uri, headers, body };
    match path {
        Ok(Path(table)) => on_table(&node, &table, request).await.unwrap_or_else(|error| refused(&error)),
        Err(_) => refused(&no_path()),
    }
}

async fn on_table(node: &Node, table: &str, request: Request) -> Result<Response, RestError> {
    let by = caller(node, &request.headers).await?;
    let head = Head::read(&request.method, &request.headers)?;
    let pairs = pairs(&request.uri)?;
    let mut query = TableQuery::parse(&pairs)?;
    let verb = match request.method {
        Method::GET | Method::HEAD => None,
        Method::POST => Some(Verb::Insert),
        Method::PUT => Some(Verb::Upsert),
        Method::PATCH => Some(Verb::Update),
        Method::DELETE => Some(Verb::Delete),
        ref other => return Err(unsupported(other)),
    };
    let Some(verb) = verb else {
        head.apply_range(&mut query.root)?;
        let answer = rest::read(&node.store, &(&by).into(), table, &query, head.shape()).await?;
        return respond::rows(answer, &head);
    };
    let body = text(request.body)?;
    let returning = head.returns == Return::Rows;
    let write = Write {
        verb,
        body: &body,
        returning,
        resolution: head.resolution.filter(|_| verb == Verb::Insert),
        missing_default: head.missing_default,
        max_affected: head.max_affected,
        rollback: head.rollback,
    };
    let shape = Shape { single: head.single && returning, ..head.shape() };
    let answer = rest::write(&node.store, &(&by).into(), table, &query, &write, shape).await?;
    Ok(respond::written(answer, verb, &head))
}

async fn function(
    State(node): State<Arc<Node>>,
    path: Result<Path<String>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request = Request { method, uri, headers, body };
    match path {
        Ok(Path(name)) => on_function(&node, &name, request).await.unwrap_or_else(|error| refused(&error)),
        Err(_) => refused(&no_path()),
    }
}

async fn on_function(node: &Node, name: &str, request: Request) -> Result<Response, RestError> {
    let by = caller(node, &request.headers).await?;
    let head = Head::read(&request.method, &request.headers)?;
    let pairs = pairs(&request.uri)?;
    let known = rest::argument_names(&node.store, name).await?;
    let reads = matches!(request.method, Method::GET | Method::HEAD);
    if !reads && request.method != Method::POST {
        return Err(unsupported(&request.method));
    }
    let (arguments, rest_of): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| reads && known.contains(name));
    let mut query = TableQuery::parse(&rest_of)?;
    head.apply_range(&mut query.root)?;
    let body;
    let call = if reads {
        Call::Pairs(&arguments)
    } else {
        body = text(request.body)?;
        Call::Body(&body)
    };
    let answer = rest::call(&node.store, &by, name, &call, &query, head.shape()).await?;
    respond::rows(answer, &head)
}

async fn description(State(node): State<Arc<Node>>, headers: HeaderMap) -> Response {
    let made = async {
        let by = caller(&node, &headers).await?;
        rest::document(&node.store, Some(by.role())).await
    };
    match made.await {
        Ok(document) => Sent::new(StatusCode::OK, "application/openapi+json; charset=utf-8").body(document.to_string()),
        Err(error) => refused(&error),
    }
}

async fn nowhere() -> Response {
    refused(&no_path())
}

fn no_path() -> RestError {
    RestError::new("PGRST125", "Invalid path specified in request URL")
}

fn unsupported(method: &Method) -> RestError {
    RestError::new("PGRST117", format!("Unsupported HTTP method: {method}"))
}

/// Who asks: by the bearer token, or by a token in `apikey`. Any other `apikey` names an application and nobody.
async fn caller(node: &Node, headers: &HeaderMap) -> Result<Identity, RestError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = header("authorization")
        .and_then(|v| v.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()));
    let anonymous =
        || RestError::new("PGRST302", "Anonymous access is disabled").hint("Sign in and send the access token.");
    let key = header("apikey");
    let token = bearer.filter(|token| !token.is_empty()).or(key).ok_or_else(anonymous)?;
    identity::resolve(&node.store, token, client_address::of(headers)).await.map_err(|error| match error {
        IdentityError::Store(error) => error.into(),
        // Clients that nobody has signed in with send their key in both places.
        IdentityError::Invalid if key == Some(token) => anonymous(),
        IdentityError::Expired => RestError::new("PGRST301", "JWT expired"),
        other @ (IdentityError::NoOrganization | IdentityError::SecondFactor) => {
            RestError::new("42501", other.to_string())
        }
        other => RestError::new("PGRST301", other.to_string()),
    })
}

fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, RestError> {
    let length = uri.path().len() + uri.query().map_or(0, str::len);
    if length > URL {
        return Err(RestError::new("HUB100", format!("the address is too long: at most {URL} bytes")));
    }
    let pairs: Vec<(String, String)> = Query::try_from_uri(uri)
        .map(|Query(pairs)| pairs)
        .map_err(|error| RestError::new("PGRST100", "the query string is not understood").details(error.body_text()))?;
    if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(RestError::new("PGRST100", "a query string holds no NUL"));
    }
    Ok(pairs)
}

fn text(body: Result<Bytes, BytesRejection>) -> Result<String, RestError> {
    let bytes = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            RestError::new("HUB104", format!("the body is too large: at most {BODY} bytes"))
        }
        _ => RestError::new("PGRST102", "the body could not be read"),
    })?;
    String::from_utf8(bytes.into())
        .map_err(|_| RestError::new("PGRST102", "Empty or invalid json").details("not UTF-8"))
}
