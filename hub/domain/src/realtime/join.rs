use serde_json::{Map, Value};

use super::bounds;

/// What a client asks of a channel when it joins.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Its broadcasts are confirmed.
    pub acknowledge: bool,
    /// Its own broadcasts come back to it.
    pub echo: bool,
    /// It hears who is there.
    pub presence: bool,
    /// The name under which it shows itself; none if it leaves that to the hub.
    pub presence_key: Option<String>,
    /// Rights are looked at: the channel is about one event, project or organization.
    pub private: bool,
    /// The changes that it wants to hear of, in the client's order.
    pub bindings: Vec<Binding>,
    /// Its access token.
    pub access_token: Option<String>,
    /// What it has seen already, in the hub's words.
    pub since: Option<String>,
    /// It wants to be told how far it has seen.
    pub cursors: bool,
}

/// One filter on changes of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// Which changes.
    pub wanted: Wanted,
    /// The schema.
    pub schema: String,
    /// The table; all of the schema where it is not named.
    pub table: Option<String>,
    /// The filter's text.
    pub filter: Option<String>,
    /// The columns that are sent; all that are seen where they are not named.
    pub select: Option<Vec<String>>,
    /// As the client wrote it: that is what it compares the answer with.
    pub verbatim: Map<String, Value>,
}

/// Which kinds of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// All.
    All,
    /// New rows.
    Inserts,
    /// Changed rows.
    Updates,
    /// Rows that are gone, or out of sight.
    Deletes,
}

/// Why a join is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Something in it is not what it should be.
    #[error("{0}")]
    Invalid(&'static str),
    /// There is too much of something.
    #[error("too many {what}: at most {at_most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The bound.
        at_most: usize,
    },
    /// The hub keeps no broadcasts.
    #[error("broadcasts are not kept: there is no replay")]
    Replay,
}

impl JoinError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid_join",
            Self::TooMany { .. } => "too_many",
            Self::Replay => "no_replay",
        }
    }
}

impl Join {
    /// Reads the payload of `phx_join`.
    ///
    /// # Errors
    /// See [`JoinError`].
    pub fn read(payload: &Map<String, Value>) -> Result<Self, JoinError> {
        let nothing = Map::new();
        let object = |of: &Map<String, Value>, name: &str, message| match of.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object.clone()),
            Some(_) => Err(JoinError::Invalid(message)),
        };
        let config = object(payload, "config", "config is an object")?;
        let broadcast = object(&config, "broadcast", "config.broadcast is an object")?;
        let presence = config.get("presence").and_then(Value::as_object).unwrap_or(&nothing);
        let hub = object(payload, "hub", "hub is an object")?;
        let flag = |of: &Map<String, Value>, name: &str| of.get(name).and_then(Value::as_bool).unwrap_or(false);
        if broadcast.get("replay").is_some_and(|replay| !replay.is_null()) {
            return Err(JoinError::Replay);
        }
        let text = |of: &Map<String, Value>, name: &str, longest, message| match of.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) if text.len() <= longest && !text.contains('\0') => Ok(Some(text.clone())),
            Some(_) => Err(JoinError::Invalid(message)),
        };
        let since = text(&hub, "since", bounds::FILTER, "hub.since is a cursor that the hub has given")?;
        Ok(Self {
            acknowledge: flag(&broadcast, "ack"),
            echo: flag(&broadcast, "self"),
            // Clients that came before the switch sent none, and meant yes.
            presence: presence.get("enabled").and_then(Value::as_bool).unwrap_or(true),
            presence_key: text(presence, "key", bounds::JOIN_WORD, "config.presence.key has at most 255 bytes")?,
            private: flag(&config, "private"),
            bindings: bindings(&config)?,
            access_token: text(payload, "access_token", bounds::TOKEN, "access_token has at most 8 KiB")?,
            cursors: since.is_some() || flag(&hub, "cursors"),
            since,
        })
    }
}

fn bindings(config: &Map<String, Value>) -> Result<Vec<Binding>, JoinError> {
    let list = match config.get("postgres_changes") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(JoinError::Invalid("config.postgres_changes is a list")),
    };
    if list.len() > bounds::BINDINGS {
        return Err(JoinError::TooMany { what: "filters on changes", at_most: bounds::BINDINGS });
    }
    list.iter().map(Binding::read).collect()
}

impl Binding {
    fn read(value: &Value) -> Result<Self, JoinError> {
        let Value::Object(verbatim) = value else {
            return Err(JoinError::Invalid("each of config.postgres_changes is an object"));
        };
        let text = |name: &str| match verbatim.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.len() <= bounds::FILTER && !text.contains('\0') => Ok(Some(text.clone())),
            Some(_) => Err(JoinError::Invalid("event, schema, table and filter are texts of at most 8 KiB")),
        };
        let wanted = match text("event")?.as_deref().map(str::to_ascii_uppercase).as_deref() {
            None | Some("*") => Wanted::All,
            Some("INSERT") => Wanted::Inserts,
            Some("UPDATE") => Wanted::Updates,
            Some("DELETE") => Wanted::Deletes,
            Some(_) => return Err(JoinError::Invalid("event is INSERT, UPDATE, DELETE or *")),
        };
        let select = match verbatim.get("select") {
            None | Some(Value::Null) => None,
            Some(Value::String(names)) => Some(names.split(',').map(|name| name.trim().to_owned()).collect()),
            Some(Value::Array(names)) => Some(
                names
                    .iter()
                    .map(|name| name.as_str().map(str::to_owned))
                    .collect::<Option<Vec<_>>>()
                    .ok_or(JoinError::Invalid("select is a list of columns"))?,
            ),
            Some(_) => return Err(JoinError::Invalid("select is a list of columns")),
        };
        let select = select.filter(|names: &Vec<String>| !names.is_empty() && names != &["*"]);
        if select.as_ref().is_some_and(|names| names.len() > 300) {
            return Err(JoinError::TooMany { what: "columns", at_most: 300 });
        }
        let table = text("table")?.filter(|table| table != "*" && !table.is_empty());
        let filter = text("filter")?.filter(|filter| !filter.is_empty());
        if table.is_none() && (filter.is_some() || select.is_some()) {
            return Err(JoinError::Invalid("filter and select are about one table"));
        }
        let schema = text("schema")?.unwrap_or_else(|| "public".to_owned());
        Ok(Self { wanted, schema, table, filter, select, verbatim: verbatim.clone() })
    }
}

impl Wanted {
    /// Whether a change of this kind (`INSERT`, `UPDATE`, `DELETE`) is wanted.
    pub fn takes(self, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Inserts => kind == "INSERT",
            Self::Updates => kind == "UPDATE",
            Self::Deletes => kind == "DELETE",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<Join, JoinError> {
        Join::read(value.as_object().expect("an object"))
    }

    #[test]
    fn a_join_of_the_usual_client_is_understood() {
        let join = read(json!({"config": {
            "broadcast": {"ack": true, "self": false},
            "presence": {"key": "", "enabled": false},
            "postgres_changes": [
                {"event": "*", "schema": "public", "table": "events", "filter": "status=eq.published"},
                {"event": "INSERT", "schema": "public"},
            ],
            "private": true,
        }, "access_token": "t", "hub": {"since": "c"}}))
        .expect("a join");
        assert!(join.acknowledge && !join.echo && !join.presence && join.private && join.cursors);
        assert_eq!(
            (join.presence_key, join.access_token.as_deref(), join.since.as_deref()),
            (None, Some("t"), Some("c"))
        );
        assert_eq!(join.bindings[0].filter.as_deref(), Some("status=eq.published"));
        assert_eq!((join.bindings[1].wanted, join.bindings[1].table.as_deref()), (Wanted::Inserts, None));
        assert!(read(json!({})).expect("nothing is asked").presence, "older clients do not say");
    }

    #[test]
    fn what_is_no_join_is_refused_with_a_code() {
        for (bad, code) in [
            (json!({"config": 3}), "invalid_join"),
            (json!({"config": {"broadcast": []}}), "invalid_join"),
            (json!({"config": {"broadcast": {"replay": {"since": 0}}}}), "no_replay"),
            (json!({"config": {"postgres_changes": {}}}), "invalid_join"),
            (json!({"config": {"postgres_changes": [3]}}), "invalid_join"),
            (json!({"config": {"postgres_changes": [{"event": "TRUNCATE"}]}}), "invalid_join"),
            (json!({"config": {"postgres_changes": [{"event": "*", "schema": 7}]}}), "invalid_join"),
            (json!({"config": {"postgres_changes": [{"event": "*", "filter": "a=eq.1"}]}}), "invalid_join"),
            (json!({"config": {"postgres_changes": [{"event": "*", "table": "t", "select": [1]}]}}), "invalid_join"),
            (json!({"config": {"postgres_changes": vec![json!({"event": "*"}); 101]}}), "too_many"),
            (json!({"access_token": "t".repeat(9000)}), "invalid_join"),
            (json!({"hub": {"since": 4}}), "invalid_join"),
        ] {
            assert_eq!(read(bad.clone()).expect_err("it is none").code(), code, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn hostile_joins_are_refused_or_bounded(text in r#"\{"config":\{"postgres_changes":\[[\{\}"a-z:,0-9*\[\]]{0,60}\]\}\}"#) {
            if let Ok(Value::Object(payload)) = serde_json::from_str(&text)
                && let Ok(join) = Join::read(&payload)
            {
                prop_assert!(join.bindings.len() <= bounds::BINDINGS);
            }
        }
    }
}
