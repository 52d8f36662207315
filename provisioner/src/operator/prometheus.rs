//! What a store used as a Prometheus tells it, where the platform's values name one, and otherwise what this operator remembers.

use std::{
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use access::http::{Http, HttpError};
use futures::future::try_join_all;
use http::{HeaderValue, Request, StatusCode, header};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use kube::{Api, api::ListParams};
use store::{Said, StoreId};
use tokio::{sync::Semaphore, time::Instant};

use super::context::Context;
use crate::{
    observe::workloads::workloads,
    resource::Wanted,
    window::{
        Metrics,
        prometheus::{ASKED, Prometheus, Told, Track, Unusable, points, tracks},
    },
};

/// Stores about which it is asked at a time: an answer is some hundred KB.
const QUESTIONS: usize = 4;
/// One that did not answer is left alone for so long, so that not every page waits for it.
const PAUSE: Duration = Duration::from_secs(30);

pub(super) struct Source {
    settings: Prometheus,
    http: OnceLock<Http>,
    turns: Semaphore,
    failed: Mutex<Option<(Instant, Said)>>,
}

/// Why it told nothing.
#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error("it does not answer")]
    Away(#[source] HttpError),
    #[error("it answers {0}")]
    Closed(StatusCode),
    #[error("the token for it cannot be read")]
    NoToken(#[source] std::io::Error),
    #[error("the token for it cannot be sent")]
    BadToken,
    #[error("what it answers cannot be used: {0:?}")]
    Unusable(Unusable),
}

impl Untold {
    /// For whoever looks at what a store used.
    fn said(&self, address: String) -> Said {
        match self {
            Self::Away(_) => Said::PrometheusSilent { address },
            Self::Closed(status) => Said::PrometheusClosed { address, status: status.to_string() },
            Self::NoToken(_) => Said::PrometheusTokenAway { address },
            Self::BadToken => Said::PrometheusTokenUnusable { address },
            Self::Unusable(Unusable::Refused(why)) => Said::PrometheusRefuses { address, why: why.clone() },
            Self::Unusable(Unusable::NoPrometheus) => Said::NoPrometheus { address },
        }
    }
}

impl Source {
    pub(super) fn new(settings: Prometheus) -> Self {
        Self { settings, http: OnceLock::new(), turns: Semaphore::new(QUESTIONS), failed: Mutex::default() }
    }

    /// Puts what it tells of the store into what is remembered, and says what it does not tell.
    pub(super) async fn tell(&self, context: &Context, id: &StoreId, store: &Wanted, metrics: &mut Metrics) {
        let mut told = Told { at: self.settings.url.to_string(), ..Told::default() };
        match self.answers(id, metrics).await {
            Ok(answers) => self.take(context, id, store, answers, &mut told, metrics).await,
            Err(why) => told.lacks(why),
        }
        metrics.prometheus = Some(told);
    }

    async fn take(
        &self,
        context: &Context,
        id: &StoreId,
        store: &Wanted,
        answers: Vec<Vec<Track>>,
        told: &mut Told,
        metrics: &mut Metrics,
    ) {
        let (client, all) = (&context.client, ListParams::default());
        let deployments: Api<Deployment> = Api::namespaced(client.clone(), &id.namespace());
        let stateful_sets: Api<StatefulSet> = Api::namespaced(client.clone(), &id.namespace());
        let workloads = match tokio::try_join!(deployments.list(&all), stateful_sets.list(&all)) {
            Ok((deployments, stateful_sets)) => {
                workloads(&store.engine.definition.parts, &deployments.items, &stateful_sets.items)
            }
            Err(error) => {
                tracing::warn!(store = %id, %error, "the store's workloads cannot be read");
                told.lacks(Said::PartsUnknown);
                return;
            }
        };
        for ((of, _), answer) in ASKED.into_iter().zip(answers) {
            told.take(of, points(of, &answer, &workloads), &mut metrics.series);
        }
    }

    /// An answer to each of [`ASKED`], or why there is none.
    async fn answers(&self, id: &StoreId, metrics: &Metrics) -> Result<Vec<Vec<Track>>, Said> {
        if let Some(why) = self.failed_just_now() {
            return Err(why);
        }
        // Never closed.
        let _turn = self.turns.acquire().await;
        if let Some(why) = self.failed_just_now() {
            return Err(why);
        }
        let questions =
            ASKED.map(|(_, query)| self.settings.url.question(query, &id.namespace(), metrics.now));
        try_join_all(questions.iter().map(|question| self.ask(question))).await.map_err(|untold| {
            let detail = std::error::Error::source(&untold).map(ToString::to_string);
            tracing::warn!(at = %self.settings.url, why = %untold, ?detail, "the Prometheus tells nothing");
            let why = untold.said(self.settings.url.to_string());
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), why.clone()));
            why
        })
    }

    fn failed_just_now(&self) -> Option<Said> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.as_ref().filter(|(at, _)| at.elapsed() < PAUSE).map(|(_, why)| why.clone())
    }

    async fn ask(&self, question: &str) -> Result<Vec<Track>, Untold> {
        let mut request = Request::get(question)
            .header(header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| Untold::Away(HttpError::Unreachable(error.to_string())))?;
        if let Some(path) = &self.settings.token_file {
            request.headers_mut().insert(header::AUTHORIZATION, bearer(path).await?);
        }
        let answer = self.http()?.ask(request).await.map_err(Untold::Away)?;
        match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Untold::Closed(answer.status())),
            // What it does not do as asked it says as it says all else.
            _ => tracks(answer.body()).map_err(Untold::Unusable),
        }
    }

    /// Made when it is needed first: the authorities are then read.
    fn http(&self) -> Result<&Http, Untold> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let Prometheus { url, ca_file, .. } = &self.settings;
        let made = Http::new(url.is_open(), ca_file.as_deref()).map_err(Untold::Away)?;
        Ok(self.http.get_or_init(|| made))
    }
}

async fn bearer(path: &Path) -> Result<HeaderValue, Untold> {
    let token = tokio::fs::read_to_string(path).await.map_err(Untold::NoToken)?;
    let mut value =
        HeaderValue::try_from(format!("Bearer {}", token.trim())).map_err(|_| Untold::BadToken)?;
    value.set_sensitive(true);
    Ok(value)
}
