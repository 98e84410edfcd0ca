mod admission;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use deadpool_postgres::Transaction;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use super::class::{Class, ClassKey, Looked, MOST_ROWS, Seen, TooManyRows};
use super::follow::{Follow, FollowError};
use super::judge::Judge;
use super::plan::{Plan, PlanKey, Writer};
use crate::clock;
use crate::live::Node;
use crate::live::outbox::{Frame, Of, SubscriptionId};
use crate::postgres::{Acting, begin_snapshot};
use crate::store::StoreError;
use crate::store::changes::{self, Batch, Bound, ChangeTables, Cursor, Question, View, see};

/// How often the doorbell is asked for again; the database rings for 90 s.
const RENEW: Duration = Duration::from_secs(25);
/// How often a feed looks without being rung: a transaction that took its view of the database before anybody followed the
/// organization, and keeps it, does not ring.
const LOOK: Duration = Duration::from_secs(5);
/// How often it asks, while somebody follows, whether tables or policies have changed: before what is known of them is too
/// old, so that no change waits for it.
const RENEW_TABLES: Duration = Duration::from_millis(800);
/// How often it looks while transactions run that were under way when it opened.
const OPENING: Duration = Duration::from_millis(100);
/// A class that nobody is in is kept up for those who come back.
const LINGER: Duration = Duration::from_secs(60);
/// Steps whose cursors are recognised.
const STEPS: usize = 4096;
/// Subscriptions that are answered by one step.
const TOGETHER: usize = 1024;
/// A subscriber who hears nothing is still told how far it has come, this often.
const CURSOR_EVERY: Duration = Duration::from_secs(1);

/// What is said to a feed.
pub(super) enum FeedMessage {
    Follow(Box<Follow>),
    Unfollow(SubscriptionId),
}

/// Follows the journal of one organization for all who asked for changes in it.
pub(super) struct Feed {
    node: Arc<Node>,
    organization_id: Uuid,
    tables: Option<Arc<ChangeTables>>,
    at: Option<Cursor>,
    /// Transactions below may have looked for followers before there was this one.
    deaf_below: u64,
    step: u64,
    /// The cursors of recent steps, for those who come back with one.
    steps: VecDeque<Arc<str>>,
    by_cursor: HashMap<Arc<str>, u64>,
    classes: HashMap<ClassKey, Class>,
    cursors_told: Instant,
    last_used: Instant,
}

/// What a step has read.
struct Look {
    view: View,
    /// None when there are too many changes to tell, or none were asked for.
    batch: Option<Batch>,
    looked: Vec<(ClassKey, Looked)>,
}

impl Feed {
    pub(super) fn new(node: Arc<Node>, organization_id: Uuid) -> Self {
        Self {
            node,
            organization_id,
            tables: None,
            at: None,
            deaf_below: 0,
            step: 0,
            steps: VecDeque::new(),
            by_cursor: HashMap::new(),
            classes: HashMap::new(),
            cursors_told: Instant::now(),
            last_used: Instant::now(),
        }
    }

    /// Until nobody has followed for a while.
    pub(super) async fn run(mut self, mut messages: mpsc::Receiver<FeedMessage>, rung: Arc<Notify>) {
        let mut renewal = tokio::time::interval(RENEW);
        let mut looking = tokio::time::interval(LOOK);
        let mut renewing_tables = tokio::time::interval(RENEW_TABLES);
        let mut retry = false;
        while !self.node.is_draining() {
            let mut follows = Vec::new();
            let mut look = false;
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.take(message, &mut follows),
                    None => break,
                },
                () = rung.notified() => look = true,
                _ = renewal.tick() => self.renew().await,
                _ = looking.tick() => look = true,
                _ = renewing_tables.tick() => {
                    self.renew_tables();
                    look = retry;
                }
                () = tokio::time::sleep(OPENING), if retry || self.is_opening() => look = true,
            }
            while follows.len() < TOGETHER
                && let Ok(message) = messages.try_recv()
            {
                self.take(message, &mut follows);
            }
            if follows.is_empty() && (!look || self.classes.is_empty()) {
                retry = false;
            } else {
                retry = match self.step(&mut follows).await {
                    Ok(()) => false,
                    Err(error) => {
                        tracing::warn!(organization = %self.organization_id, %error, "a feed cannot read on yet");
                        for follow in follows {
                            let _ = follow.done.send(Err(FollowError::Unavailable));
                        }
                        true
                    }
                };
            }
            self.classes.retain(|_, class| !class.plans.is_empty() || class.last_used.elapsed() < LINGER);
            if !self.classes.is_empty() {
                self.last_used = Instant::now();
            } else if self.last_used.elapsed() > LINGER {
                messages.close();
                // Whoever came in the meantime is told to come again.
                while let Ok(message) = messages.try_recv() {
                    if let FeedMessage::Follow(follow) = message {
                        let _ = follow.done.send(Err(FollowError::Unavailable));
                    }
                }
                return;
            }
        }
    }

    fn take(&mut self, message: FeedMessage, follows: &mut Vec<Follow>) {
        match message {
            FeedMessage::Follow(follow) => follows.push(*follow),
            FeedMessage::Unfollow(subscription) => {
                follows.retain(|follow| follow.follower.subscription != subscription);
                for class in self.classes.values_mut() {
                    let before = class.plans.len();
                    class.plans.retain(|_, plan| {
                        plan.members.retain(|member| member.subscription != subscription);
                        !plan.members.is_empty()
                    });
                    if class.plans.len() != before {
                        class.last_used = Instant::now();
                    }
                }
            }
        }
    }

    fn is_opening(&self) -> bool {
        self.at.as_ref().is_some_and(|at| at.seen.xmin < self.deaf_below)
    }

    async fn renew(&self) {
        if let Err(error) = changes::watch(&self.node.store, self.organization_id).await {
            tracing::warn!(%error, "a feed's doorbell could not be renewed");
        }
    }

    /// Not awaited: a failure is found by the next look.
    fn renew_tables(&self) {
        if self.classes.is_empty() {
            return;
        }
        let store = Arc::clone(&self.node.store);
        tokio::spawn(async move {
            if let Err(error) = store.changes.renew(&store).await {
                tracing::warn!(%error, "whether tables have changed is not known");
            }
        });
    }

    /// Reads what is new, tells everybody, and lets new subscribers in: they begin exactly where the others are now.
    async fn step(&mut self, follows: &mut Vec<Follow>) -> Result<(), StoreError> {
        let store = Arc::clone(&self.node.store);
        if self.at.is_none() {
            // First the bell, then the moment: whatever comes after it rings.
            changes::watch(&store, self.organization_id).await?;
        }
        let tables = store.changes.now(&store).await?;
        if self.tables.as_ref().is_some_and(|known| !Arc::ptr_eq(known, &tables)) {
            self.start_over("schema_changed", "the tables have changed; subscribe again");
        }
        self.tables = Some(Arc::clone(&tables));
        let acting = Acting::System { organization_id: self.organization_id };
        let mut client = store.pools.get(&acting).await?;
        let transaction = begin_snapshot(&mut client, &acting).await?;
        let look = self.look(&transaction, &tables).await?;
        self.tell(&look.view, look.batch, look.looked).await;
        for follow in follows.drain(..) {
            let done = self.let_in(&transaction, &look.view, &tables, follow).await;
            if let Err((done, error)) = done {
                let _ = done.send(Err(error));
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn look(&self, transaction: &Transaction<'_>, tables: &ChangeTables) -> Result<Look, StoreError> {
        let store = &self.node.store;
        let view = changes::exported(store, transaction).await?;
        let Some(since) = &self.at else { return Ok(Look { view, batch: Some(Batch::default()), looked: Vec::new() }) };
        let batch = changes::read(store, transaction, tables, self.organization_id, &since.seen).await?;
        let Ok(batch) = batch else { return Ok(Look { view, batch: None, looked: Vec::new() }) };
        let looked = match batch.touched.is_empty() {
            true => Vec::new(),
            false => self.looked(transaction, &view, &batch).await?,
        };
        Ok(Look { view, batch: Some(batch), looked })
    }

    /// What each class sees of a batch. All are asked together; few have to be asked twice.
    async fn looked(
        &self,
        transaction: &Transaction<'_>,
        view: &View,
        batch: &Batch,
    ) -> Result<Vec<(ClassKey, Looked)>, StoreError> {
        let store = &self.node.store;
        let mut looked = Vec::with_capacity(self.classes.len());
        let mut open = Vec::new();
        for (at, (key, class)) in self.classes.iter().enumerate() {
            let (found, question) = class.look(batch);
            looked.push((key.clone(), class, found));
            open.extend(question.map(|question| (at, question)));
        }
        while !open.is_empty() {
            let (asked, questions): (Vec<usize>, Vec<Question>) = open.into_iter().unzip();
            let seen = see(store, &view.exported, &questions, MOST_ROWS + 1).await?;
            open = Vec::new();
            for ((at, question), seen) in asked.into_iter().zip(questions).zip(seen) {
                let (_, class, found) = &mut looked[at];
                open.extend(class.answered(found, question, seen).map(|question| (at, question)));
            }
        }
        let mut complete = Vec::with_capacity(looked.len());
        for (key, class, mut found) in looked {
            class.complete(store, transaction, &mut found).await?;
            complete.push((key, found));
        }
        Ok(complete)
    }

    async fn tell(&mut self, view: &View, batch: Option<Batch>, looked: Vec<(ClassKey, Looked)>) {
        let cursor: Arc<str> = Arc::from(view.at.to_string());
        if self.at.is_none() {
            self.deaf_below = view.at.seen.xmax;
        }
        self.at = Some(view.at.clone());
        self.step += 1;
        if self.by_cursor.insert(Arc::clone(&cursor), self.step).is_none() {
            self.steps.push_back(Arc::clone(&cursor));
            if self.steps.len() > STEPS
                && let Some(oldest) = self.steps.pop_front()
            {
                self.by_cursor.remove(&oldest);
            }
        }
        let Some(batch) = batch else {
            return self.start_over("too_many_changes", "too much has changed at once; read again and subscribe again");
        };
        if batch.touched.is_empty() {
            return;
        }
        let mut told: Vec<(ClassKey, Vec<Seen>)> = Vec::new();
        let now = clock::now_ms();
        for (key, looked) in looked {
            let Some(class) = self.classes.get_mut(&key) else { continue };
            match class.apply(&batch, looked, now) {
                Ok(seen) => {
                    class.remember(self.step, &seen);
                    told.push((key, seen));
                }
                Err(TooManyRows) => {
                    if let Some(class) = self.classes.remove(&key) {
                        end(&class, FollowError::TooManyRows.code(), &FollowError::TooManyRows.to_string());
                    }
                }
            }
        }
        let mut judge = Judge::default();
        for (key, seen) in &told {
            let Some(class) = self.classes.get(key) else { continue };
            for bound in class.plans.values().flat_map(|plan| &plan.bound) {
                ask(&mut judge, &self.node, self.organization_id, bound, seen).await;
            }
        }
        let with_cursor = self.cursors_told.elapsed() > CURSOR_EVERY;
        if with_cursor {
            self.cursors_told = Instant::now();
        }
        for (key, seen) in &told {
            let Some(class) = self.classes.get(key) else { continue };
            let mut writer = Writer::new(&class.role);
            for (key, plan) in &class.plans {
                let frames = writer.frames(key, &plan.bound, seen, &judge);
                plan.deliver(key, &frames, &cursor, with_cursor || !frames.is_empty());
                plan.complain(key, &judge);
                self.node.metrics.deliveries.increment((frames.len() * plan.members.len()) as u64);
            }
        }
    }

    /// Everybody has to subscribe again.
    fn start_over(&mut self, code: &str, reason: &str) {
        for (_, class) in self.classes.drain() {
            end(&class, code, reason);
        }
    }
}

async fn ask(judge: &mut Judge, node: &Node, organization_id: Uuid, bound: &Bound, seen: &[Seen]) {
    let of_table = seen.iter().filter(|seen| bound.table.as_ref().is_some_and(|table| table.name == seen.table.name));
    let images: Vec<_> = of_table.flat_map(|seen| seen.before.iter().chain(&seen.after)).cloned().collect();
    judge.ask(&node.store, organization_id, bound, &images).await;
}

/// Tells everybody of a class that their channel is over; their libraries join again.
fn end(class: &Class, code: &str, reason: &str) {
    for (key, plan) in &class.plans {
        let payload = serde_json::json!({ "code": code, "reason": reason }).to_string();
        let bytes = Bytes::from(key.notation.write(&key.topic, "phx_error", &payload));
        for member in &plan.members {
            member.outbox.push(Frame::Text(bytes.clone()), Of::Subscription(member.subscription));
        }
    }
}

impl Plan {
    /// Says which filters could not be evaluated: what they would have let through was not told.
    fn complain(&self, key: &PlanKey, judge: &Judge) {
        if !self.bound.iter().any(|bound| judge.failed.contains(&bound.id)) {
            return;
        }
        let payload = serde_json::json!({
            "extension": "postgres_changes",
            "status": "error",
            "message": "resync: a filter could not be evaluated in time; read again",
            "channel": key.topic.trim_start_matches("realtime:"),
        });
        let bytes = Bytes::from(key.notation.write(&key.topic, "system", &payload.to_string()));
        for member in &self.members {
            member.outbox.push(Frame::Text(bytes.clone()), Of::Subscription(member.subscription));
        }
    }
}
