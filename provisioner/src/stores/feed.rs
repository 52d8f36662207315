//! The one watch on Stores: keeps the snapshot as the cluster is, and says when it cannot.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::StreamExt;
use kube::{
    Api,
    api::ListParams,
    runtime::watcher::{self, Event},
};
use store::StoreId;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until, timeout},
};

use super::{
    kept::Kept,
    snapshot::{Reading, Snapshot},
};
use crate::{
    config::Config,
    resource::{Store, now, view::view},
};

/// How long the API server may take for a list before the snapshot is called stale.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection that died without a word is found out by asking this often.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Stores in one part of a list: what is read at once is decoded at once.
const PAGE: u32 = 100;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Watches until nobody reads the snapshots any more. Each round is one list and the watch that follows it; the next begins where the
/// round before broke off.
pub(super) async fn run(api: Api<Store>, config: Arc<Config>, snapshots: watch::Sender<Snapshot>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut round = Round { api: &api, config: &config, snapshots: &snapshots, listed: false };
        let why = tokio::select! {
            why = round.watch() => why,
            () = snapshots.closed() => return,
        };
        if round.listed {
            // A watch ends now and then, and the next list mends it without anybody noticing.
            tracing::debug!(why = why.detail, "the watch on stores ended and begins anew");
            pause = FIRST_PAUSE;
        } else {
            mark_stale(&snapshots, why);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

struct Round<'a> {
    api: &'a Api<Store>,
    config: &'a Config,
    snapshots: &'a watch::Sender<Snapshot>,
    /// Whether a complete list has come.
    listed: bool,
}

impl Round<'_> {
    /// Ends with the reason for which it could not go on.
    async fn watch(&mut self) -> Trouble {
        let mut events =
            watcher::watcher(self.api.clone(), watcher::Config::default().page_size(PAGE)).boxed();
        let mut listing: Vec<Listed> = Vec::new();
        let mut quiet_until = Instant::now() + PATIENCE;
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                () = sleep_until(quiet_until) => {
                    if !self.listed {
                        return Trouble::silence();
                    }
                    if let Err(why) = self.ask().await {
                        return why;
                    }
                    quiet_until = Instant::now() + HEARTBEAT;
                    continue;
                }
            };
            quiet_until = Instant::now() + if self.listed { HEARTBEAT } else { PATIENCE };
            match event {
                Some(Ok(Event::Init)) => listing.clear(),
                Some(Ok(Event::InitApply(resource))) => listing.extend(Listed::of(&resource, self.config)),
                Some(Ok(Event::InitDone)) => {
                    self.listed = true;
                    self.take_list(std::mem::take(&mut listing));
                }
                Some(Ok(Event::Apply(resource))) => {
                    if let Some(listed) = Listed::of(&resource, self.config) {
                        self.change(|snapshot| listed.put(snapshot));
                    }
                }
                Some(Ok(Event::Delete(resource))) => {
                    if let Some(listed) = Listed::of(&resource, self.config) {
                        let id = listed.id.clone();
                        self.change(|snapshot| {
                            listed.put(snapshot);
                            snapshot.remove(&id, now());
                        });
                    }
                }
                Some(Err(error)) => return Trouble::of_watch(&error),
                None => return Trouble { sentence: UNANSWERED, detail: "the watch ended".to_owned() },
            }
        }
    }

    async fn ask(&self) -> Result<(), Trouble> {
        match timeout(PATIENCE, self.api.list_metadata(&ListParams::default().limit(1))).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Trouble::of(&error, error.to_string())),
            Err(_) => Err(Trouble::silence()),
        }
    }

    fn take_list(&self, listing: Vec<Listed>) {
        let ids: HashSet<StoreId> = listing.iter().map(|listed| listed.id.clone()).collect();
        self.change(|snapshot| {
            listing.into_iter().for_each(|listed| listed.put(snapshot));
            snapshot.retain(|id| ids.contains(id), now());
            snapshot.read(Reading::Fresh);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        update(self.snapshots, change);
    }
}

pub(super) fn update(snapshots: &watch::Sender<Snapshot>, change: impl FnOnce(&mut Snapshot)) {
    snapshots.send_if_modified(|current| {
        let before = current.last();
        change(current);
        current.last() != before
    });
}

fn mark_stale(snapshots: &watch::Sender<Snapshot>, why: Trouble) {
    let is_news = !matches!(snapshots.borrow().reading, Reading::Stale { .. });
    if is_news {
        let Trouble { sentence, detail } = why;
        tracing::warn!(why = detail, "stores cannot be read from the cluster; what is shown is getting old");
        update(snapshots, |snapshot| {
            snapshot.read(Reading::Stale { since: now(), why: sentence.to_owned() });
        });
    }
}

/// Why the stores cannot be read: a sentence for whoever looks at the page, and the detail for the log.
struct Trouble {
    sentence: &'static str,
    detail: String,
}

const UNANSWERED: &str = "The cluster does not answer. Storeyard asks again until it does.";
const UNRIGHTFUL: &str =
    "The cluster does not let Storeyard read the stores: a right is missing, which Storeyard's log names.";

impl Trouble {
    fn silence() -> Self {
        Self { sentence: UNANSWERED, detail: "the cluster did not answer in time".to_owned() }
    }

    fn of_watch(error: &watcher::Error) -> Self {
        use watcher::Error::{InitialListFailed, WatchFailed, WatchStartFailed};
        match error {
            InitialListFailed(cause) | WatchStartFailed(cause) | WatchFailed(cause) => {
                Self::of(cause, error.to_string())
            }
            _ => Self { sentence: UNANSWERED, detail: error.to_string() },
        }
    }

    fn of(cause: &kube::Error, detail: String) -> Self {
        let is_refused = matches!(cause, kube::Error::Api(status) if matches!(status.code, 401 | 403));
        Self { sentence: if is_refused { UNRIGHTFUL } else { UNANSWERED }, detail }
    }
}

/// What is kept of one store of a list, as soon as it was read: the resource itself is much larger.
struct Listed {
    id: StoreId,
    /// Or why it is not understood.
    kept: Result<Kept, String>,
}

impl Listed {
    fn of(resource: &Store, config: &Config) -> Option<Self> {
        let id = id_of(resource)?;
        let kept = match view(resource, config) {
            Ok(view) => Ok(Kept::of(&view)?),
            Err(error) => Err(error.to_string()),
        };
        Some(Self { id, kept })
    }

    fn put(self, snapshot: &mut Snapshot) {
        match self.kept {
            Ok(kept) => snapshot.put(kept),
            Err(sentence) => snapshot.put_not_understood(self.id, sentence),
        }
    }
}

fn id_of(resource: &Store) -> Option<StoreId> {
    resource.metadata.name.as_deref().and_then(|name| StoreId::parse(name).ok())
}
