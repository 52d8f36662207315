//! Whether anybody looks at the stores: what is shown is only as new as the operator's last look.

use std::{sync::Arc, time::Duration};

use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client};
use store::Millis;
use tokio::{sync::watch, time::timeout};

use super::{capacity, feed, snapshot::Snapshot, strays};
use crate::{config::Config, resource::now};

const EVERY: Duration = Duration::from_secs(15);
const LIMIT: Duration = Duration::from_secs(5);
/// The operator that holds the Lease renews it every few seconds, and another one follows within 20 s. Later nobody looks.
const SILENCE_MILLIS: i64 = 60_000;

/// When the operator was heard last. Clocks of two machines differ, so that it is this one's that tells how long ago that was.
#[derive(Clone, Copy, Debug)]
struct Pulse {
    /// By the operator's clock; nothing where it never beat.
    beat: Option<Millis>,
    heard: Millis,
}

impl Pulse {
    fn first(beat: Option<Millis>, now: Millis) -> Self {
        Self { beat, heard: beat.map_or(now, |beat| beat.min(now)) }
    }

    fn next(self, beat: Option<Millis>, now: Millis) -> Self {
        if beat == self.beat { self } else { Self { beat, heard: now } }
    }

    /// Since when nobody looks, if nobody does.
    fn silent_since(self, now: Millis) -> Option<Millis> {
        (now.since(self.heard).0 > SILENCE_MILLIS).then(|| self.beat.unwrap_or(self.heard))
    }
}

/// Listens until nobody reads the snapshots any more.
pub(super) async fn follow(client: Client, config: Arc<Config>, snapshots: watch::Sender<Snapshot>) {
    if config.operator_lease.is_empty() {
        return;
    }
    let leases: Api<Lease> = Api::namespaced(client, &config.namespace);
    let mut pulse: Option<Pulse> = None;
    let mut is_told = false;
    while snapshots.receiver_count() > 0 {
        match timeout(LIMIT, leases.get_opt(&config.operator_lease)).await {
            Ok(Ok(lease)) => {
                let strays = lease.as_ref().map(strays::read_in_lease).unwrap_or_default();
                let capacity = lease.as_ref().and_then(capacity::read_in_lease);
                let beat = lease
                    .and_then(|lease| lease.spec?.renew_time)
                    .map(|time| Millis(time.0.as_millisecond()));
                let now = now();
                let next = pulse.map_or_else(|| Pulse::first(beat, now), |pulse| pulse.next(beat, now));
                feed::update(&snapshots, |snapshot| {
                    snapshot.hear(next.silent_since(now));
                    snapshot.hear_of_strays(strays);
                    snapshot.hear_of_capacity(capacity);
                });
                pulse = Some(next);
            }
            // That the cluster does not answer is told by the watch on the stores.
            Ok(Err(kube::Error::Api(status))) if !is_told => {
                tracing::warn!(message = status.message, "whether the operator lives cannot be read");
                is_told = true;
            }
            Ok(Err(_)) | Err(_) => {}
        }
        tokio::time::sleep(EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEAT: Option<Millis> = Some(Millis(1_000_000));

    #[test]
    fn a_beat_is_heard_by_the_clock_of_whoever_hears_it() {
        let pulse = Pulse::first(BEAT, Millis(1_010_000));
        assert_eq!(pulse.silent_since(Millis(1_060_000)), None);
        assert_eq!(pulse.silent_since(Millis(1_060_001)), BEAT);
        // The operator's clock is an hour behind.
        let pulse = pulse.next(Some(Millis(1_015_000)), Millis(4_600_000));
        assert_eq!(pulse.silent_since(Millis(4_660_000)), None);
        assert_eq!(
            pulse.next(Some(Millis(1_015_000)), Millis(4_660_000)).silent_since(Millis(4_660_001)),
            Some(Millis(1_015_000))
        );
    }

    #[test]
    fn one_that_died_long_ago_is_silent_from_the_beginning_and_one_that_never_lived_soon() {
        assert_eq!(Pulse::first(BEAT, Millis(9_000_000)).silent_since(Millis(9_000_000)), BEAT);
        let never = Pulse::first(None, Millis(9_000_000));
        assert_eq!(never.silent_since(Millis(9_060_000)), None);
        assert_eq!(never.silent_since(Millis(9_060_001)), Some(Millis(9_000_000)));
    }
}
