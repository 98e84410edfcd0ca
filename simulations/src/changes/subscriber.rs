use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_with_config};

use crate::failure::Failure;
use crate::latencies::Latencies;

/// What the changes of a measurement say before their number.
const MARK: &str = "\"message\":\"change ";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What reached all subscribers together.
#[derive(Debug, Default)]
pub struct Heard {
    /// When each statement was sent and committed.
    commits: Vec<(Instant, Option<Instant>)>,
    /// When each change reached somebody.
    arrivals: Vec<(usize, Instant)>,
    /// Changes that reached somebody.
    pub deliveries: u64,
    /// From the statement to the client.
    pub from_statement: Latencies,
    /// The first of this measurement.
    first: usize,
}

impl Heard {
    /// Forgets what was measured; what was sent before counts no more.
    pub fn begin(&mut self) {
        self.first = self.commits.len();
        self.arrivals.clear();
        self.deliveries = 0;
        self.from_statement = Latencies::default();
    }

    /// A statement is sent now; what it says.
    pub fn sent(&mut self) -> String {
        self.commits.push((Instant::now(), None));
        format!("change {}", self.commits.len() - 1)
    }

    /// The last one is committed.
    pub fn committed(&mut self) {
        if let Some(last) = self.commits.last_mut() {
            last.1 = Some(Instant::now());
        }
    }

    /// From the moment that the database said so to the client.
    pub fn since_commit(&self) -> Latencies {
        let mut latencies = Latencies::default();
        for (number, arrived) in &self.arrivals {
            if let Some((_, Some(committed))) = self.commits.get(*number) {
                latencies.record(arrived.saturating_duration_since(*committed));
            }
        }
        latencies
    }

    fn arrived(&mut self, number: usize) {
        let now = Instant::now();
        let Some((sent, _)) = self.commits.get(number).filter(|_| number >= self.first) else { return };
        self.from_statement.record(now.saturating_duration_since(*sent));
        self.arrivals.push((number, now));
        self.deliveries += 1;
    }
}

/// Opens a socket as `supabase-js` does and subscribes to alerts.
pub async fn open(url: &str, token: &str) -> Result<Socket, Failure> {
    let broken = |error: String| Failure::Unexpected(format!("a subscriber: {error}"));
    let address = url.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let path = format!("ws://{address}/realtime/v1/websocket?apikey=bench&vsn=2.0.0");
    let shaken = client_async_with_config(path, MaybeTlsStream::Plain(stream), Some(config)).await;
    let (mut socket, _) = shaken.map_err(|error| broken(error.to_string()))?;
    let changes = json!([{"event": "*", "schema": "public", "table": "event_alerts"}]);
    let join = json!(["1", "1", "realtime:alerts", "phx_join", {
        "config": {"broadcast": {"ack": false, "self": false}, "presence": {"key": ""}, "postgres_changes": changes},
        "access_token": token,
    }]);
    socket.send(Message::text(join.to_string())).await.map_err(|error| broken(error.to_string()))?;
    let subscribed = async {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            if text.contains("phx_reply") {
                return if text.contains("\"ok\"") { Ok(()) } else { Err(broken(text.to_string())) };
            }
        }
        Err(broken("the hub has closed".into()))
    };
    tokio::time::timeout(Duration::from_secs(30), subscribed)
        .await
        .map_err(|_| broken("no answer to a join".into()))??;
    Ok(socket)
}

/// Counts until the socket ends.
pub async fn follow(mut socket: Socket, heard: Rc<RefCell<Heard>>) {
    let mut beat = tokio::time::interval(Duration::from_secs(25));
    loop {
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    for number in numbers(&text) {
                        heard.borrow_mut().arrived(number);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            _ = beat.tick() => {
                let heartbeat = json!([null, "h", "phoenix", "heartbeat", {}]).to_string();
                if socket.send(Message::text(heartbeat)).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The numbers of the changes in a frame, found without reading the rest of it.
fn numbers(frame: &str) -> impl Iterator<Item = usize> {
    frame.split(MARK).skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_a_frame_is_counted_and_nothing_else() {
        let frame = r#"[null,null,"t","postgres_changes",{"record":{"message":"change 7","kind":"x"},"b":{"message":"change 12"}}]"#;
        assert_eq!(numbers(frame).collect::<Vec<_>>(), [7, 12]);
        assert_eq!(numbers(r#"["phx_reply",{"message":"changed"}]"#).count(), 0);
    }

    #[test]
    fn a_measurement_does_not_hear_of_the_one_before() {
        let mut heard = Heard::default();
        assert_eq!(heard.sent(), "change 0");
        heard.committed();
        heard.begin();
        heard.arrived(0);
        assert_eq!(heard.sent(), "change 1");
        heard.committed();
        heard.arrived(1);
        assert_eq!((heard.deliveries, heard.since_commit().count()), (1, 1));
    }
}
