//! Cloudinary: copies of pictures, in the sizes that platforms ask for, for as long as the original is there.

mod sizes;

use fashionos_plugin::{Answer, Body, Failure, Job, Plugin, Request, Value};
use fashionos_plugin::{
    connection, files, form, fresh_id, host, json, kv, payload, permanent, required_setting, rows, setting,
};
use serde::Deserialize;

use sizes::Size;

/// The plugin.
pub struct Cloudinary;

impl Plugin for Cloudinary {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "publish" => publish(job),
            "retract" => retract(job),
            "changed" => remove_deleted(job),
            "webhook" => take_notice(job),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(Cloudinary);

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
}

#[derive(Debug, Deserialize)]
struct OfAsset {
    asset: Named,
}

fn folder() -> String {
    setting::<String>("folder").filter(|folder| !folder.is_empty()).unwrap_or_else(|| "fashionos".into())
}

fn address(action: &str) -> String {
    format!("https://api.cloudinary.com/v1_1/{}/image/{action}", form::escape(&host::account()))
}

/// The fields that every signed form has.
fn signed(fields: &[(&str, &str)]) -> Result<Vec<(String, String)>, Failure> {
    let mut form: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    form.push(("timestamp".into(), (host::now_ms() / 1_000).to_string()));
    form.push(("api_key".into(), required_setting("api_key")?));
    Ok(form)
}

/// What an answer means; 420 is Cloudinary's word for too many requests.
fn ok(answer: &Answer) -> Result<Value, Failure> {
    if answer.is_ok() {
        return answer.json();
    }
    let body = answer.json().unwrap_or(Value::Null);
    let message = body["error"]["message"].as_str().unwrap_or("Cloudinary refused").to_owned();
    let limited = Answer { status: if answer.status == 420 { 429 } else { answer.status }, ..answer.clone() };
    Err(limited.failure("cloudinary", &message))
}

/// Copies a picture. The copy's name is that of the asset, so that copying twice makes one.
fn publish(job: &Job) -> Result<Value, Failure> {
    let OfAsset { asset } = payload(job)?;
    let file = files::stat(&asset.id)?;
    if !file.content_type.starts_with("image/") {
        return Err(permanent("media_type", format!("`{}` is no picture", file.content_type)));
    }
    let public_id = format!("{}/{}", folder(), asset.id);
    let eager = sizes::eager(&sizes::all()?);
    let notify = setting::<String>("notification_url").filter(|address| !address.is_empty());
    let mut fields = vec![("public_id", public_id.as_str()), ("overwrite", "true")];
    if !eager.is_empty() {
        fields.push(("eager", &eager));
    }
    if let Some(notify) = &notify {
        fields.extend([("eager_async", "true"), ("notification_url", notify)]);
    }
    let upload = Body::Upload {
        fields: signed(&fields)?,
        field: "file".into(),
        file: asset.id.clone(),
        filename: file.name.clone(),
        bytes: file.bytes,
        content_type: file.content_type.clone(),
    };
    let key = format!("{}:upload:{}", job.key, job.attempt);
    let copy = ok(&Request::post(address("upload")).signed_form("secret").body(upload).send_idempotent(&key)?)?;
    let there = rows::select(&format!("cloudinary_assets?select=id&{}", rows::is("public_id", &public_id)))?;
    let id = match there.first().and_then(|row| row["id"].as_str()) {
        Some(id) => id.to_owned(),
        None => fresh_id()?,
    };
    let row = json!({
        "id": id,
        "asset_id": asset.id,
        "connection_id": connection()?.id,
        "public_id": public_id,
        "folder": folder(),
        "format": copy["format"],
        "width": copy["width"],
        "height": copy["height"],
        "bytes": copy["bytes"],
    });
    rows::upsert("cloudinary_assets", &["id"], &[row])?;
    // The row goes with its asset; the name of the copy has to outlive both.
    kv::put(&copy_key(&asset.id), public_id.as_bytes())?;
    let written = write_sizes(&asset.id, &copy["eager"])?;
    Ok(json!({"public_id": public_id, "sizes": written}))
}

fn copy_key(asset: &str) -> String {
    format!("copy:{asset}")
}

/// Writes the sizes that are ready; answers how many.
fn write_sizes(asset: &str, made: &Value) -> Result<usize, Failure> {
    let Some(made) = made.as_array().filter(|made| !made.is_empty()) else { return Ok(0) };
    let sizes = sizes::all()?;
    let variants: Vec<Value> = sizes.iter().filter_map(|size| variant(asset, size, made)).collect();
    rows::upsert("asset_variants", &["asset_id", "size_spec_id"], &variants)?;
    Ok(variants.len())
}

fn variant(asset: &str, size: &Size, made: &[Value]) -> Option<Value> {
    let one = made.iter().find(|one| one["transformation"] == size.transformation().as_str())?;
    let url = one["secure_url"].as_str()?;
    Some(json!({"asset_id": asset, "size_spec_id": size.id, "file_url": url, "file_size_bytes": one["bytes"]}))
}

/// Removes the copy of an asset.
fn retract(job: &Job) -> Result<Value, Failure> {
    let OfAsset { asset } = payload(job)?;
    Ok(json!({"removed": usize::from(remove(&asset.id, &job.key)?)}))
}

/// Removes the copies of assets that were deleted.
fn remove_deleted(job: &Job) -> Result<Value, Failure> {
    #[derive(Deserialize)]
    struct Change {
        table: String,
        verb: String,
        id: String,
    }
    #[derive(Deserialize)]
    struct Changed {
        changes: Vec<Change>,
    }
    let Changed { changes } = payload(job)?;
    let mut removed = 0;
    for change in changes.iter().filter(|change| change.table == "assets" && change.verb == "delete") {
        removed += usize::from(remove(&change.id, &job.key)?);
    }
    Ok(json!({"removed": removed}))
}

/// Removes the copy of an asset, if there is one.
fn remove(asset: &str, key: &str) -> Result<bool, Failure> {
    let Some(public_id) = kv::get(&copy_key(asset)).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Ok(false);
    };
    let form = signed(&[("public_id", &public_id), ("invalidate", "true")])?;
    let request = Request::post(address("destroy")).signed_form("secret").body(Body::Fields(form));
    // `not found` is as good as `ok`: it is gone.
    ok(&request.send_idempotent(&format!("{key}:destroy:{asset}"))?)?;
    rows::delete("cloudinary_assets", &rows::is("public_id", &public_id))?;
    kv::delete(&copy_key(asset));
    Ok(true)
}

/// Takes the sizes that were made in the background.
fn take_notice(job: &Job) -> Result<Value, Failure> {
    let notice: Value =
        serde_json::from_slice(&job.body).map_err(|_| permanent("body_malformed", "not a notice of Cloudinary"))?;
    let kind = notice["notification_type"].as_str().unwrap_or_default();
    let public_id = notice["public_id"].as_str().unwrap_or_default();
    let Some(asset) = public_id.strip_prefix(&format!("{}/", folder())) else {
        return Ok(json!({"ignored": kind}));
    };
    // A copy that was removed while its sizes were made has nothing left to be told about.
    if kind != "eager" || kv::get(&copy_key(asset)).is_none() {
        return Ok(json!({"ignored": kind}));
    }
    Ok(json!({"sizes": write_sizes(asset, &notice["eager"])?}))
}

#[cfg(test)]
mod tests {
    use super::{Answer, Failure, Size, json, ok, variant};

    #[test]
    fn a_size_is_recognised_by_what_was_asked_for() {
        let size = Size { id: "s-1".into(), width: 1080, height: 1350 };
        let made = [
            json!({"transformation": "c_fill,g_auto,h_1080,w_1080", "secure_url": "https://res.example.com/a.jpg", "bytes": 1}),
            json!({"transformation": "c_fill,g_auto,h_1350,w_1080", "secure_url": "https://res.example.com/b.jpg", "bytes": 2}),
        ];
        assert_eq!(variant("a-1", &size, &made).expect("a variant")["file_url"], "https://res.example.com/b.jpg");
        assert_eq!(variant("a-1", &size, &made[..1]), None);
    }

    #[test]
    fn too_many_requests_has_a_number_of_its_own() {
        let answer = Answer { status: 420, headers: Vec::new(), body: b"{}".to_vec() };
        assert!(matches!(ok(&answer), Err(Failure::RetryAfter(_))));
    }
}
