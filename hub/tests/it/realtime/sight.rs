use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::support::TestHub;
use crate::support::phoenix::{Changed, Phoenix, changes, somebody};

/// A client's rows: id, and what it shows of them.
type View = BTreeMap<Uuid, (String, Option<String>)>;

fn apply(view: &mut View, change: &Changed) {
    let id = change.id().parse().expect("a uuid");
    match change.kind.as_str() {
        "DELETE" => {
            assert!(view.remove(&id).is_some(), "only what was there goes: {change:?}");
        }
        kind => {
            let word = |column: &str| change.record[column].as_str().map(str::to_owned);
            let before = view.insert(id, (word("status").expect("a status"), word("assigned_to")));
            assert!(kind != "INSERT" || before.is_none(), "a row that was there is not new");
        }
    }
}

/// What somebody sees by SQL, under their own claims.
async fn answer(hub: &TestHub, user: Uuid) -> View {
    let mut sql = hub.database.sql().await;
    let transaction = sql.transaction().await.expect("begun");
    transaction.batch_execute("set local session authorization hub_app").await.expect("as any request");
    transaction
        .execute(
            "select set_config('app.user_id', $1, true), set_config('app.org_id', $2, true)",
            &[&user.to_string(), &hub.organization_id.to_string()],
        )
        .await
        .expect("claimed");
    let rows = transaction.query("select id, status, assigned_to::text from tasks", &[]).await.expect("read");
    rows.into_iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect()
}

/// A small generator: the same rows move in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// F246, F271, F275: a thousand sockets of ten audiences, while rows are made, changed, handed from one to another, lent to
/// helpers and taken back, moved between events and deleted. Each client's rows, kept only by what it was told, are in the
/// end those that SQL shows its user.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_see_what_sql_shows_them() {
    const EACH: usize = 100;
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    somebody(&sql, hub.organization_id).await;
    let mut people = vec![(hub.owner_id, hub.token(TestHub::OWNER).await)];
    for (name, role) in [("admin", "admin"), ("producer", "producer")] {
        let email = format!("{name}@maison.example");
        people.push((hub.member(&email, role).await, hub.token(&email).await));
    }
    for number in 0..7 {
        let email = format!("staff{number}@maison.example");
        people.push((hub.member(&email, "staff").await, hub.token(&email).await));
    }
    let mut events: Vec<Option<Uuid>> = vec![None];
    for number in 0..3 {
        let id = Uuid::now_v7();
        sql.execute(
            "insert into events (id, organization_id, organizer_id, title, slug, start_time, end_time, time_zone)
             values ($1, $2, $3, 'Show', $4::text::citext, now(), now() + interval '1 hour', 'UTC')",
            &[&id, &hub.organization_id, &hub.owner_id, &format!("show-{number}")],
        )
        .await
        .expect("made");
        events.push(Some(id));
    }
    let mut clients = Vec::new();
    for (user, token) in &people {
        for _ in 0..EACH {
            let mut client = Phoenix::open(hub.server.address, "2.0.0").await;
            let bindings = json!([{"event": "*", "schema": "public", "table": "tasks"}]);
            client.join("tasks", changes(bindings), token).await.expect("it may");
            clients.push((*user, client));
        }
    }
    let (quiet, last) = tokio::sync::watch::channel(None::<BTreeMap<Uuid, View>>);
    let mut readers = tokio::task::JoinSet::new();
    for (user, mut client) in clients {
        let mut last = last.clone();
        readers.spawn(async move {
            let mut view = View::new();
            let mut wanted: Option<View> = None;
            let done = async {
                while wanted.as_ref() != Some(&view) {
                    tokio::select! {
                        said = client.next() => {
                            let said = said.expect("the socket is open");
                            if said.event == "postgres_changes" {
                                apply(&mut view, &Changed::of(&said.payload));
                            }
                        }
                        changed = last.changed(), if wanted.is_none() => {
                            changed.expect("the test goes on");
                            wanted = last.borrow().as_ref().map(|views| views[&user].clone());
                        }
                    }
                }
            };
            let in_time = tokio::time::timeout(Duration::from_secs(90), done).await.is_ok();
            assert!(in_time, "{user} sees {view:?} and should see {wanted:?}");
            // And nothing comes after it.
            let more = client.settle().await;
            assert!(more.iter().all(|said| said.event != "postgres_changes"), "{more:?}");
        });
    }
    let mut dice = Dice(7);
    let mut tasks: Vec<Uuid> = Vec::new();
    let anybody = |dice: &mut Dice| (dice.roll(3) > 0).then(|| people[3 + dice.roll(7)].0);
    for _ in 0..300 {
        let task = (!tasks.is_empty()).then(|| tasks[dice.roll(tasks.len())]);
        match (dice.roll(10), task) {
            (0..3, _) | (_, None) => {
                let row = sql
                    .query_one(
                        "insert into tasks (contact_id, organization_id, title, assigned_to, event_id) values ((select id from contacts where organization_id = $1), $1, 'Task', $2, $3)
                         returning id",
                        &[&hub.organization_id, &anybody(&mut dice), &events[dice.roll(4)]],
                    )
                    .await
                    .expect("made");
                tasks.push(row.get(0));
            }
            (3, Some(task)) => {
                let status = ["todo", "done", "blocked"][dice.roll(3)];
                sql.execute("update tasks set status = $2 where id = $1", &[&task, &status]).await.expect("changed");
            }
            (4 | 5, Some(task)) => {
                let to = anybody(&mut dice);
                sql.execute("update tasks set assigned_to = $2 where id = $1", &[&task, &to])
                    .await
                    .expect("handed over");
            }
            (6, Some(task)) => {
                let to = people[3 + dice.roll(7)].0;
                sql.execute(
                    "insert into task_assignees (organization_id, task_id, user_id) values ($1, $2, $3)
                     on conflict do nothing",
                    &[&hub.organization_id, &task, &to],
                )
                .await
                .expect("lent");
            }
            (7, Some(task)) => {
                sql.execute("delete from task_assignees where task_id = $1", &[&task]).await.expect("taken back");
            }
            (8, Some(task)) => {
                let event = events[dice.roll(4)];
                sql.execute("update tasks set event_id = $2 where id = $1", &[&task, &event]).await.expect("moved");
            }
            (_, Some(task)) => {
                sql.execute("delete from tasks where id = $1", &[&task]).await.expect("deleted");
                tasks.retain(|known| *known != task);
            }
        }
    }
    let mut views = BTreeMap::new();
    for (user, _) in &people {
        views.insert(*user, answer(&hub, *user).await);
    }
    assert!(views[&hub.owner_id].len() > 20 && views[&people[5].0].len() > 2, "something is to be seen");
    assert!(views[&people[5].0].len() < views[&hub.owner_id].len(), "and not by everybody");
    quiet.send(Some(views)).expect("somebody waits");
    while let Some(reader) = readers.join_next().await {
        reader.expect("every view is right");
    }
}
