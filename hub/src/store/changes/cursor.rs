use uuid::Uuid;

/// A view of the database, as Postgres writes it (`pg_current_snapshot`): transactions below `xmax` that are not in
/// `running` had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// No transaction below was running.
    pub xmin: u64,
    /// No transaction from here on had ended.
    pub xmax: u64,
    /// Those between that were running.
    pub running: Vec<u64>,
}

/// How far somebody has seen: a journal and a view of it. Its text is opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which journal.
    pub epoch: Uuid,
    /// Everything that was visible in it has been seen.
    pub seen: Snapshot,
}

/// Running transactions that a client's cursor may name.
const RUNNING: usize = 500;

impl Snapshot {
    /// From Postgres's text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (xmin, xmax, running) = (parts.next()?, parts.next()?, parts.next()?);
        let number = |text: &str| text.parse::<u64>().ok();
        let (xmin, xmax) = (number(xmin)?, number(xmax)?);
        let running: Vec<u64> = match running {
            "" => Vec::new(),
            list => list.split(',').take(RUNNING + 1).map(number).collect::<Option<_>>()?,
        };
        let inside = running.iter().all(|xid| (xmin..xmax).contains(xid));
        (parts.next().is_none() && xmin <= xmax && inside && running.len() <= RUNNING).then_some(Self {
            xmin,
            xmax,
            running,
        })
    }
}

impl std::fmt::Display for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let running: Vec<String> = self.running.iter().map(u64::to_string).collect();
        write!(f, "{}:{}:{}", self.xmin, self.xmax, running.join(","))
    }
}

impl Cursor {
    /// From the text that a client was given.
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, seen) = text.split_once('.')?;
        Some(Self { epoch: epoch.parse().ok()?, seen: Snapshot::parse(seen)? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.epoch.simple(), self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_were_written() {
        for text in ["7:7:", "7:12:", "7:12:7,9"] {
            let cursor = Cursor { epoch: Uuid::from_u128(5), seen: Snapshot::parse(text).expect(text) };
            assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor), "{text}");
        }
    }

    #[test]
    fn what_is_no_cursor_is_none() {
        let crowd = (1..600).map(|xid| xid.to_string()).collect::<Vec<_>>().join(",");
        for text in [
            "",
            "7",
            "7:8",
            "8:7:",
            "7:12:12",
            "7:12:6",
            "7:12:x",
            "7:12:8:",
            "-1:2:",
            "7:12:8;drop",
            &format!("1:700:{crowd}"),
        ] {
            assert_eq!(Snapshot::parse(text), None, "{text}");
            assert_eq!(Cursor::parse(text), None);
        }
    }
}
