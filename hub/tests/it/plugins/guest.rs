//! Our own plugins in a real hub: installed with all that they ask for, connected, and at work on the organization's rows.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use vendors::Delivery;

use super::components::guest;
use super::workshop::Workshop;
use crate::storage::client::Files;

/// How long a row may take to become what it is waited for.
pub const SOON: Duration = Duration::from_secs(40);

impl Workshop {
    /// One of our plugins, with every scope that it asks for and settings; the install's id.
    pub async fn guest(&self, name: &str, config: Value) -> Uuid {
        let answer = super::workshop::upload(self.address(), &self.token, &guest(name)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let scopes = answer.json()["manifest"]["scopes"].clone();
        let body = json!({ "package_id": answer.text("id"), "scopes": scopes, "config": config });
        let answer = self.ask("POST", "/v1/plugins/installs", Some(body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.text("id").parse().expect("an id")
    }

    /// Queues a job of a plugin; its id.
    pub async fn order(&self, install: Uuid, connection: Uuid, kind: &str, payload: Value) -> Uuid {
        let body = json!({ "kind": kind, "connection_id": connection, "payload": payload });
        let answer = self.ask("POST", &format!("/v1/plugins/installs/{install}/jobs"), Some(body)).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.text("id").parse().expect("an id")
    }

    /// The same, to its end, which must be a good one; its result.
    pub async fn does(&self, install: Uuid, connection: Uuid, kind: &str, payload: Value) -> Value {
        let job = self.order(install, connection, kind, payload).await;
        let ended = self.ended(job).await;
        assert_eq!(ended["status"], "succeeded", "{ended}\n{}", self.run(job).await);
        ended["result"].clone()
    }

    /// Rows, as the owner reads them.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        let answer = self.ask("GET", &format!("/rest/v1/{query}"), None).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        answer.json().as_array().expect("rows").clone()
    }

    /// One row of a table by its id.
    pub async fn row(&self, table: &str, id: Uuid) -> Value {
        self.rows(&format!("{table}?id=eq.{id}")).await.into_iter().next().unwrap_or(Value::Null)
    }

    /// Adds a row, as the owner; its id.
    pub async fn add(&self, table: &str, mut row: Value) -> Uuid {
        let id = Uuid::now_v7();
        row["id"] = json!(id);
        let answer = self.ask("POST", &format!("/rest/v1/{table}"), Some(row)).await;
        assert_eq!(answer.status, 201, "{table}: {answer:?}");
        id
    }

    /// Changes a row, as the owner.
    pub async fn set(&self, table: &str, id: Uuid, values: Value) {
        let answer = self.ask("PATCH", &format!("/rest/v1/{table}?id=eq.{id}"), Some(values)).await;
        assert!((200..300).contains(&answer.status), "{table}: {answer:?}");
    }

    /// Waits until a column of a row is as it is wanted; the row.
    pub async fn becomes(&self, table: &str, id: Uuid, column: &str, wanted: &str) -> Value {
        let began = std::time::Instant::now();
        loop {
            let row = self.row(table, id).await;
            if row[column] == wanted {
                return row;
            }
            if began.elapsed() > SOON {
                let jobs = self.ask("GET", "/v1/plugins/jobs?limit=50", None).await.json();
                panic!("{column} does not become {wanted}: {row}\n{jobs:#}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The jobs about a row: kind and status, the oldest first.
    pub async fn jobs_of(&self, id: Uuid) -> Vec<(String, String)> {
        let sql = self.hub.database.sql().await;
        let rows = sql
            .query("select kind, status from plugin_jobs where entity_id = $1 order by id", &[&id])
            .await
            .expect("jobs");
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// What waits for its time is due now.
    pub async fn hurry(&self) {
        let sql = self.hub.database.sql().await;
        sql.execute("update plugin_jobs set run_at = now() where status = 'queued' and run_at > now()", &[])
            .await
            .expect("hurried");
    }

    /// A webhook of a vendor comes in; the status that it is answered with.
    pub async fn hears(&self, plugin: &str, connection: Uuid, delivery: &Delivery) -> u16 {
        delivery.send(&format!("{}/hooks/{plugin}/{connection}", self.hub.url())).await.expect("an answer")
    }

    /// A picture that is kept in the hub; its asset's id.
    pub async fn picture(&self, name: &str) -> Uuid {
        let files = Files::owner(&self.hub).await;
        if files.ask("GET", "/bucket/pictures").await.status != 200 {
            files.bucket("pictures", &json!({ "public": false })).await;
        }
        files.put(&format!("pictures/{name}"), "image/jpeg", &jpeg()).await;
        let sql = self.hub.database.sql().await;
        let row = sql
            .query_one(
                "insert into assets (organization_id, uploaded_by, name, asset_type, status, mime_type, storage_object_id)
                 select $1, $2, $3, 'image', 'approved', 'image/jpeg', o.id from storage_objects o where o.object_key = $3 returning id",
                &[&self.hub.organization_id, &self.hub.owner_id, &name],
            )
            .await
            .expect("an asset");
        row.get(0)
    }

    /// Somebody to write to, with a thread; the thread's id.
    pub async fn thread(&self, channel: &str, column: &str, address: &str) -> Uuid {
        let mut contact = json!({ "name": "Lee Vale" });
        contact[column] = json!(address);
        let contact = self.add("contacts", contact).await;
        self.add("conversations", json!({ "contact_id": contact, "channel": channel })).await
    }

    /// A draft in a thread.
    pub async fn draft(&self, thread: Uuid, channel: &str, body: &str) -> Uuid {
        let row = json!({ "conversation_id": thread, "direction": "outbound", "channel": channel, "subject": "Thursday", "body": body });
        self.add("messages", row).await
    }
}

/// A small picture, as cameras write them.
pub fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::DynamicImage::new_rgb8(64, 48);
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}

/// Now, in seconds.
pub fn seconds() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    i64::try_from(now).expect("before the end of time")
}

/// A moment so many seconds from now, as a column takes it.
pub fn from_now(seconds_: i64) -> String {
    jiff::Timestamp::from_second(seconds() + seconds_).expect("a moment").to_string()
}
