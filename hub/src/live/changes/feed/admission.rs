use std::sync::Arc;
use std::time::Instant;

use deadpool_postgres::Transaction;
use tokio::sync::oneshot;

use super::{Feed, ask, end};
use crate::live::changes::class::{Class, Seen, TooManyRows};
use crate::live::changes::follow::{Follow, FollowError, Followed};
use crate::live::changes::judge::Judge;
use crate::live::changes::plan::{Plan, PlanMember, Writer};
use crate::store::StoreError;
use crate::store::changes::{self, ChangeTable, ChangeTables, Cursor, Missed, View};

/// Rows that all classes of a feed together are known to see, at most.
const MOST_ROWS_TOGETHER: usize = 2_000_000;

impl Feed {
    /// A new subscriber, who begins exactly at this view; with a cursor, what was missed comes first.
    pub(super) async fn let_in(
        &mut self,
        transaction: &Transaction<'_>,
        view: &View,
        tables: &ChangeTables,
        follow: Follow,
    ) -> Result<(), (oneshot::Sender<Result<Followed, FollowError>>, FollowError)> {
        let Follow { identity, key, bound, since, follower, done } = follow;
        let store = Arc::clone(&self.node.store);
        let class_key = Class::key(&identity, tables, &bound);
        let step = self.step;
        let class = self.classes.entry(class_key.clone()).or_insert_with(|| Class::new(&class_key, &identity, step));
        identity.role().clone_into(&mut class.role);
        let wanted: Vec<Arc<ChangeTable>> = match bound.iter().any(|bound| bound.table.is_none()) {
            true => tables.all().map(Arc::clone).collect(),
            false => {
                bound.iter().filter_map(|bound| tables.table(&bound.table.as_ref()?.name).map(Arc::clone)).collect()
            }
        };
        match class.watch(&store, view, step, wanted).await {
            Ok(Ok(())) => {}
            Ok(Err(TooManyRows)) => return Err((done, FollowError::TooManyRows)),
            Err(error) => {
                tracing::warn!(%error, "somebody's sight cannot be asked");
                return Err((done, FollowError::Unavailable));
            }
        }
        if self.classes.values().map(Class::rows).sum::<usize>() > MOST_ROWS_TOGETHER {
            self.classes
                .remove(&class_key)
                .iter()
                .for_each(|class| end(class, "too_many_rows", "too much is in sight"));
            return Err((done, FollowError::TooManyRows));
        }
        let Some(class) = self.classes.get(&class_key) else { return Err((done, FollowError::Unavailable)) };
        let mut missed = Some(Vec::new());
        if let Some(since) = &since {
            let remembered = self.by_cursor.get(since.as_str()).and_then(|step| class.after(*step, &bound));
            missed = match remembered {
                Some(seen) => Some(seen),
                // Only where all rows are seen does the journal alone tell what was to be seen.
                None if class.is_whole() => match self.told_by_journal(transaction, tables, since).await {
                    Ok(seen) => seen,
                    Err(error) => {
                        tracing::warn!(%error, "the journal cannot be read");
                        return Err((done, FollowError::Unavailable));
                    }
                },
                None => None,
            };
        }
        let followed = match (&since, &missed) {
            (None, _) => Followed::Fresh,
            (Some(_), Some(_)) => Followed::Resumed,
            (Some(_), None) => Followed::Resync,
        };
        let cursor: Arc<str> = Arc::from(view.at.to_string());
        let missed = missed.unwrap_or_default();
        let mut judge = Judge::default();
        for bound in &bound {
            ask(&mut judge, &self.node, self.organization_id, bound, &missed).await;
        }
        let Some(class) = self.classes.get_mut(&class_key) else { return Err((done, FollowError::Unavailable)) };
        let mut frames = (follower.greeting)(followed, &cursor);
        frames.extend(Writer::new(&class.role).frames(&key, &bound, &missed, &judge));
        let member =
            PlanMember { subscription: follower.subscription, outbox: follower.outbox, cursors: follower.cursors };
        member.begin(&key, frames, &cursor);
        class.last_used = Instant::now();
        let plan = class.plans.entry(key).or_insert_with(|| Plan { bound, members: Vec::new() });
        plan.members.push(member);
        let _ = done.send(Ok(followed));
        Ok(())
    }

    /// What the journal tells those who see everything; `None` when it does not reach back so far.
    async fn told_by_journal(
        &self,
        transaction: &Transaction<'_>,
        tables: &ChangeTables,
        since: &str,
    ) -> Result<Option<Vec<Seen>>, StoreError> {
        let store = &self.node.store;
        let Some(since) = Cursor::parse(since) else { return Ok(None) };
        if changes::missed(store, transaction, self.organization_id, &since).await?.is_some() {
            return Ok(None);
        }
        let batch = match changes::read(store, transaction, tables, self.organization_id, &since.seen).await? {
            Ok(batch) => batch,
            Err(Missed::TooMany | Missed::TooOld) => return Ok(None),
        };
        let seen = batch.changes.into_iter().map(|change| Seen {
            existed: change.before.is_some(),
            exists: change.after.is_some(),
            table: change.table,
            at: change.at,
            before: change.before,
            after: change.after,
        });
        Ok(Some(seen.collect()))
    }
}
