//! Instagram: a post becomes a container, the container is processed, and then it is published, once.

mod container;

use fashionos_plugin::{Body, Once, Request, not_done};
use fashionos_plugin::{
    Failure, Job, Plugin, Value, enqueue, files, host, json, later, payload, permanent, rows, time,
};
use meta_graph::{GRAPH, GraphError, Post};
use serde::{Deserialize, Serialize};

use container::Status;

/// How long to wait for the picture to be processed before the next look, ms.
const PROCESSING_MS: u64 = 3_000;
/// Looks at one container.
const MOST_LOOKS: u32 = 100;
/// Containers of one post; they expire, and downloads fail.
const MOST_ROUNDS: u32 = 3;
/// How long to wait when the account may not publish any more today, ms.
const QUOTA_MS: u64 = 3_600_000;
/// How long Instagram may fetch the picture, s.
const FETCH_SECONDS: u32 = 3_600;

/// The plugin.
pub struct Instagram;

impl Plugin for Instagram {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => check(),
            "publish" => publish(job),
            "poll" => proceed(payload(job)?),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(Instagram);

/// A post on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Way {
    post: String,
    container: String,
    /// The key of the job that began.
    began: String,
    round: u32,
    looks: u32,
}

fn check() -> Result<Value, Failure> {
    let account = meta_graph::read(&host::account(), &[("fields", "username")])?;
    Ok(json!({"username": account["username"]}))
}

fn publish(job: &Job) -> Result<Value, Failure> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    #[derive(Deserialize)]
    struct Publish {
        post: Named,
        #[serde(default)]
        round: u32,
        began: Option<String>,
        /// How often somebody began it again.
        #[serde(default)]
        again: u32,
    }
    let publish: Publish = payload(job)?;
    let post = meta_graph::post(&publish.post.id)?;
    if post.is_published {
        return Ok(json!({"media": post.published_as, "already": true}));
    }
    if !post.is_wanted {
        return Ok(json!({"not_scheduled": true}));
    }
    // It may have gone out the time before, unnoticed.
    if publish.again > 0
        && publish.began.is_none()
        && let Some(media) = shown(&post)?
    {
        return published(&post, Some(&media));
    }
    let began = publish.began.unwrap_or_else(|| meta_graph::began(&job.key, publish.again));
    let Some(asset) = &post.asset else { return failed(&post, "a post on Instagram needs a picture or a video") };
    let file = files::stat(asset)?;
    let fields = match container::fields(&file.content_type, file.bytes, &post.body) {
        Ok(fields) => fields,
        Err(reason) => return failed(&post, reason),
    };
    let limit = meta_graph::read(
        &format!("{}/content_publishing_limit", host::account()),
        &[("fields", "config,quota_usage")],
    )?;
    if container::is_used_up(&limit) {
        return Err(later(QUOTA_MS, "quota_used_up", "the account may not publish more posts today"));
    }
    let address = files::public_url(asset, FETCH_SECONDS)?;
    let form = fields.into_iter().map(|(name, value)| (name, value.unwrap_or_else(|| address.clone()))).collect();
    // A container that is never published vanishes within a day, so each attempt may make one.
    let key = format!("{began}:container:{}:{}", publish.round, job.attempt);
    let answer = Request::post(format!("{GRAPH}/{}/media", host::account()))
        .bearer("token")
        .body(Body::Form(form))
        .send_idempotent(&key)?;
    if let Some(error) = GraphError::of(&answer) {
        return match error.failure(&answer) {
            Failure::Permanent(fault) if fault.code != "permission_missing" => failed(&post, &error.message),
            failure => Err(failure),
        };
    }
    let made = answer.json()?;
    let container =
        made["id"].as_str().ok_or_else(|| later(PROCESSING_MS, "answer_malformed", "a container without id"))?;
    // It is published by a run of its own, so that every attempt to do so is about this very container.
    wait(Way { post: post.id, container: container.into(), began, round: publish.round, looks: 0 })
}

fn proceed(way: Way) -> Result<Value, Failure> {
    let post = meta_graph::post(&way.post)?;
    if post.is_published {
        return Ok(json!({"media": post.published_as, "already": true}));
    }
    let status = look(&way)?;
    if !post.is_wanted && status != Status::Published {
        return Ok(json!({"not_scheduled": true}));
    }
    match status {
        Status::Published => found(&post),
        Status::Finished => release(&way, &post),
        Status::InProgress if way.looks >= MOST_LOOKS => failed(&post, "Instagram did not process the picture in time"),
        Status::InProgress => wait(way),
        Status::Broken { again: true, .. } if way.round + 1 < MOST_ROUNDS => {
            let round = way.round + 1;
            let again = json!({"post": {"id": way.post}, "round": round, "began": way.began});
            enqueue("publish", &again, &format!("{}:round:{round}", way.began), PROCESSING_MS)?;
            Ok(json!({"round": round}))
        }
        Status::Broken { reason, .. } => failed(&post, &reason),
    }
}

fn look(way: &Way) -> Result<Status, Failure> {
    let node = meta_graph::read(&way.container, &[("fields", "status_code,status")])?;
    Ok(container::status(&node))
}

/// Publishes a finished container.
fn release(way: &Way, post: &Post) -> Result<Value, Failure> {
    let key = format!("{}:publish:{}", way.began, way.round);
    let request = Request::post(format!("{GRAPH}/{}/media_publish", host::account()))
        .bearer("token")
        .body(Body::Form(vec![("creation_id".into(), way.container.clone())]));
    // A container can be published once only, and says whether it was: that settles what a lost answer leaves open. It was
    // looked at just now, and was not.
    let answer = match request.clone().send_once(&key)? {
        Once::Answer(answer) => answer,
        Once::Unsettled => request.send_checked(&key)?,
    };
    let Some(error) = GraphError::of(&answer) else {
        let made = answer.json()?;
        return match made["id"].as_str() {
            Some(media) => published(post, Some(media)),
            None => found(post),
        };
    };
    not_done(&key);
    if error.leaves_open() || (error.code, error.subcode) == (9_007, 2_207_027) {
        return wait(way.clone());
    }
    match error.failure(&answer) {
        Failure::Permanent(_) => failed(post, &error.message),
        failure => Err(failure),
    }
}

fn wait(mut way: Way) -> Result<Value, Failure> {
    way.looks += 1;
    let key = format!("{}:look:{}:{}", way.began, way.round, way.looks);
    let rest = serde_json::to_value(&way).map_err(|error| permanent("payload_malformed", error.to_string()))?;
    enqueue("poll", &rest, &key, PROCESSING_MS)?;
    Ok(json!({"container": way.container, "processing": true}))
}

/// Finds the media of a container that was published without an answer.
fn found(post: &Post) -> Result<Value, Failure> {
    published(post, shown(post)?.as_deref())
}

/// The media with the post's text, among those that the account shows.
fn shown(post: &Post) -> Result<Option<String>, Failure> {
    let media = meta_graph::read(&format!("{}/media", host::account()), &[("fields", "id,caption"), ("limit", "25")])?;
    meta_graph::unclaimed(&meta_graph::shown(&media, "caption"), &post.body)
}

fn published(post: &Post, media: Option<&str>) -> Result<Value, Failure> {
    let now = time::rfc3339(host::now_ms());
    let values = json!({"status": "published", "published_at": now, "external_post_id": media, "error": null});
    rows::update("social_posts", &rows::is("id", &post.id), &values)?;
    Ok(json!({"media": media}))
}

fn failed(post: &Post, reason: &str) -> Result<Value, Failure> {
    rows::update("social_posts", &rows::is("id", &post.id), &json!({"status": "failed", "error": reason}))?;
    Ok(json!({"failed": reason}))
}
