use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::realtime::Verdict;
use uuid::Uuid;

use crate::store::Store;
use crate::store::changes::{Bound, Image, passing};

/// Which rows pass which filters. What the hub cannot judge by itself is asked of the database, once a filter and batch.
#[derive(Default)]
pub(super) struct Judge {
    /// (filter, row) -> verdict, of those that were asked.
    asked: HashMap<(u64, usize), bool>,
    /// Filters that the database could not evaluate.
    pub(super) failed: HashSet<u64>,
}

impl Judge {
    /// Asks the database about all rows of a filter that it alone can judge.
    pub(super) async fn ask(&mut self, store: &Store, organization_id: Uuid, bound: &Bound, images: &[Arc<Image>]) {
        let (Some(table), Some(filter)) = (&bound.table, &bound.filter) else { return };
        let mut open = HashSet::new();
        let mut unknown: Vec<&Arc<Image>> = Vec::new();
        for image in images {
            let key = (bound.id, address(image));
            let asks = filter.judge(|column| image.raw.get(column)) == Verdict::AskDatabase;
            if asks && !self.asked.contains_key(&key) && open.insert(key) {
                unknown.push(image);
            }
        }
        let images = unknown;
        if images.is_empty() || self.failed.contains(&bound.id) {
            return;
        }
        let rows: Vec<_> = images.iter().map(|image| &image.raw).collect();
        match passing(store, organization_id, table, filter, &rows).await {
            Ok(passed) => {
                for (nth, image) in images.iter().enumerate() {
                    self.asked.insert((bound.id, address(image)), passed.contains(&nth));
                }
            }
            Err(error) => {
                tracing::warn!(table = %table.name, %error, "a filter on changes could not be evaluated");
                self.failed.insert(bound.id);
            }
        }
    }

    /// Whether a row passes a filter.
    pub(super) fn passes(&self, bound: &Bound, image: &Arc<Image>) -> bool {
        let Some(filter) = &bound.filter else { return true };
        match filter.judge(|column| image.raw.get(column)) {
            Verdict::Passes => true,
            Verdict::Fails => false,
            Verdict::AskDatabase => self.asked.get(&(bound.id, address(image))).copied().unwrap_or(false),
        }
    }
}

/// Images outlive the batch that they are judged in.
fn address(image: &Arc<Image>) -> usize {
    Arc::as_ptr(image) as usize
}
