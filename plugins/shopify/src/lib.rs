//! Shopify: products in, pictures out, over the GraphQL Admin API.

mod graphql;
mod media;
mod products;

use fashionos_plugin::{Failure, Job, Plugin, Value, json, permanent};

/// The plugin.
pub struct Shopify;

impl Plugin for Shopify {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => check(),
            "pull" => products::pull(job),
            "webhook" => products::webhook(job),
            "publish" => media::publish(job),
            "poll" => media::poll(job),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(Shopify);

fn check() -> Result<Value, Failure> {
    let reply = graphql::read("query Shop { shop { name myshopifyDomain } }", json!({}), 1)?;
    Ok(json!({"shop": reply.data["shop"]["name"], "domain": reply.data["shop"]["myshopifyDomain"]}))
}
