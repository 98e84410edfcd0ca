use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A bare socket of the Realtime dialect, for what no client library shows or would send.
pub struct Phoenix {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    lists: bool,
    next: u64,
    aside: VecDeque<Said>,
}

/// A frame of the hub.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub join_ref: Option<String>,
    pub reference: Option<String>,
    pub topic: String,
    pub event: String,
    pub payload: Value,
    /// It was a binary frame.
    pub binary: Option<Vec<u8>>,
}

impl Phoenix {
    /// Connects, in a notation: `1.0.0` or `2.0.0`.
    pub async fn open(address: SocketAddr, version: &str) -> Self {
        let url = format!("ws://{address}/realtime/v1/websocket?apikey=sb_publishable_dashboard&vsn={version}");
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("the hub shakes hands");
        Self { socket, lists: version == "2.0.0", next: 0, aside: VecDeque::new() }
    }

    /// Sends a frame, and returns its reference.
    pub async fn push(&mut self, topic: &str, event: &str, join_ref: Option<&str>, payload: Value) -> String {
        self.next += 1;
        let reference = self.next.to_string();
        let frame = match self.lists {
            true => json!([join_ref, reference, topic, event, payload]),
            false => {
                json!({"topic": topic, "event": event, "payload": payload, "ref": reference, "join_ref": join_ref})
            }
        };
        self.send(Message::text(frame.to_string())).await;
        reference
    }

    /// Sends a message, whatever it is.
    pub async fn send(&mut self, message: Message) {
        // A hub that has hung up is found out by what is received.
        let _ = self.socket.send(message).await;
    }

    /// Joins a channel: its config, and a token. What the hub answered.
    pub async fn join(&mut self, name: &str, config: Value, token: &str) -> Result<Value, Value> {
        self.join_with(name, json!({"config": config, "access_token": token})).await
    }

    /// Joins a channel with a payload.
    pub async fn join_with(&mut self, name: &str, payload: Value) -> Result<Value, Value> {
        let join_ref = (self.next + 1).to_string();
        let topic = format!("realtime:{name}");
        let reference = self.push(&topic, "phx_join", Some(&join_ref), payload).await;
        self.reply(&reference).await
    }

    /// Sends a frame and waits for its answer.
    pub async fn ask(&mut self, name: &str, event: &str, payload: Value) -> Result<Value, Value> {
        let reference = self.push(&format!("realtime:{name}"), event, None, payload).await;
        self.reply(&reference).await
    }

    /// The answer to a frame. What comes before it is kept.
    pub async fn reply(&mut self, reference: &str) -> Result<Value, Value> {
        let mut aside = VecDeque::new();
        let said = loop {
            let said = self.next().await.expect("the socket is open");
            if said.event == "phx_reply" && said.reference.as_deref() == Some(reference) {
                break said;
            }
            aside.push_back(said);
        };
        aside.append(&mut self.aside);
        self.aside = aside;
        match said.payload["status"] == "ok" {
            true => Ok(said.payload["response"].clone()),
            false => Err(said.payload["response"].clone()),
        }
    }

    /// The next frame within 30 s; `None` when the hub has closed.
    pub async fn next(&mut self) -> Option<Said> {
        if let Some(said) = self.aside.pop_front() {
            return Some(said);
        }
        loop {
            let message = tokio::time::timeout(Duration::from_secs(30), self.socket.next()).await.expect("an answer");
            match message {
                Some(Ok(Message::Text(text))) => return Some(self.said(&text)),
                Some(Ok(Message::Binary(bytes))) => {
                    let (topic, event, payload) = (String::new(), "broadcast".to_owned(), Value::Null);
                    let binary = Some(bytes.to_vec());
                    return Some(Said { join_ref: None, reference: None, topic, event, payload, binary });
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_) | Message::Frame(_)) | Err(_)) | None => return None,
            }
        }
    }

    /// The payload of the next frame of this event; others are passed over.
    pub async fn wait(&mut self, event: &str) -> Value {
        self.wait_for(|said| (said.event == event).then(|| said.payload.clone())).await
    }

    /// What is picked from the next frame that has it; others are passed over.
    pub async fn wait_for<T>(&mut self, wanted: impl Fn(&Said) -> Option<T>) -> T {
        loop {
            let said = self.next().await.expect("the socket is open");
            if let Some(found) = wanted(&said) {
                return found;
            }
        }
    }

    /// The next change: its type, the row, the old row, and for which filters.
    pub async fn change(&mut self) -> Changed {
        Changed::of(&self.wait("postgres_changes").await)
    }

    /// Whether everything that was said before has arrived: what came until a heartbeat was answered.
    pub async fn settle(&mut self) -> Vec<Said> {
        let reference = self.push("phoenix", "heartbeat", None, json!({})).await;
        let mut heard = Vec::new();
        loop {
            let said = self.next().await.expect("the socket is open");
            if said.event == "phx_reply" && said.reference.as_deref() == Some(reference.as_str()) {
                return heard;
            }
            heard.push(said);
        }
    }

    fn said(&self, text: &str) -> Said {
        let frame: Value = serde_json::from_str(text).expect("frames are JSON");
        let field = |at: usize, name: &str| if self.lists { frame[at].clone() } else { frame[name].clone() };
        let word = |value: Value| value.as_str().map(str::to_owned);
        Said {
            join_ref: word(field(0, "join_ref")),
            reference: word(field(1, "ref")),
            topic: word(field(2, "topic")).expect("a topic"),
            event: word(field(3, "event")).expect("an event"),
            payload: field(4, "payload"),
            binary: None,
        }
    }
}

/// A change of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    pub kind: String,
    pub table: String,
    pub record: Value,
    pub old: Value,
    pub ids: Vec<u64>,
}

impl Changed {
    /// From the payload of `postgres_changes`.
    pub fn of(payload: &Value) -> Self {
        let data = &payload["data"];
        Self {
            kind: data["type"].as_str().expect("a type").to_owned(),
            table: data["table"].as_str().expect("a table").to_owned(),
            record: data["record"].clone(),
            old: data["old_record"].clone(),
            ids: payload["ids"].as_array().expect("ids").iter().map(|id| id.as_u64().expect("a number")).collect(),
        }
    }

    /// The row's id.
    pub fn id(&self) -> &str {
        let row = if self.record.is_null() { &self.old } else { &self.record };
        row["id"].as_str().expect("every change names its row")
    }
}

/// The config of a channel that listens to changes.
pub fn changes(bindings: Value) -> Value {
    json!({"broadcast": {"ack": false, "self": false}, "presence": {"enabled": false}, "postgres_changes": bindings})
}

/// Somebody outside whom the tasks of a test can be about: a task is about something.
pub async fn somebody(sql: &tokio_postgres::Client, organization_id: uuid::Uuid) {
    let insert = "insert into contacts (organization_id, name) values ($1, 'Yves')";
    sql.execute(insert, &[&organization_id]).await.expect("made");
}
