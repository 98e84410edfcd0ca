//! A run's world when it is the hub itself.

use std::sync::Arc;

use crate::broker::{Broker, Errand};
use crate::question::{Answer, Question};
use crate::recorded::Octets;
use crate::services::{ServiceError, Services};

/// The hub's services and the broker, for one run.
pub(crate) struct Live {
    pub(crate) services: Arc<dyn Services>,
    pub(crate) broker: Arc<Broker>,
    pub(crate) errand: Errand,
}

impl Live {
    /// Answers a question. An error ends the run; its job is tried again.
    pub(crate) async fn answer(&mut self, question: &Question) -> Result<Answer, String> {
        let services = &self.services;
        let answer = match question {
            Question::Send { request } => {
                return self.broker.send(&mut self.errand, services, request).await.map_err(|error| error.to_string());
            }
            Question::NotDone { key } => services.end_effect(key, None).await.map(|()| Answer::Done),
            Question::Select { query } => services.select(query).await.map(Answer::Text),
            Question::KvGet { key } => services.kv_get(key).await.map(|value| Answer::Value(value.map(Octets))),
            Question::KvKeys { prefix, after, limit } => {
                services.kv_keys(prefix, after.as_deref(), *limit).await.map(Answer::Keys)
            }
            Question::File { file } => services.file(file).await.map(Answer::File),
            Question::FileBytes { file, offset, length } => services
                .file_bytes(file, *offset, u64::from(*length))
                .await
                .map(|bytes| Answer::Value(Some(Octets(bytes.to_vec())))),
            Question::FileAddress { file, seconds } => services.file_address(file, *seconds).await.map(Answer::Text),
            Question::Progress { done, total, note } => Ok(Answer::Go(services.progress(*done, *total, note).await)),
        };
        match answer {
            Ok(answer) => Ok(answer),
            Err(ServiceError::Refused(fault)) => Ok(Answer::Refused(fault)),
            Err(ServiceError::Unavailable(reason)) => Err(reason),
        }
    }
}
