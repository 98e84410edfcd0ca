//! Whose plugin runs, in the benchmarks.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use plugin_host::contract::{File, Job, Response};
use plugin_host::{Begun, Connected, Order, Secret, ServiceError, Services};

/// An organization that sees the shop for the first time: no product is there yet.
pub struct NewShop(pub &'static str);

#[async_trait]
impl Services for NewShop {
    async fn select(&self, _: &str) -> Result<String, ServiceError> {
        Ok("[]".into())
    }

    async fn kv_get(&self, _: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        Ok(None)
    }

    async fn kv_keys(&self, _: &str, _: Option<&str>, _: u32) -> Result<Vec<String>, ServiceError> {
        Ok(Vec::new())
    }

    async fn file(&self, _: &str) -> Result<File, ServiceError> {
        Err(ServiceError::refused("not_found", "no files here"))
    }

    async fn file_bytes(&self, _: &str, _: u64, _: u64) -> Result<Bytes, ServiceError> {
        Err(ServiceError::refused("not_found", "no files here"))
    }

    async fn file_address(&self, _: &str, _: u32) -> Result<String, ServiceError> {
        Err(ServiceError::refused("not_found", "no files here"))
    }

    async fn secret(&self, _: &str) -> Result<Secret, ServiceError> {
        Ok(Secret::new(self.0.into()))
    }

    async fn begin_effect(&self, _: &str, _: [u8; 32]) -> Result<Begun, ServiceError> {
        Ok(Begun::New)
    }

    async fn end_effect(&self, _: &str, _: Option<&Response>) -> Result<(), ServiceError> {
        Ok(())
    }

    async fn progress(&self, _: u64, _: Option<u64>, _: &str) -> bool {
        true
    }
}

/// A job that takes in the whole shop.
pub fn order(key: &str, connection: &str) -> Order {
    Order {
        job: Job {
            name: "pull".into(),
            payload: "{\"full\":true}".into(),
            body: Vec::new(),
            key: key.into(),
            attempt: 1,
        },
        account: "vale.myshopify.com".into(),
        connection: Some(Connected { id: connection.into(), marketplace: None }),
        settings: BTreeMap::new(),
        now_ms: 1_795_262_400_000,
        seed: [7; 32],
    }
}
