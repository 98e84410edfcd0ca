use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a topic is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopicKind {
    /// One fashion event: its guests, gates, run of show, alerts.
    Event,
    /// One project: its shoots and shot lists.
    Project,
    /// One organization: its members, devices, directories.
    Organization,
}

impl TopicKind {
    /// The word before the colon in a topic's text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Project => "project",
            Self::Organization => "organization",
        }
    }
}

/// The stream that a change belongs to and that a client joins.
///
/// Its text form, on the wire and in the database, is `event:{uuid}`, `project:{uuid}` or
/// `organization:{uuid}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Topic {
    /// What the topic is about.
    pub kind: TopicKind,
    /// The row that gives the topic its name.
    pub id: Uuid,
}

impl Topic {
    /// The topic of one fashion event.
    pub fn event(id: Uuid) -> Self {
        Self { kind: TopicKind::Event, id }
    }

    /// The topic of one organization.
    pub fn organization(id: Uuid) -> Self {
        Self { kind: TopicKind::Organization, id }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id)
    }
}

/// Why a text is not a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a topic is event:{{uuid}}, project:{{uuid}} or organization:{{uuid}}")]
pub struct TopicParseError;

impl FromStr for Topic {
    type Err = TopicParseError;

    fn from_str(text: &str) -> Result<Self, TopicParseError> {
        let (kind, id) = text.split_once(':').ok_or(TopicParseError)?;
        let kind = match kind {
            "event" => TopicKind::Event,
            "project" => TopicKind::Project,
            "organization" => TopicKind::Organization,
            _ => return Err(TopicParseError),
        };
        // Only the canonical 36 characters: the database compares topics as text.
        if id.len() != 36 || id.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(TopicParseError);
        }
        let id = Uuid::parse_str(id).map_err(|_| TopicParseError)?;
        Ok(Self { kind, id })
    }
}

impl Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Topic {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Topic".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(event|project|organization):[0-9a-f-]{36}$",
        })
    }
}

/// A position in a topic's journal: everything up to and including `seq` has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cursor {
    /// Which journal. It changes only when a database was restored from a backup; a cursor of
    /// another epoch says nothing, and the hub answers it with a snapshot.
    pub epoch: Uuid,
    /// Number of the last commit seen in the topic; 0 means none.
    pub seq: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_text_is_a_topic() {
        let id = "0197b5a0-0000-7000-8000-000000000001";
        let topic: Topic = format!("event:{id}").parse().expect("canonical");
        assert_eq!(topic.to_string(), format!("event:{id}"));
        for bad in [
            "",
            "event",
            "event:",
            "guest:0197b5a0-0000-7000-8000-000000000001",
            "event:0197B5A0-0000-7000-8000-00000000000A",
            "event:{0197b5a0-0000-7000-8000-000000000001}",
            "event:0197b5a0000070008000000000000001",
            " event:0197b5a0-0000-7000-8000-000000000001",
        ] {
            assert_eq!(bad.parse::<Topic>(), Err(TopicParseError), "{bad:?}");
        }
    }
}
