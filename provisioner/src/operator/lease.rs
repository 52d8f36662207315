//! The Lease by which one of several operators acts, and by which a page knows since when none does. It also tells which namespaces were
//! found without a Store and what the nodes have left, since web may see neither.
//!
//! Not by a crate: kube-lease-manager keeps a lost lock for held while its renewals fail, judges by the wall clock, and takes over whatever
//! version the Lease has meanwhile; kubert is of an older kube.

use std::{convert::Infallible, sync::Arc, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{api::coordination::v1::Lease, apimachinery::pkg::apis::meta::v1::MicroTime};
use kube::{
    Api, Client,
    api::{Patch, PatchParams},
};
use serde_json::json;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::context::Context;
use crate::{
    resource::MANAGER,
    stores::{capacity, strays},
    window,
};

/// Tries to let go of the Lease.
const RELEASES: u32 = 3;

/// By when an operator has to be heard again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Whoever is not heard for this long has lost the Lease. Whole seconds, as a Lease has them.
    pub(super) lasts: Duration,
    /// The holder stops acting so long before: for what it still has under way, and for clocks that do not run alike.
    pub(super) margin: Duration,
    pub(super) renew: Duration,
    /// How often whoever waits looks, and how long the API server may take.
    pub(super) look: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            lasts: Duration::from_secs(15),
            margin: Duration::from_secs(3),
            renew: Duration::from_secs(4),
            look: Duration::from_secs(2),
        }
    }
}

impl Terms {
    /// When the claim of a Lease ends that was written after `sent`.
    fn end(&self, sent: Instant) -> Instant {
        sent + self.lasts.saturating_sub(self.margin)
    }
}

/// A version of the Lease, and when it was met first by this process' own clock: what other clocks say is never compared with it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    version: String,
    holder: Option<String>,
    lasts: Duration,
    transitions: i32,
    since: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// To be written, over the version that was seen: then it is held.
    Mine,
    Theirs {
        until: Instant,
    },
}

impl Seen {
    fn next(before: Option<&Self>, lease: &Lease, terms: &Terms, now: Instant) -> Self {
        let version = lease.metadata.resource_version.clone().unwrap_or_default();
        let since = before.filter(|before| before.version == version).map_or(now, |before| before.since);
        let spec = lease.spec.clone().unwrap_or_default();
        let seconds = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        Self {
            version,
            holder: spec.holder_identity.filter(|holder| !holder.is_empty()),
            lasts: seconds.map_or(terms.lasts, Duration::from_secs),
            transitions: spec.lease_transitions.unwrap_or_default(),
            since,
        }
    }

    fn is_held_by(&self, me: &str) -> bool {
        self.holder.as_deref() == Some(me)
    }

    fn turn(&self, me: &str, now: Instant) -> Turn {
        let until = self.since + self.lasts;
        let is_free = self.holder.is_none() || self.is_held_by(me) || until <= now;
        if is_free { Turn::Mine } else { Turn::Theirs { until } }
    }
}

/// Why the Lease was not read or written.
#[derive(Debug, thiserror::Error)]
enum LeaseError {
    #[error("no answer in time")]
    Silence,
    #[error(transparent)]
    Cluster(#[from] kube::Error),
}

impl LeaseError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Cluster(kube::Error::Api(status)) if status.code == 409)
    }
}

/// One of those that would hold the Lease.
pub(super) struct Contender {
    me: String,
    name: String,
    terms: Terms,
    leases: Api<Lease>,
    context: Arc<Context>,
    seen: Option<Seen>,
    end: watch::Sender<Option<Instant>>,
    is_told: bool,
}

impl Contender {
    /// `client` is one that needs no claim.
    pub(super) fn new(
        client: Client,
        terms: Terms,
        context: Arc<Context>,
        end: watch::Sender<Option<Instant>>,
    ) -> Self {
        // One that begins anew under the same name is not the one before: what that one began may still go on.
        let me = format!(
            "{}_{:08x}",
            std::env::var("HOSTNAME").unwrap_or_else(|_| "operator".to_owned()),
            rand::random::<u32>()
        );
        let leases = Api::namespaced(client, &context.config.namespace);
        let name = context.config.operator_lease.clone();
        Self { me, name, terms, leases, context, seen: None, end, is_told: false }
    }

    /// Holds the Lease whenever nobody else does, and lets go of it at the `end`.
    pub(super) async fn contend(mut self, end: CancellationToken) {
        let ended = end.cancelled_owned();
        tokio::select! {
            () = ended => {}
            never = self.hold() => match never {},
        }
        if let Err(error) = self.release().await {
            tracing::warn!(%error, "the lease is not let go of; the next operator waits until it has run out");
        }
    }

    async fn hold(&mut self) -> Infallible {
        loop {
            // Whoever does not know yet what there is could do nothing with it.
            let pause = if !self.context.is_loaded() {
                self.terms.look / 4
            } else {
                match self.go_on().await {
                    Ok(pause) => {
                        self.is_told = false;
                        pause
                    }
                    Err(error) => {
                        // It may have been written all the same.
                        self.seen = None;
                        if !std::mem::replace(&mut self.is_told, true) {
                            tracing::warn!(%error, "the lease cannot be renewed; without it nothing is acted on");
                        }
                        self.terms.look / 4
                    }
                }
            };
            sleep(pause).await;
        }
    }

    /// Renews the Lease, takes it, or looks whether it is free; how long until there is more to do.
    async fn go_on(&mut self) -> Result<Duration, LeaseError> {
        if !self.seen.as_ref().is_some_and(|seen| seen.is_held_by(&self.me)) {
            let lease = self.patiently(self.leases.get(&self.name)).await?;
            self.see(&lease);
        }
        let Some(seen) = self.seen.clone() else { return Ok(Duration::ZERO) };
        match seen.turn(&self.me, Instant::now()) {
            Turn::Theirs { until } => {
                if self.end.send_replace(None).is_some() {
                    tracing::warn!(
                        holder = seen.holder,
                        "another operator holds the lease; this one only looks"
                    );
                }
                Ok(self.terms.look.min(until.saturating_duration_since(Instant::now())))
            }
            Turn::Mine => {
                let sent = Instant::now();
                let written = self.patch(&self.claiming(&seen)).await;
                let lease = match written {
                    // Someone else was first, or wrote something else of it.
                    Err(error) if error.is_conflict() => {
                        self.seen = None;
                        return Ok(Duration::ZERO);
                    }
                    written => written?,
                };
                self.see(&lease);
                self.holds_until(self.terms.end(sent));
                Ok((sent + self.terms.renew).saturating_duration_since(Instant::now()))
            }
        }
    }

    fn holds_until(&self, end: Instant) {
        let before = self.end.send_replace(Some(end));
        // Asked after the new end is told, so that no reconcile found the claim ended which is not woken now.
        if before.is_none_or(|before| before <= Instant::now()) {
            tracing::info!(lease = self.name, me = self.me, "the lease is held; this operator acts");
            self.context.take_over();
        }
    }

    fn claiming(&self, seen: &Seen) -> serde_json::Value {
        let now = MicroTime(Timestamp::now());
        let mut spec = json!({
            "holderIdentity": self.me,
            "leaseDurationSeconds": self.terms.lasts.as_secs(),
            "renewTime": now,
        });
        if !seen.is_held_by(&self.me) {
            spec["acquireTime"] = json!(now);
            spec["leaseTransitions"] = json!(seen.transitions.saturating_add(1));
        }
        let strays = strays::told_in_lease(&self.context.namespaces_without_store());
        let mut annotations = window::told_in_lease(self.context.window.as_deref());
        annotations.extend(strays.into_iter().map(|(key, value)| (key, Some(value))));
        annotations.extend(capacity::told_in_lease(self.context.nodes.told().as_ref()));
        json!({
            "metadata": { "resourceVersion": seen.version, "annotations": annotations },
            "spec": spec,
        })
    }

    /// So that the next one need not wait. When it was renewed last stays, for whoever asks since when nobody acts.
    async fn release(&self) -> Result<(), LeaseError> {
        if self.end.send_replace(None).is_none_or(|end| end <= Instant::now()) {
            return Ok(());
        }
        // A renewal that was under way may be written between the two.
        for _ in 0..RELEASES {
            let lease = self.patiently(self.leases.get(&self.name)).await?;
            if lease.spec.and_then(|spec| spec.holder_identity).as_ref() != Some(&self.me) {
                return Ok(());
            }
            let free = json!({
                "metadata": { "resourceVersion": lease.metadata.resource_version },
                "spec": { "holderIdentity": null, "leaseDurationSeconds": null, "acquireTime": null },
            });
            match self.patch(&free).await {
                Err(error) if error.is_conflict() => {}
                written => return written.map(|_| ()),
            }
        }
        Ok(())
    }

    async fn patch(&self, patch: &serde_json::Value) -> Result<Lease, LeaseError> {
        let params = PatchParams::apply(MANAGER);
        self.patiently(self.leases.patch(&self.name, &params, &Patch::Merge(patch))).await
    }

    async fn patiently<T>(
        &self,
        answer: impl Future<Output = Result<T, kube::Error>>,
    ) -> Result<T, LeaseError> {
        Ok(timeout(self.terms.look, answer).await.map_err(|_| LeaseError::Silence)??)
    }

    fn see(&mut self, lease: &Lease) {
        self.seen = Some(Seen::next(self.seen.as_ref(), lease, &self.terms, Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use std::{cmp::Reverse, collections::BinaryHeap};

    use k8s_openapi::api::coordination::v1::LeaseSpec;
    use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

    use super::*;

    fn lease(version: u64, holder: Option<&str>) -> Lease {
        let mut lease = Lease::default();
        lease.metadata.resource_version = Some(version.to_string());
        lease.spec = Some(LeaseSpec {
            holder_identity: holder.map(str::to_owned),
            lease_duration_seconds: holder.map(|_| 15),
            ..LeaseSpec::default()
        });
        lease
    }

    fn seen(before: Option<&Seen>, lease: &Lease, now: Instant) -> Seen {
        Seen::next(before, lease, &Terms::default(), now)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_lease_that_nobody_holds_is_taken_at_once_and_ones_own_is_renewed() {
        let now = Instant::now();
        for holder in [None, Some(""), Some("me")] {
            assert_eq!(seen(None, &lease(1, holder), now).turn("me", now), Turn::Mine, "{holder:?}");
        }
        assert_eq!(seen(None, &Lease::default(), now).turn("me", now), Turn::Mine);
    }

    #[test]
    fn a_lease_that_another_holds_is_taken_when_it_was_not_renewed_for_as_long_as_it_lasts() {
        let began = Instant::now();
        let first = seen(None, &lease(1, Some("another")), began);
        assert_eq!(first.turn("me", began + 14 * SECOND), Turn::Theirs { until: began + 15 * SECOND });
        let same = seen(Some(&first), &lease(1, Some("another")), began + 14 * SECOND);
        assert_eq!(same.turn("me", began + 15 * SECOND), Turn::Mine);
        let renewed = seen(Some(&same), &lease(2, Some("another")), began + 14 * SECOND);
        assert_eq!(renewed.turn("me", began + 28 * SECOND), Turn::Theirs { until: began + 29 * SECOND });
    }

    #[test]
    fn when_the_holder_says_that_it_renewed_is_by_its_own_clock_and_counts_for_nothing() {
        let now = Instant::now();
        let mut long_ago = lease(1, Some("another"));
        long_ago.spec.as_mut().unwrap().renew_time = Some(MicroTime(Timestamp::UNIX_EPOCH));
        assert_eq!(seen(None, &long_ago, now).turn("me", now), Turn::Theirs { until: now + 15 * SECOND });
    }

    #[test]
    fn a_killed_holder_is_followed_within_twenty_seconds() {
        let Terms { lasts, margin, renew, look } = Terms::default();
        assert!(look + lasts + look < 20 * SECOND);
        // Two renewals may be lost.
        assert!(3 * renew <= lasts - margin);
    }

    /// A contender by its own clock, in a world in which requests take their time and get lost.
    struct Node {
        me: String,
        /// Of its clock, in thousandths: how fast it runs, and what it showed at the beginning.
        rate: u64,
        offset: u64,
        seen: Option<Seen>,
        /// When it might act, in milliseconds of the world.
        acted: Vec<(u64, u64)>,
    }

    #[derive(Clone, Copy, Debug)]
    struct Way {
        pause: u64,
        there: u64,
        back: u64,
        is_lost_there: bool,
        is_lost_back: bool,
        lets_go: bool,
    }

    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum What {
        Begin,
        Read,
        /// Over the version; whether it is held afterwards.
        Write {
            over: String,
            held: bool,
            sent: u64,
        },
        Answer {
            version: u64,
            holder: Option<String>,
            written: Option<u64>,
        },
        Silence,
    }

    impl Node {
        fn clock(&self, epoch: Instant, at: u64) -> Instant {
            epoch + Duration::from_millis(self.offset + at * self.rate / 1000)
        }

        /// The moment of the world at which its clock has gone on by `span` since `sent`.
        fn after(&self, sent: u64, span: Duration) -> u64 {
            sent + u64::try_from(span.as_millis()).unwrap() * 1000 / self.rate
        }
    }

    fn any_way() -> impl Strategy<Value = Way> {
        (0..6000u64, 0..4000u64, 0..4000u64, 0..5u8, 0..5u8, 0..12u8).prop_map(
            |(pause, there, back, lost_there, lost_back, lets_go)| Way {
                pause,
                there,
                back,
                is_lost_there: lost_there == 0,
                is_lost_back: lost_back == 0,
                lets_go: lets_go == 0,
            },
        )
    }

    fn any_clock() -> impl Strategy<Value = (u64, u64)> {
        (900..=1100u64, 0..1_000_000u64)
    }

    fn play(clocks: &[(u64, u64)], ways: &[Way]) -> Vec<Node> {
        let (epoch, terms) = (Instant::now(), Terms::default());
        let mut nodes: Vec<Node> = clocks
            .iter()
            .enumerate()
            .map(|(number, (rate, offset))| Node {
                me: format!("node-{number}"),
                rate: *rate,
                offset: *offset,
                seen: None,
                acted: Vec::new(),
            })
            .collect();
        let (mut version, mut holder) = (1u64, None::<String>);
        let mut ways = ways.iter();
        let mut what_comes: BinaryHeap<Reverse<(u64, usize, What)>> =
            (0..nodes.len()).map(|number| Reverse((0, number, What::Begin))).collect();
        while let Some(Reverse((at, number, what))) = what_comes.pop() {
            let node = &mut nodes[number];
            let mut later = |at: u64, what: What| what_comes.push(Reverse((at, number, what)));
            match what {
                What::Begin => {
                    let Some(way) = ways.next() else { continue };
                    let request = match &node.seen {
                        Some(seen) if seen.turn(&node.me, node.clock(epoch, at)) == Turn::Mine => {
                            let held = !(way.lets_go && seen.is_held_by(&node.me));
                            if !held {
                                node.acted.iter_mut().for_each(|(_, end)| *end = (*end).min(at));
                            }
                            What::Write { over: seen.version.clone(), held, sent: at }
                        }
                        _ => What::Read,
                    };
                    later(at + way.there, if way.is_lost_there { What::Silence } else { request });
                }
                What::Read | What::Write { .. } => {
                    let way = ways.next().copied();
                    let written = match what {
                        What::Write { over, held, sent } if over == version.to_string() => {
                            version += 1;
                            holder = held.then(|| node.me.clone());
                            held.then_some(sent)
                        }
                        _ => None,
                    };
                    let answer = What::Answer { version, holder: holder.clone(), written };
                    let is_lost = way.is_none_or(|way| way.is_lost_back);
                    later(at + way.map_or(0, |way| way.back), if is_lost { What::Silence } else { answer });
                }
                What::Answer { version, holder, written } => {
                    let told = lease(version, holder.as_deref());
                    node.seen = Some(seen(node.seen.as_ref(), &told, node.clock(epoch, at)));
                    if let Some(sent) = written {
                        let end = node.after(sent, terms.end(epoch) - epoch);
                        if at < end {
                            node.acted.push((at, end));
                        }
                    }
                    later(at + ways.clone().next().map_or(0, |way| way.pause), What::Begin);
                }
                What::Silence => {
                    node.seen = None;
                    later(at + ways.clone().next().map_or(0, |way| way.pause), What::Begin);
                }
            }
        }
        nodes
    }

    proptest! {
        #[test]
        fn no_two_ever_act_at_a_time_however_requests_are_delayed_and_lost_and_though_clocks_differ_by_a_tenth(
            clocks in prop::collection::vec(any_clock(), 2..4),
            ways in prop::collection::vec(any_way(), 1..200),
        ) {
            let nodes = play(&clocks, &ways);
            for (number, one) in nodes.iter().enumerate() {
                for other in nodes.iter().skip(number + 1) {
                    for (from, to) in &one.acted {
                        for (began, ended) in &other.acted {
                            prop_assert!(to <= began || ended <= from, "{:?} {:?}", (from, to), (began, ended));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn in_the_world_of_the_property_each_does_come_to_act() {
        let mut runner = TestRunner::deterministic();
        let ways = prop::collection::vec(any_way(), 3000..3001).new_tree(&mut runner).unwrap().current();
        let nodes = play(&[(900, 0), (1000, 5), (1100, 9)], &ways);
        let acted: Vec<usize> = nodes.iter().map(|node| node.acted.len()).collect();
        assert!(acted.iter().all(|times| *times > 3), "{acted:?}");
    }
}
