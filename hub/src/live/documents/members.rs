use bytes::Bytes;
use domain::documents::document::clients_of;
use domain::documents::{Dialect, Reply};
use serde_json::json;

use super::desk::{Broken, Desk, Heard, What};
use super::member::{Member, code, framed};
use super::registry::{Ask, Standing};
use crate::clock;

impl Desk {
    pub(super) fn heed(&mut self, ask: Ask) -> Result<(), Broken> {
        match ask {
            Ask::Join(member, answer) => {
                if answer.send(Ok(())).is_ok() {
                    self.seat(member);
                }
            }
            Ask::Leave(member) => self.leave(member),
            Ask::Step1(member, state_vector) => self.step1(member, &state_vector),
            Ask::Update(member, update, kind) => self.update(member, update, kind)?,
            Ask::Awareness(member, message) => self.shown(member, &message),
            Ask::QueryAwareness(member) => self.show_all(member),
            Ask::Rights(member, standing) => self.rights(member, standing),
        }
        Ok(())
    }

    fn seat(&mut self, member: Member) {
        match member.dialect {
            Dialect::Plain => member.say(Reply::Step1(&self.document.state_vector())),
            // It says what it has first, and is asked then.
            Dialect::Named(_) => member.say(Reply::Authenticated { read_only: member.read_only }),
        }
        if let Some(all) = self.awareness.encode_all() {
            member.say(Reply::Awareness(&all));
        }
        self.node.metrics.sessions.increment(1.0);
        self.members.insert(member.id, member);
    }

    fn leave(&mut self, member: u64) {
        if self.members.remove(&member).is_none() {
            return;
        }
        self.node.metrics.sessions.decrement(1.0);
        let left = self.awareness.leave(member);
        self.tell_awareness(&left);
        self.may_be_empty();
    }

    /// What somebody has. Who has seen a history that was dropped cannot be merged with this one.
    fn step1(&mut self, id: u64, state_vector: &[u8]) {
        if !self.members.contains_key(&id) {
            return;
        }
        let Ok(clients) = clients_of(state_vector) else {
            return self.refuse(id, "malformed_frame", "the state vector is malformed");
        };
        if clients.iter().any(|client| self.retired.contains(client)) {
            return self.another_epoch(id);
        }
        let lacking = match state_vector {
            [0] => self.all(),
            _ => self.document.since(state_vector).map(Bytes::from).ok(),
        };
        let Some(lacking) = lacking else { return };
        let Some(member) = self.members.get(&id) else { return };
        member.say(Reply::Step2(&lacking));
        if matches!(member.dialect, Dialect::Named(_)) {
            member.say(Reply::Step1(&self.document.state_vector()));
        }
    }

    /// The whole document; made once for all who open it at the same time.
    pub(super) fn all(&mut self) -> Option<Bytes> {
        if self.everything.is_none() {
            self.everything = self.document.everything().map(Bytes::from).ok();
        }
        self.everything.clone()
    }

    pub(super) fn another_epoch(&mut self, id: u64) {
        if let Some(member) = self.members.get(&id) {
            member.notice(&json!({ "type": "epoch", "epoch": self.epoch,
                "message": "the document was compacted: drop the local copy and open it anew" }));
            member.show_out(code::ANOTHER_EPOCH, "epoch");
        }
        self.leave(id);
    }

    fn shown(&mut self, id: u64, message: &[u8]) {
        match self.awareness.take(id, message) {
            Ok(changed) => self.tell_awareness(&changed),
            Err(error) => self.refuse(id, error.code(), &error.to_string()),
        }
    }

    /// Its sender hears it too: clients take silence for a broken connection.
    fn tell_awareness(&mut self, clients: &[u64]) {
        if !clients.is_empty() {
            let what = What::Awareness(self.awareness.encode(clients));
            self.heard.push(Heard { except: None, what });
        }
    }

    fn show_all(&self, id: u64) {
        if let (Some(member), Some(all)) = (self.members.get(&id), self.awareness.encode_all()) {
            member.say(Reply::Awareness(&all));
        }
    }

    fn rights(&mut self, id: u64, standing: Standing) {
        let Some(member) = self.members.get_mut(&id) else { return };
        member.author.supervises = standing.supervises;
        if member.read_only != standing.read_only {
            member.read_only = standing.read_only;
            member.say(Reply::Authenticated { read_only: standing.read_only });
        }
    }

    pub(super) fn refuse(&self, id: u64, code: &str, message: &str) {
        if let Some(member) = self.members.get(&id) {
            member.notice(&json!({ "type": "refused", "code": code, "message": message, "at": clock::now_ms() }));
        }
    }

    /// Passes on what was heard in this turn: each frame is made once a dialect, and each member is written to once.
    pub(super) fn pass_on(&mut self) {
        if self.heard.is_empty() {
            return;
        }
        let heard = std::mem::take(&mut self.heard);
        let mut dialects: Vec<(&Dialect, Vec<Option<Bytes>>)> = Vec::new();
        for member in self.members.values() {
            let at = dialects.iter().position(|(dialect, _)| **dialect == member.dialect).unwrap_or_else(|| {
                let frames = heard.iter().map(|heard| framed(&member.dialect, heard.what.reply())).collect();
                dialects.push((&member.dialect, frames));
                dialects.len() - 1
            });
            let frames: Vec<Bytes> = heard
                .iter()
                .zip(&dialects[at].1)
                .filter(|(heard, _)| heard.except != Some(member.id))
                .filter_map(|(_, frame)| frame.clone())
                .collect();
            member.line.say(&frames);
        }
    }
}

impl What {
    fn reply(&self) -> Reply<'_> {
        match self {
            Self::Update(update) => Reply::Update(update),
            Self::Awareness(message) => Reply::Awareness(message),
        }
    }
}
