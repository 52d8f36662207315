//! The operator's side of the window: what it reads of a store's logs, and what it remembers of a day. It changes nothing, and needs no claim.

use std::{collections::VecDeque, pin::pin, sync::Arc, time::Duration};

use engine::{Part, Volume, secret::Source, size::Amounts};
use futures::AsyncReadExt;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Pod, Secret};
use kube::{Api, api::LogParams, runtime::reflector::ObjectRef};
use store::{
    Millis, Said, StoreId, Text, Vitals,
    vitals::{Answer, Restarts, Share, Usage},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};

use super::context::{Context, Health};
use crate::{
    act::manifests::CREDENTIALS,
    observe::pods::{restarts, running, runs},
    resource::{Wanted, now},
    window::{
        Cursor, Level, Line, Logs, LogsWanted, MOST_LINES, MOST_SEARCHED, Metrics, Quantity, Restart, Series,
        cursor::{Nanos, Run, may_be_of_a_later_run},
        line::{shortened, stamped, without_escapes},
        redact::Redaction,
        seal::{self, Key},
    },
};

/// Requests that may wait for lines at a time.
const FOLLOWERS: usize = 24;
/// And those that read at a time: each holds what it reads.
const READERS: usize = 4;
/// Containers' logs that are read for one answer.
const MOST_RUNS: usize = 12;
/// Of one log, and of one answer.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const MOST_TOLD: usize = 1024 * 1024;
/// How long one log may take.
const READ: Duration = Duration::from_secs(8);
/// Between two looks at logs in which there was nothing new.
const PAUSE: Duration = Duration::from_secs(1);
/// Lines that are gone through for those that are looked for.
const GONE_THROUGH: i64 = 5_000;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Window(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    health: Health,
    followers: Semaphore,
    readers: Semaphore,
}

/// Why nothing is told. Displays as the sentence for whoever asked.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum WindowError {
    /// Whoever asks has no seal.
    Sealed,
    NotReady,
    NotFound(StoreId),
    Busy,
    NoSecret,
    Unreadable(#[source] Box<kube::Error>),
}

impl WindowError {
    pub fn said(&self) -> Said {
        match self {
            Self::Sealed => Said::NoSeal,
            Self::NotReady => Said::OperatorTurning,
            Self::NotFound(id) => Said::NothingMade { store: id.to_string() },
            Self::Busy => Said::FollowersFull,
            Self::NoSecret => Said::SecretAway,
            Self::Unreadable(_) => Said::LogsUnreadable,
        }
    }
}

/// A log to be read.
struct Log<'a> {
    part: &'a str,
    run: Run,
    is_previous: bool,
}

/// The newest lines of what was read, bounded.
struct Newest {
    lines: VecDeque<(Nanos, Line)>,
    most: usize,
    bytes: usize,
    is_cut: bool,
}

impl Window {
    pub fn new(health: Health) -> Self {
        let (followers, readers) = (Semaphore::new(FOLLOWERS), Semaphore::new(READERS));
        Self(Arc::new(Inner { health, followers, readers }))
    }

    /// Whether the request for that address comes from web. The key is read for each, so that another one counts at once, and none is kept here.
    ///
    /// # Errors
    /// It does not, or nobody can tell.
    pub async fn admit(&self, sealed: &str, address: &str) -> Result<(), WindowError> {
        let context = self.context()?;
        let secrets: Api<Secret> = Api::namespaced(context.client.clone(), &context.config.namespace);
        let keys = secrets.get_opt(&context.config.sign_in.keys).await.map_err(|error| {
            tracing::warn!(%error, "the key of the window cannot be read");
            WindowError::NotReady
        })?;
        let key = keys
            .and_then(|keys| access::key_in(&keys, seal::PURPOSE))
            .map(Key::new)
            .ok_or(WindowError::NotReady)?;
        if key.opens(sealed, address, now()) { Ok(()) } else { Err(WindowError::Sealed) }
    }

    /// What is in the logs of the store's parts, at once or as soon as there is something.
    ///
    /// # Errors
    /// There is no such store, or too many ask.
    pub async fn logs(&self, id: &StoreId, mut wanted: LogsWanted) -> Result<Logs, WindowError> {
        let context = self.context()?;
        wanted.lines = wanted.lines.clamp(1, MOST_LINES);
        wanted.search = wanted.search.chars().take(MOST_SEARCHED).collect();
        let wait = Duration::from_secs(wanted.wait_seconds.min(LogsWanted::LONGEST_WAIT));
        let _place = if wait.is_zero() {
            None
        } else {
            Some(self.0.followers.try_acquire().map_err(|_| WindowError::Busy)?)
        };
        let until = Instant::now() + wait;
        let redaction = redaction(&context, id).await?;
        loop {
            let logs = {
                // Never closed.
                let _turn = self.0.readers.acquire().await;
                read(&context, id, &wanted, &redaction).await?
            };
            if !logs.lines.is_empty() || Instant::now() + PAUSE >= until {
                return Ok(logs);
            }
            // What was gone through without a match is not gone through again.
            wanted.after = logs.cursor;
            sleep(PAUSE).await;
        }
    }

    /// How the store has fared.
    ///
    /// # Errors
    /// There is no such store.
    pub async fn metrics(&self, id: &StoreId) -> Result<Metrics, WindowError> {
        let context = self.context()?;
        let store = wanted(&context, id)?;
        let mut metrics = remembered(&context, id, &store);
        if let Some(source) = &context.prometheus {
            source.tell(&context, id, &store, &mut metrics).await;
        }
        Ok(metrics)
    }

    /// How the store fares at this moment.
    ///
    /// # Errors
    /// There is no such store.
    pub fn vitals(&self, id: &StoreId) -> Result<Vitals, WindowError> {
        let context = self.context()?;
        let store = wanted(&context, id)?;
        Ok(vitals(&context, id, &store, &context.pods_of(id)))
    }

    fn context(&self) -> Result<Arc<Context>, WindowError> {
        self.0.health.context().filter(|_| self.0.health.is_ready()).ok_or(WindowError::NotReady)
    }
}

/// What this operator has seen of the store.
fn remembered(context: &Context, id: &StoreId, store: &Wanted) -> Metrics {
    let now = now();
    let pods = context.pods_of(id);
    let parts = &store.engine.definition.parts;
    let restarts = parts.iter().flat_map(|part| restarts(part, &pods)).collect();
    let vitals = Some(vitals(context, id, store, &pods));
    let rings = context.rings();
    let points = |of, name: &str| rings.points(id, of, name, now);
    let mut series = vec![Series {
        of: Quantity::Answer,
        name: String::new(),
        title: Text::new("Shop", Some("Shop".to_owned())),
        limit: None,
        points: points(Quantity::Answer, ""),
    }];
    for of in [Quantity::Cpu, Quantity::Memory] {
        series.extend(parts.iter().map(|part| {
            let limits = store.sizes.parts.get(&part.name).map(|resources| resources.limits);
            let limit = limits.map(|limits| match of {
                Quantity::Cpu => limits.cpu.0 as f32,
                _ => limits.memory.0 as f32,
            });
            Series {
                of,
                name: part.name.clone(),
                title: part.title.clone(),
                limit,
                points: points(of, &part.name),
            }
        }));
    }
    series.extend(store.engine.definition.volumes.iter().map(|Volume { name, title }| {
        let limit = store.sizes.volumes.get(name).map(|size| size.0 as f32 * 1024.0);
        let points = points(Quantity::Disk, name);
        Series { of: Quantity::Disk, name: name.clone(), title: title.clone(), limit, points }
    }));
    Metrics { since: context.began(), now, series, restarts, vitals, prometheus: None }
}

fn vitals(context: &Context, id: &StoreId, store: &Wanted, pods: &[Pod]) -> Vitals {
    let parts = &store.engine.definition.parts;
    let certificate_until = context.certificate_until(id);
    let rings = context.rings();
    let usage = |of: Quantity, limit: fn(&Amounts) -> u32| {
        let share = |part: &Part| {
            // What does not run uses nothing.
            let seen = match running(part, pods).as_slice() {
                [] => None,
                _ => Some(rings.last(id, of, &part.name)?),
            };
            let used = seen.map_or(0.0, |(_, used)| used).ceil() as u32;
            let limit = store.sizes.parts.get(&part.name).map(|resources| limit(&resources.limits));
            Some((Share { title: part.title.clone(), used, limit }, seen.map(|(at, _)| at)))
        };
        let (shares, seen): (Vec<Share>, Vec<Option<Millis>>) =
            parts.iter().map(share).collect::<Option<Vec<_>>>()?.into_iter().unzip();
        Some(Usage { shares, at: seen.into_iter().flatten().min()? })
    };
    let answer = rings.last(id, Quantity::Answer, "");
    let restarts: Vec<Restart> = parts.iter().flat_map(|part| restarts(part, pods)).collect();
    Vitals {
        answer: answer.map(|(at, millis)| Answer { millis: millis.round() as u32, at }),
        cpu: usage(Quantity::Cpu, |limits| limits.cpu.0),
        memory: usage(Quantity::Memory, |limits| limits.memory.0),
        restarts: Restarts {
            times: restarts.iter().map(|restart| restart.times).sum(),
            last: restarts.iter().map(|restart| restart.at).max(),
        },
        certificate_until,
    }
}

/// The store, if it is one of this platform's and its namespace is there.
fn wanted(context: &Context, id: &StoreId) -> Result<Wanted, WindowError> {
    let not_found = || WindowError::NotFound(id.clone());
    let key = ObjectRef::new(id.as_str()).within(&context.config.namespace);
    let store = context.stores.get(&key).ok_or_else(not_found)?;
    if context.namespaces.get(&id.namespace()).is_empty() {
        return Err(not_found());
    }
    store.wanted(&context.config).map_err(|_| not_found())
}

/// What is not told of this store. Where its secrets cannot be read, nothing is told.
async fn redaction(context: &Context, id: &StoreId) -> Result<Redaction, WindowError> {
    let store = wanted(context, id)?;
    let secrets: Api<Secret> = Api::namespaced(context.client.clone(), &id.namespace());
    let secret =
        secrets.get_opt(CREDENTIALS).await.map_err(|error| WindowError::Unreadable(Box::new(error)))?;
    let data = secret.ok_or(WindowError::NoSecret)?.data.unwrap_or_default();
    // Who administers the shop is no secret, and what a log is searched for.
    let is_public = |key: &str| {
        let declared = store.engine.definition.secrets.iter().find(|secret| secret.key == key);
        let public = [Source::User, Source::Email, Source::MailUser, Source::MailAuthorities];
        declared.is_some_and(|secret| public.contains(&secret.from))
    };
    let hidden = data.iter().filter(|(key, _)| !is_public(key));
    let texts: Vec<&str> = hidden.filter_map(|(_, value)| std::str::from_utf8(&value.0).ok()).collect();
    Ok(Redaction::of(texts))
}

async fn read(
    context: &Context,
    id: &StoreId,
    asked: &LogsWanted,
    redaction: &Redaction,
) -> Result<Logs, WindowError> {
    let store = wanted(context, id)?;
    let pods = context.pods_of(id);
    let parts = &store.engine.definition.parts;
    let of_parts = parts.iter().filter(|part| asked.part.is_empty() || asked.part == part.name);
    let sources: Vec<Log<'_>> = of_parts
        .flat_map(|part| {
            let of = move |(run, is_previous)| Log { part: &part.name, run, is_previous };
            runs(part, &pods).into_iter().map(of)
        })
        .take(MOST_RUNS)
        .collect();
    let api: Api<Pod> = Api::namespaced(context.client.clone(), &id.namespace());
    let mut cursor = asked.after.clone();
    let mut newest = Newest { lines: VecDeque::new(), most: asked.lines, bytes: 0, is_cut: false };
    let mut failure = None;
    let mut is_any_read = sources.is_empty();
    for source in sources.iter().filter(|source| !asked.after.is_past(&source.run)) {
        newest.is_cut |= source.is_previous && asked.after.has_missed(&source.run);
        match read_one(&api, source, asked, redaction, &mut cursor, &mut newest).await {
            Ok(()) => is_any_read = true,
            // A pod that is gone, or whose container begins just now.
            Err(kube::Error::Api(status)) if matches!(status.code, 400 | 404) => is_any_read = true,
            Err(error) => {
                tracing::warn!(store = %id, pod = source.run.pod, container = source.run.container, %error, "a log cannot be read");
                failure = Some(error);
            }
        }
    }
    if let Some(error) = failure.filter(|_| !is_any_read) {
        return Err(WindowError::Unreadable(Box::new(error)));
    }
    let runs: Vec<Run> = sources.into_iter().map(|source| source.run).collect();
    if asked.part.is_empty() {
        cursor.keep_only(&runs);
    }
    let parts = parts.iter().map(|part| (part.name.clone(), part.title.clone())).collect();
    newest.let_go();
    let lines = newest.lines.into_iter().map(|(_, line)| line).collect();
    Ok(Logs { lines, cursor, parts, is_cut: newest.is_cut })
}

async fn read_one(
    api: &Api<Pod>,
    source: &Log<'_>,
    asked: &LogsWanted,
    redaction: &Redaction,
    cursor: &mut Cursor,
    newest: &mut Newest,
) -> Result<(), kube::Error> {
    let after = asked.after.read(&source.run);
    let is_filtered = asked.level > Level::Info || !asked.search.is_empty();
    let mut tail = if is_filtered || after.is_some() {
        GONE_THROUGH
    } else {
        i64::try_from(asked.lines).unwrap_or(GONE_THROUGH)
    };
    loop {
        let params = LogParams {
            container: Some(source.run.container.clone()),
            previous: source.is_previous,
            timestamps: true,
            tail_lines: Some(tail),
            // Whole seconds are all that is understood there.
            since_time: after.and_then(|at| Timestamp::from_second(at.0.div_euclid(1_000_000_000)).ok()),
            ..LogParams::default()
        };
        let Ok(text) = timeout(READ, text(api, &source.run.pod, &params)).await else {
            newest.is_cut = true;
            return Ok(());
        };
        let text = text?;
        // The newest lines are the last ones: where there are more bytes than are read, fewer lines are asked for.
        if text.len() > MOST_BYTES && tail > 10 {
            newest.is_cut = true;
            tail /= 10;
            continue;
        }
        let text = String::from_utf8_lossy(&text);
        let stamped: Vec<(Nanos, &str)> = text.lines().filter_map(stamped).collect();
        let is_whole = i64::try_from(stamped.len()).is_ok_and(|lines| lines < tail);
        // The last words of the run before are told first, once the pod tells that it is over.
        if let (Some(after), Some((first, _)), true) = (after, stamped.first(), is_whole)
            && may_be_of_a_later_run(after, *first, Nanos(now().0.saturating_mul(1_000_000)))
        {
            return Ok(());
        }
        for (at, line) in stamped.into_iter().filter(|(at, _)| after.is_none_or(|after| *at > after)) {
            cursor.note(&source.run, at);
            newest.take(at, told(source.part, at, line, redaction), asked);
        }
        // Before the first of these there may be others.
        newest.is_cut |= !is_whole;
        return Ok(());
    }
}

/// One byte more than is taken tells that there is more.
async fn text(api: &Api<Pod>, pod: &str, params: &LogParams) -> Result<Vec<u8>, kube::Error> {
    let stream = pin!(api.log_stream(pod, params).await?);
    let mut text = Vec::new();
    stream.take(MOST_BYTES as u64 + 1).read_to_end(&mut text).await.map_err(kube::Error::ReadEvents)?;
    Ok(text)
}

fn told(part: &str, at: Nanos, line: &str, redaction: &Redaction) -> Line {
    let text = shortened(&redaction.apply(&without_escapes(line)));
    Line { at: Millis(at.0.div_euclid(1_000_000)), part: part.to_owned(), level: Level::of(&text), text }
}

impl Newest {
    fn take(&mut self, at: Nanos, line: Line, asked: &LogsWanted) {
        if !asked.admits(&line) {
            return;
        }
        self.bytes += line.text.len();
        self.lines.push_back((at, line));
        // Each log by itself is in order: of all of them the oldest are let go of once there are many more than are asked for.
        if self.lines.len() >= 2 * self.most || self.bytes > 2 * MOST_TOLD {
            self.let_go();
        }
    }

    fn let_go(&mut self) {
        self.lines.make_contiguous().sort_by_key(|(at, _)| *at);
        while self.lines.len() > self.most || self.bytes > MOST_TOLD {
            let Some((_, oldest)) = self.lines.pop_front() else { break };
            self.bytes -= oldest.text.len();
            self.is_cut = true;
        }
    }
}
