//! Pictures of the organization, at products of the shop: staged, uploaded, made a file of the shop, and put to the product.

use fashionos_plugin::{
    Body, Failure, Job, Request, Value, enqueue, files, host, json, later, not_done, payload, permanent, rows, time,
};
use serde::{Deserialize, Serialize};

use crate::graphql;

/// What a mutation costs, points.
const POINTS: u32 = 10;
/// How long to wait before the shop is asked whether it has processed a picture, ms.
const PROCESSING_MS: u64 = 2_000;
/// How often to ask.
const MOST_POLLS: u32 = 60;

const STAGE: &str = "mutation Stage($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets { url resourceUrl parameters { name value } }
    userErrors { field message }
  }
}";
const CREATE: &str = "mutation Create($files: [FileCreateInput!]!) {
  fileCreate(files: $files) { files { id fileStatus } userErrors { code field message } }
}";
const FIND: &str = "query Find($query: String!) { files(first: 1, query: $query) { nodes { id fileStatus } } }";
const STATE: &str = "query State($id: ID!) {
  node(id: $id) { ... on MediaImage { id fileStatus fileErrors { code message } } }
}";
const ATTACH: &str = "mutation Attach($files: [FileUpdateInput!]!) {
  fileUpdate(files: $files) { files { id } userErrors { code field message } }
}";
const MOVE: &str = "mutation Move($id: ID!, $moves: [MoveInput!]!) {
  productReorderMedia(id: $id, moves: $moves) { job { id } mediaUserErrors { code field message } }
}";

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Export {
    asset: Asset,
    product: Product,
    /// Counted from 1.
    #[serde(default)]
    position: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asset {
    id: String,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Product {
    id: String,
    external_product_id: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Poll {
    export: Export,
    file: String,
    /// The key of the job that began.
    began: String,
    tries: u32,
}

/// Brings a picture to a product, unless it is there.
pub fn publish(job: &Job) -> Result<Value, Failure> {
    let export: Export = payload(job)?;
    let links = rows::select(&format!(
        "channel_media_links?select=external_media_id,status,position&{}&{}",
        rows::is("asset_id", &export.asset.id),
        rows::is("channel_product_id", &export.product.id),
    ))?;
    if let Some(link) = links.iter().find(|link| link["status"] == "exported")
        && let Some(media) = link["external_media_id"].as_str()
    {
        if link["position"].as_u64() != export.position.map(u64::from) {
            put_in_place(&export, media, &job.key)?;
            write_link(&export, Ok(media))?;
        }
        return Ok(json!({"media": media, "already": true}));
    }
    let file = files::stat(&export.asset.id)?;
    let Some(ending) = ending(&file.content_type) else {
        return Err(permanent("media_type", format!("the shop takes no `{}`", file.content_type)));
    };
    // The shop keeps the name, so that a file whose making was not answered can be found again.
    let name = format!("fashionos-{}-{}.{ending}", export.asset.id, export.product.id);
    let media = match found(&name)? {
        Some(media) => media,
        None => match create(job, &export, &file, &name)? {
            Ok(media) => media,
            Err(reason) => return write_link(&export, Err(&reason)),
        },
    };
    proceed(Poll { export, file: media, began: job.key.clone(), tries: 0 })
}

/// Asks whether the shop has processed a picture, and puts it to its product then.
pub fn poll(job: &Job) -> Result<Value, Failure> {
    proceed(payload(job)?)
}

fn proceed(mut poll: Poll) -> Result<Value, Failure> {
    let data = graphql::read(STATE, json!({"id": poll.file}), 1)?.data;
    match state(&data["node"]) {
        State::Ready => {
            let variables =
                json!({"files": [{"id": poll.file, "referencesToAdd": [poll.export.product.external_product_id]}]});
            let key = format!("{}:attach", poll.began);
            let data = graphql::change(ATTACH, variables, POINTS, &key)?;
            if let Some((_, message)) = graphql::refusal(&data["fileUpdate"]) {
                not_done(&key);
                return write_link(&poll.export, Err(&message));
            }
            put_in_place(&poll.export, &poll.file, &poll.began)?;
            write_link(&poll.export, Ok(&poll.file))
        }
        State::Failed(reason) => write_link(&poll.export, Err(&reason)),
        State::Gone => write_link(&poll.export, Err("the picture was deleted in the shop")),
        State::Processing if poll.tries >= MOST_POLLS => {
            write_link(&poll.export, Err("the shop did not process the picture"))
        }
        State::Processing => {
            poll.tries += 1;
            let key = format!("{}:poll:{}", poll.began, poll.tries);
            let rest =
                serde_json::to_value(&poll).map_err(|error| permanent("payload_malformed", error.to_string()))?;
            enqueue("poll", &rest, &key, PROCESSING_MS)?;
            Ok(json!({"media": poll.file, "processing": true}))
        }
    }
}

#[derive(Debug, PartialEq)]
enum State {
    Processing,
    Ready,
    Failed(String),
    Gone,
}

fn state(node: &Value) -> State {
    match node["fileStatus"].as_str() {
        None => State::Gone,
        Some("READY") => State::Ready,
        Some("FAILED") => {
            let reason = node["fileErrors"][0]["message"].as_str().unwrap_or("the shop could not process the picture");
            State::Failed(reason.to_owned())
        }
        Some(_) => State::Processing,
    }
}

fn found(name: &str) -> Result<Option<String>, Failure> {
    let data = graphql::read(FIND, json!({"query": format!("filename:'{name}'")}), 3)?.data;
    Ok(data["files"]["nodes"][0]["id"].as_str().map(str::to_owned))
}

/// Uploads the picture and makes a file of it; the shop's reason when it refuses.
fn create(job: &Job, export: &Export, file: &files::File, name: &str) -> Result<Result<String, String>, Failure> {
    // A target is of use for a while only, so each attempt asks for its own.
    let stage_key = format!("{}:stage:{}", job.key, job.attempt);
    let input = json!({"input": [{"resource": "IMAGE", "filename": name, "mimeType": file.content_type,
        "fileSize": file.bytes.to_string(), "httpMethod": "PUT"}]});
    let data = graphql::change(STAGE, input, POINTS, &stage_key)?;
    if let Some((_, message)) = graphql::refusal(&data["stagedUploadsCreate"]) {
        not_done(&stage_key);
        return Ok(Err(message));
    }
    let target = &data["stagedUploadsCreate"]["stagedTargets"][0];
    let (Some(url), Some(source)) = (target["url"].as_str(), target["resourceUrl"].as_str()) else {
        return Err(later(PROCESSING_MS, "answer_malformed", "the shop named no target for the upload"));
    };
    let mut upload = Request::put(url).body(Body::File {
        file: export.asset.id.clone(),
        bytes: file.bytes,
        content_type: file.content_type.clone(),
    });
    for parameter in target["parameters"].as_array().into_iter().flatten() {
        if let (Some("acl"), Some(value)) = (parameter["name"].as_str(), parameter["value"].as_str()) {
            upload = upload.header("x-goog-acl", value);
        }
    }
    let uploaded = upload.send_idempotent(&format!("{}:upload:{}", job.key, job.attempt))?;
    if !uploaded.is_ok() {
        return Err(uploaded.failure("upload_refused", "the upload was refused"));
    }
    let variables = json!({"files": [{"originalSource": source, "filename": name, "contentType": "IMAGE",
        "alt": export.asset.name, "duplicateResolutionMode": "RAISE_ERROR"}]});
    let key = format!("{}:file:{}", job.key, job.attempt);
    // A look for the name went before this attempt, and the shop takes a name once only.
    let data = match graphql::make(CREATE, variables.clone(), POINTS, &key)? {
        Some(data) => data,
        None => match found(name)? {
            Some(media) => return Ok(Ok(media)),
            None => graphql::make_checked(CREATE, variables, POINTS, &key)?,
        },
    };
    if let Some((code, message)) = graphql::refusal(&data["fileCreate"]) {
        not_done(&key);
        return match code.as_str() {
            "filename_already_exists" => Ok(found(name)?.ok_or(message)),
            _ => Ok(Err(message)),
        };
    }
    let made = data["fileCreate"]["files"][0]["id"].as_str();
    made.map(|id| Ok(id.to_owned()))
        .ok_or_else(|| later(PROCESSING_MS, "answer_malformed", "the shop made a file without an id"))
}

fn put_in_place(export: &Export, media: &str, began: &str) -> Result<(), Failure> {
    let Some(position) = export.position else { return Ok(()) };
    // The shop counts from 0.
    let moves = json!([{"id": media, "newPosition": position.saturating_sub(1).to_string()}]);
    let key = format!("{began}:move:{position}");
    let data = graphql::change(MOVE, json!({"id": export.product.external_product_id, "moves": moves}), POINTS, &key)?;
    match graphql::refusal(&data["productReorderMedia"]) {
        Some((code, message)) => {
            not_done(&key);
            Err(permanent(&code, message))
        }
        None => Ok(()),
    }
}

fn write_link(export: &Export, outcome: Result<&str, &str>) -> Result<Value, Failure> {
    let row = match outcome {
        Ok(media) => json!({"external_media_id": media, "status": "exported",
            "exported_at": time::rfc3339(host::now_ms()), "error": null}),
        Err(reason) => json!({"external_media_id": null, "status": "failed", "exported_at": null, "error": reason}),
    };
    let mut row = row;
    row["asset_id"] = json!(export.asset.id);
    row["channel_product_id"] = json!(export.product.id);
    row["position"] = json!(export.position);
    rows::upsert("channel_media_links", &["asset_id", "channel_product_id"], &[row])?;
    Ok(match outcome {
        Ok(media) => json!({"media": media}),
        Err(reason) => json!({"failed": reason}),
    })
}

fn ending(content_type: &str) -> Option<&'static str> {
    match content_type {
        "image/jpeg" => Some("jpg"),
        "image/png" => Some("png"),
        "image/webp" => Some("webp"),
        "image/gif" => Some("gif"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{State, json, state};

    #[test]
    fn a_picture_is_ready_failed_gone_or_on_its_way() {
        assert_eq!(state(&json!({"fileStatus": "READY"})), State::Ready);
        assert_eq!(state(&json!({"fileStatus": "UPLOADED"})), State::Processing);
        assert_eq!(state(&json!({"fileStatus": "PROCESSING"})), State::Processing);
        assert_eq!(state(&json!(null)), State::Gone);
        let failed = json!({"fileStatus": "FAILED", "fileErrors": [{"code": "INVALID", "message": "too large"}]});
        assert_eq!(state(&failed), State::Failed("too large".into()));
    }
}
