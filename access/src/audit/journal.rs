//! Writes what has happened, a moment later and together.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client,
    api::{ListParams, ObjectList, PostParams},
};
use store::Millis;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Entry, Gathered, LABELS, Record, shelf::written};

/// What was done is written this soon; what was refused, in the minute in which it is counted.
const SOON: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Cheap to clone.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    maps: Api<ConfigMap>,
    /// What the names of the `ConfigMap`s begin with; where it is empty, none are written.
    prefix: String,
    gathered: Mutex<Gathered>,
    /// One writes at a time.
    writing: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}

impl Journal {
    /// Writes for as long as the process lives.
    pub(crate) fn start(client: Client, namespace: &str, prefix: &str) -> Self {
        let journal = Self(Arc::new(Inner {
            maps: Api::namespaced(client, namespace),
            prefix: prefix.to_owned(),
            gathered: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        }));
        if !prefix.is_empty() {
            tokio::spawn(journal.clone().write_on());
        }
        journal
    }

    pub fn is_kept(&self) -> bool {
        !self.0.prefix.is_empty()
    }

    /// To be written soon.
    pub fn note(&self, entry: Entry, at: Millis) {
        if self.is_kept() {
            self.gathered().add(entry, at);
        }
    }

    /// Writes all that has happened until now.
    pub async fn flush(&self) {
        self.write(Gathered::take_done).await;
        self.write(Gathered::take_others).await;
    }

    /// Some of the `ConfigMap`s with records, the oldest first of each kind, and where the rest of them begins.
    ///
    /// # Errors
    /// The cluster does not tell.
    pub async fn read(&self, number: u32, rest: Option<&str>) -> Result<ObjectList<ConfigMap>, kube::Error> {
        let labels = LABELS.map(|(key, value)| format!("{key}={value}")).join(",");
        let mut params = ListParams::default().labels(&labels).limit(number);
        params.continue_token = rest.map(str::to_owned);
        self.0.maps.list(&params).await
    }

    async fn write_on(self) {
        let mut ticks = interval(SOON);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut counted = Instant::now();
        loop {
            ticks.tick().await;
            self.write(Gathered::take_done).await;
            if counted.elapsed() >= MINUTE {
                counted = Instant::now();
                self.write(Gathered::take_others).await;
            }
        }
    }

    async fn write(&self, take: fn(&mut Gathered) -> Vec<Record>) {
        let _turn = self.0.writing.lock().await;
        let records = take(&mut self.gathered());
        let Some(map) = written(&self.0.prefix, &records) else { return };
        if let Err(error) = self.0.maps.create(&PostParams::default(), &map).await {
            tracing::warn!(%error, records = records.len(), "the audit log cannot be written and is tried again");
            self.gathered().put_back(records);
        }
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        // Whoever panicked while holding it changed whole entries only.
        self.0.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
