use bytes::Bytes;
use domain::documents::document::{Applied, Touched};
use domain::documents::{DocumentError, Reply};
use domain::shot_list::{Author, CellChange, Fault, Kind, Mend, mend, take};
use serde_json::json;
use uuid::Uuid;

use super::desk::{Broken, Desk, Heard, Pending, What};
use super::member::code;
use super::registry::UpdateKind;
use crate::clock;
use crate::store::documents::{Edit, LogEntry};

/// Bytes of a document, history included.
const DOCUMENT: usize = 64 * 1024 * 1024;
/// Edits of the history that are looked back at for one of the same cell.
const SAME_CELL: usize = 100;

impl Desk {
    /// What somebody changed: applied, passed on at once, kept with the next commit.
    pub(super) fn update(&mut self, id: u64, update: Bytes, kind: UpdateKind) -> Result<(), Broken> {
        let Some(member) = self.members.get(&id) else { return Ok(()) };
        let author = member.author;
        if member.read_only {
            // Whoever has nothing new has everything saved.
            let is_known = kind == UpdateKind::Step2 && self.document.knows(&update);
            member.say(Reply::Saved(is_known));
            if !is_known {
                self.refuse(id, "read_only", "you may read this document, and not change it");
            }
            return Ok(());
        }
        if self.size + update.len() > DOCUMENT {
            member.say(Reply::Saved(false));
            self.refuse(id, "document_too_large", "the document has as many bytes as it may");
            if let Some(member) = self.members.get(&id) {
                member.show_out(code::TOO_LARGE, "document_too_large");
            }
            return Ok(());
        }
        let applied = match self.document.apply(&update) {
            Ok(applied) => applied,
            Err(DocumentError::Malformed) => {
                self.node.metrics.malformed.increment(1);
                member.say(Reply::Saved(false));
                self.refuse(id, "malformed_update", "the bytes are not an update of Yjs; what you lack is sent again");
                member.say(Reply::Step1(&self.document.state_vector()));
                return Ok(());
            }
            Err(DocumentError::Broken) => {
                tracing::warn!(document = %self.id, "an update broke a document in memory; it is made anew");
                return Err(Broken);
            }
        };
        let Applied { touched, is_missing_something } = applied;
        if is_missing_something {
            member.say(Reply::Step1(&self.document.state_vector()));
        }
        if touched.is_empty() && !is_missing_something && self.document.knows(&update) && kind == UpdateKind::Step2 {
            member.say(Reply::Saved(true));
            return Ok(());
        }
        self.everything = None;
        self.heard.push(Heard { except: Some(id), what: What::Update(update.clone()) });
        self.keep(update, Some(author.id), Some(id));
        self.judge(&touched, Some((id, author)));
        Ok(())
    }

    /// Brings the sheet up to the document, notes who changed what, and puts right what cannot stand.
    pub(super) fn judge(&mut self, touched: &Touched, by: Option<(u64, Author)>) {
        let author = by.map(|(_, author)| author);
        let taken = take(&mut self.sheet, &self.document, touched, author.as_ref(), clock::now_ms());
        for change in taken.changes {
            self.note(change, author.map(|author| author.id));
        }
        if let Some((id, _)) = by {
            self.tell(id, &taken.faults);
            self.mend(&taken.mends);
        }
    }

    /// The hub writes into the document itself.
    pub(super) fn mend(&mut self, mends: &[Mend]) {
        if mends.is_empty() {
            return;
        }
        if let Some((update, touched)) = self.document.change(|maps, transaction| mend(maps, transaction, mends)) {
            self.everything = None;
            let update = Bytes::from(update);
            self.heard.push(Heard { except: None, what: What::Update(update.clone()) });
            self.keep(update, None, None);
            self.judge(&touched, None);
        }
    }

    /// Tells somebody what of theirs was put right.
    pub(super) fn tell(&self, id: u64, faults: &[Fault]) {
        let Some(member) = self.members.get(&id) else { return };
        for fault in faults.iter().take(100) {
            member.notice(&json!({
                "type": "compensated", "code": fault.code, "row": fault.row, "column": fault.column,
                "message": fault.message,
            }));
        }
    }

    /// An update that is to go into the log.
    pub(super) fn keep(&mut self, update: Bytes, author: Option<Uuid>, member: Option<u64>) {
        self.pending_bytes += update.len();
        self.size += update.len();
        self.pending.push_back(Pending { entry: LogEntry { update, author }, member });
    }

    /// A cell changed: its row is to be projected, and the history is told.
    pub(super) fn note(&mut self, change: CellChange, author: Option<Uuid>) {
        self.soil(change.kind, change.row);
        if change.column.is_empty() && change.kind == Kind::Scene {
            let shots: Vec<Uuid> = self.sheet.shots_of(change.row).collect();
            self.dirty_shots.extend(shots);
        }
        let is_same = |edit: &&mut Edit| {
            (edit.change.kind, edit.change.row, &edit.change.column) == (change.kind, change.row, &change.column)
        };
        match self.edits.iter_mut().rev().take(SAME_CELL).find(is_same) {
            // Letter by letter is one edit; of two people, two.
            Some(edit) if edit.author == author && !change.column.is_empty() => edit.change.new = change.new,
            _ => self.edits.push(Edit { change, author }),
        }
    }

    pub(super) fn soil(&mut self, kind: Kind, row: Uuid) {
        match kind {
            Kind::Scene => self.dirty_scenes.insert(row),
            Kind::Shot => self.dirty_shots.insert(row),
        };
    }
}
