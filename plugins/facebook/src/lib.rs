//! Facebook: a picture is uploaded unpublished, then a post is put on the page that shows it, once.

use fashionos_plugin::{Body, Failure, Job, Once, Plugin, Request, Value};
use fashionos_plugin::{enqueue, files, host, json, later, payload, permanent, rows, time};
use meta_graph::{GRAPH, GraphError, Post};
use serde::{Deserialize, Serialize};

/// How long Facebook may fetch the picture, s.
const FETCH_SECONDS: u32 = 3_600;
/// How long to wait before an answer that left open what was done is looked into, ms.
const OPEN_MS: u64 = 10_000;
/// Facebook's code for a text that the page has just shown.
const DUPLICATE: i64 = 506;

/// The plugin.
pub struct Facebook;

impl Plugin for Facebook {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => {
                let page = meta_graph::read(&host::account(), &[("fields", "name")])?;
                Ok(json!({"page": page["name"]}))
            }
            "publish" => publish(job),
            "post" => put(&payload(job)?),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(Facebook);

/// A post that is ready to be put on the page.
#[derive(Debug, Serialize, Deserialize)]
struct Ready {
    post: String,
    photo: Option<String>,
    /// The key of the job that began.
    began: String,
}

fn publish(job: &Job) -> Result<Value, Failure> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    #[derive(Deserialize)]
    struct Publish {
        post: Named,
        /// How often somebody began it again.
        #[serde(default)]
        again: u32,
    }
    let publish: Publish = payload(job)?;
    let post = meta_graph::post(&publish.post.id)?;
    if post.is_published {
        return Ok(json!({"post": post.published_as, "already": true}));
    }
    if !post.is_wanted {
        return Ok(json!({"not_scheduled": true}));
    }
    // It may have gone out the time before, unnoticed.
    if publish.again > 0
        && let Some(id) = found(&post)?
    {
        return published(&post, &id);
    }
    let began = meta_graph::began(&job.key, publish.again);
    let Some(asset) = &post.asset else {
        return put(&Ready { post: post.id, photo: None, began });
    };
    let file = files::stat(asset)?;
    if !matches!(file.content_type.as_str(), "image/jpeg" | "image/png" | "image/gif" | "image/webp") {
        return failed(&post, "Facebook takes JPEG, PNG, GIF and WebP pictures");
    }
    // An unpublished photo shows nowhere and vanishes within a day, so each attempt may make one.
    let form = vec![("url".into(), files::public_url(asset, FETCH_SECONDS)?), ("published".into(), "false".into())];
    let answer = Request::post(format!("{GRAPH}/{}/photos", host::account()))
        .bearer("token")
        .body(Body::Form(form))
        .send_idempotent(&format!("{}:photo:{}", job.key, job.attempt))?;
    if let Some(error) = GraphError::of(&answer) {
        return refused(&post, &error, &answer);
    }
    let made = answer.json()?;
    let photo = made["id"].as_str().ok_or_else(|| later(OPEN_MS, "answer_malformed", "a photo without id"))?;
    // A run of its own, so that every attempt to put the post on the page sends the very same request.
    let ready = Ready { post: post.id, photo: Some(photo.into()), began };
    let rest = serde_json::to_value(&ready).map_err(|error| permanent("payload_malformed", error.to_string()))?;
    enqueue("post", &rest, &format!("{}:post", job.key), 0)?;
    Ok(json!({"photo": photo}))
}

fn put(ready: &Ready) -> Result<Value, Failure> {
    let post = meta_graph::post(&ready.post)?;
    if post.is_published {
        return Ok(json!({"post": post.published_as, "already": true}));
    }
    if !post.is_wanted {
        return Ok(json!({"not_scheduled": true}));
    }
    let key = format!("{}:feed", ready.began);
    let request = Request::post(format!("{GRAPH}/{}/feed", host::account()))
        .bearer("token")
        .body(Body::Form(form(&post.body, ready.photo.as_deref())));
    let answer = match request.clone().send_once(&key)? {
        Once::Answer(answer) => answer,
        Once::Unsettled => match found(&post)? {
            Some(id) => return published(&post, &id),
            None => request.send_checked(&key)?,
        },
    };
    let Some(error) = GraphError::of(&answer) else {
        let made = answer.json()?;
        let id = made["id"].as_str().ok_or_else(|| permanent("answer_malformed", "a post without id"))?;
        return published(&post, id);
    };
    // An answer that leaves it open is not the effect's answer: the next attempt is told that it is unsettled, and looks.
    if (error.leaves_open() || error.code == DUPLICATE)
        && let Some(id) = found(&post)?
    {
        return published(&post, &id);
    }
    refused(&post, &error, &answer)
}

fn form(message: &str, photo: Option<&str>) -> Vec<(String, String)> {
    let mut form = vec![("message".to_owned(), message.to_owned())];
    if let Some(photo) = photo {
        form.push(("attached_media[0]".into(), json!({"media_fbid": photo}).to_string()));
    }
    form
}

fn found(post: &Post) -> Result<Option<String>, Failure> {
    let feed = meta_graph::read(&format!("{}/feed", host::account()), &[("fields", "id,message"), ("limit", "25")])?;
    meta_graph::unclaimed(&meta_graph::shown(&feed, "message"), &post.body)
}

/// What cannot get better is written to the post; the rest is tried again.
fn refused(post: &Post, error: &GraphError, answer: &fashionos_plugin::Answer) -> Result<Value, Failure> {
    match error.failure(answer) {
        Failure::Permanent(fault) if fault.code != "permission_missing" => failed(post, &error.message),
        failure => Err(failure),
    }
}

fn published(post: &Post, id: &str) -> Result<Value, Failure> {
    let now = time::rfc3339(host::now_ms());
    let values = json!({"status": "published", "published_at": now, "external_post_id": id, "error": null});
    rows::update("social_posts", &rows::is("id", &post.id), &values)?;
    Ok(json!({"post": id}))
}

fn failed(post: &Post, reason: &str) -> Result<Value, Failure> {
    rows::update("social_posts", &rows::is("id", &post.id), &json!({"status": "failed", "error": reason}))?;
    Ok(json!({"failed": reason}))
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn a_post_shows_its_photo() {
        let with = form("Look 12", Some("77"));
        assert_eq!(with[1], ("attached_media[0]".into(), r#"{"media_fbid":"77"}"#.into()));
        assert_eq!(form("Look 12", None).len(), 1);
    }
}
