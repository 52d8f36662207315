//! The audit log: shown to admins, and handed out as it is kept.

use std::collections::{BTreeMap, HashSet};

use access::audit::{Journal, Record, records};
use app::{
    guard::Asking,
    links,
    plain::{
        self,
        audit::{PAGE, Shown, Wanted},
    },
    texts::audit as texts,
};
use axum::{
    Extension, Router,
    body::Body,
    extract::{Query, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use futures::stream;
use http::{StatusCode, header};
use serde::Deserialize;
use store::Millis;

use super::admin::admin;

/// `ConfigMap`s that are read at once.
const AT_ONCE: u32 = 8;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    who: String,
    of: String,
    what: String,
    result: String,
    since: String,
    until: String,
    page: String,
}

/// `style` is where the pages' style is.
pub(super) fn routes<S>(style: String) -> Router<S> {
    Router::new().route(links::AUDIT, get(show)).route(links::AUDIT_EXPORT, get(export)).with_state(style)
}

async fn show(
    State(style): State<String>,
    Extension(asking): Extension<Asking>,
    Query(asked): Query<Asked>,
) -> Response {
    let person = match admin(&asking, &style, links::AUDIT, texts::only_admins()) {
        Ok(person) => person,
        Err(refused) => return *refused,
    };
    let (wanted, page) = asked.parsed();
    let journal = asking.access.journal();
    let shown = found(journal, &wanted, page).await;
    let status = match shown {
        Ok(_) => StatusCode::OK,
        Err(_) if journal.is_kept() => StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => StatusCode::NOT_FOUND,
    };
    (status, Html(plain::audit::page(&style, &person, &wanted, &shown))).into_response()
}

async fn export(
    State(style): State<String>,
    Extension(asking): Extension<Asking>,
    Query(asked): Query<Asked>,
) -> Response {
    if let Err(refused) = admin(&asking, &style, links::AUDIT, texts::only_admins()) {
        return *refused;
    }
    let (wanted, _) = asked.parsed();
    let journal = asking.access.journal().clone();
    if !journal.is_kept() {
        return (StatusCode::NOT_FOUND, format!("{}\n", texts::not_kept())).into_response();
    }
    journal.flush().await;
    let headers = [
        (header::CONTENT_TYPE, "application/jsonl"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    (headers, Body::from_stream(lines(journal, wanted))).into_response()
}

/// As many at a time as are read at once, what was done first and then what was not. It breaks off where the cluster does.
fn lines(
    journal: Journal,
    wanted: Wanted,
) -> impl futures::Stream<Item = Result<String, kube::Error>> + Send + 'static {
    let begin = (Some(String::new()), HashSet::new());
    stream::try_unfold(begin, move |(rest, mut told): (Option<String>, HashSet<String>)| {
        let (journal, wanted) = (journal.clone(), wanted.clone());
        async move {
            let Some(rest) = rest else { return Ok(None) };
            let maps = journal.read(AT_ONCE, Some(rest.as_str()).filter(|rest| !rest.is_empty())).await?;
            let mut text = String::new();
            for record in maps.items.iter().flat_map(records).filter(|record| wanted.admits(record)) {
                // What is put together is there twice for a moment.
                if told.insert(record.id.clone()) {
                    text.push_str(&record.line());
                    text.push('\n');
                }
            }
            let rest = maps.metadata.continue_.filter(|rest| !rest.is_empty());
            Ok(Some((text, (rest, told))))
        }
    })
}

/// The page of what is looked for, the newest first.
async fn found(journal: &Journal, wanted: &Wanted, page: usize) -> Result<Shown, String> {
    if !journal.is_kept() {
        return Err(texts::not_kept().to_owned());
    }
    let mut found: BTreeMap<(Millis, String), Record> = BTreeMap::new();
    each_record(journal, |record| {
        if wanted.admits(&record) {
            found.insert((record.until, record.id.clone()), record);
        }
    })
    .await?;
    let pages = found.len().div_ceil(PAGE).max(1);
    let page = page.min(pages - 1);
    let records = found.values().rev().skip(page * PAGE).take(PAGE).cloned().collect();
    Ok(Shown { records, found: found.len(), page })
}

/// Goes through the whole log. What is put together is there twice for a moment, under the same id.
///
/// # Errors
/// The cluster does not tell it: the sentence for whoever asked.
pub(super) async fn each_record(
    journal: &Journal,
    mut take: impl FnMut(Record) + Send,
) -> Result<(), String> {
    // What this process knows and has not written belongs to it.
    journal.flush().await;
    let mut rest: Option<String> = None;
    loop {
        let maps = journal.read(AT_ONCE, rest.as_deref()).await.map_err(|error| {
            tracing::warn!(%error, "the audit log cannot be read");
            texts::untold().to_owned()
        })?;
        maps.items.iter().flat_map(records).for_each(&mut take);
        rest = maps.metadata.continue_.filter(|rest| !rest.is_empty());
        if rest.is_none() {
            return Ok(());
        }
    }
}

impl Asked {
    fn parsed(self) -> (Wanted, usize) {
        let Self { who, of, what, result, since, until, page } = self;
        let page = page.parse::<usize>().unwrap_or(1).saturating_sub(1);
        (Wanted { who, of, what, result, since, until }, page)
    }
}
