use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use uuid::Uuid;

use super::{PAGE, peer};
use crate::failure::Failure;
use crate::latencies::Latencies;

/// Requests over connections that stay open, one after the other on each.
#[derive(Debug)]
pub struct Requests {
    address: String,
    token: String,
    rows: u32,
    /// Answers that were not as they should be.
    pub errors: u64,
}

type Connection = SendRequest<Full<Bytes>>;

impl Requests {
    pub fn new(url: &str, token: &str, rows: u32) -> Self {
        let address = url.trim_start_matches("http://").to_owned();
        Self { address, token: format!("Bearer {token}"), rows, errors: 0 }
    }

    /// One row by its key, again and again.
    pub async fn selects(&mut self, connections: usize, turn: Duration) -> Result<Latencies, Failure> {
        let rows = self.rows;
        let ask = move |random: &mut fastrand::Rng| {
            let id = peer::product(random.u32(1..=rows));
            (Method::GET, format!("/rest/v1/products?select=id,name,price&id=eq.{id}"), String::new())
        };
        self.turn(connections, turn, ask, |status, body| status == StatusCode::OK && listed(body) == 1).await
    }

    /// One new row, again and again.
    pub async fn inserts(&mut self, connections: usize, turn: Duration) -> Result<Latencies, Failure> {
        let ask = |_: &mut fastrand::Rng| {
            let sku = Uuid::now_v7().simple().to_string();
            let body = format!(r#"{{"sku":"{sku}","name":"A product","price":12}}"#);
            (Method::POST, "/rest/v1/products".to_owned(), body)
        };
        self.turn(connections, turn, ask, |status, _| status == StatusCode::CREATED).await
    }

    /// Pages of products with their brand, one request at a time.
    pub async fn lists(
        &mut self,
        turn: Duration,
        filter: impl Fn(&mut fastrand::Rng) -> String,
    ) -> Result<Latencies, Failure> {
        let ask = move |random: &mut fastrand::Rng| {
            let filter = filter(random);
            let select = "id,sku,name,price,fashion_brands(id,name)";
            (Method::GET, format!("/rest/v1/products?select={select}&{filter}&limit={PAGE}"), String::new())
        };
        self.turn(1, turn, ask, |status, body| status == StatusCode::OK && listed(body) == PAGE as usize).await
    }

    async fn turn(
        &mut self,
        connections: usize,
        turn: Duration,
        ask: impl Fn(&mut fastrand::Rng) -> (Method, String, String),
        is_right: impl Fn(StatusCode, &[u8]) -> bool,
    ) -> Result<Latencies, Failure> {
        let opened = try_join_all((0..connections).map(|_| connect(&self.address))).await?;
        let ends = Instant::now() + turn;
        let (this, ask, is_right) = (&*self, &ask, &is_right);
        let asked = opened.into_iter().enumerate().map(|(at, mut connection)| async move {
            let mut random = fastrand::Rng::with_seed(at as u64 + 1);
            let (mut latencies, mut errors) = (Latencies::default(), 0);
            while Instant::now() < ends {
                let (method, path, body) = ask(&mut random);
                let began = Instant::now();
                let (status, body) = this.request(&mut connection, method, &path, body).await?;
                latencies.record(began.elapsed());
                if !is_right(status, &body) {
                    errors += 1;
                    if errors == 1 {
                        eprintln!("{path}: {status} {}", String::from_utf8_lossy(&body[..body.len().min(300)]));
                    }
                }
            }
            Ok::<_, Failure>((latencies, errors))
        });
        let mut all = Latencies::default();
        for (latencies, errors) in try_join_all(asked).await? {
            all.merge(&latencies);
            self.errors += errors;
        }
        Ok(all)
    }

    async fn request(
        &self,
        connection: &mut Connection,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.address)
            .header(header::AUTHORIZATION, &self.token);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json").header("prefer", "return=minimal");
        }
        let request = request.body(Full::from(body)).map_err(|error| Failure::Unexpected(error.to_string()))?;
        let answer = async {
            let answer = connection.send_request(request).await?;
            let status = answer.status();
            Ok((status, answer.into_body().collect().await?.to_bytes()))
        };
        answer.await.map_err(|error: hyper::Error| Failure::Unexpected(format!("{path}: {error}")))
    }
}

async fn connect(address: &str) -> Result<Connection, Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let shaken = handshake(TokioIo::new(stream)).await;
    let (connection, driver) = shaken.map_err(|error| Failure::Unexpected(error.to_string()))?;
    tokio::spawn(driver);
    Ok(connection)
}

/// Rows of an answer; none for anything that is no list.
fn listed(body: &[u8]) -> usize {
    serde_json::from_slice::<Vec<Value>>(body).map_or(0, |rows| rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_list_has_rows() {
        assert_eq!(listed(br#"[{"id": 1}, {"id": 2}]"#), 2);
        assert_eq!(listed(br#"{"code": "42501"}"#), 0);
        assert_eq!(listed(b"<html>"), 0);
    }
}
