//! How much room the nodes have. A store for which they have none waits, says what is missing, and its time does not run meanwhile; whoever
//! would make one is told before.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use k8s_openapi::api::core::v1::{Node, Pod};
use kube::{Api, api::ListParams};
use store::{ConditionKind, Said, State, Told, time::Elapsed};
use tokio::time::{Instant, sleep};

use super::{
    ReconcileError,
    context::Context,
    reconcile::{Flow, Reconcile},
};
use crate::{
    decide::capacity::Capacity,
    observe::{
        pods::Trouble,
        room::{Room, left, most, wanted},
    },
    resource::now,
};

/// The nodes are looked at this often, however many stores wait.
const LOOK: Duration = Duration::from_secs(15);
/// Pods in one answer of the API server.
const PAGE: u32 = 500;
/// After each look so many times as long as it took nobody looks: in however large a cluster, it costs a twentieth of one reader's time.
const REST: u32 = 20;
/// Whoever does not act tells nothing.
const UNTIL_IT_ACTS: Duration = Duration::from_secs(1);
/// What was seen longer ago is not told any more.
const TOLD: Duration = Duration::from_secs(180);

/// What each node that takes the pods of stores had left when it was looked at.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    /// One looks, and the others take what that one saw.
    looking: tokio::sync::Mutex<()>,
    seen: Mutex<Option<(Instant, Vec<Room>)>>,
}

/// Looks until the operator ends.
pub(super) async fn watch(context: Arc<Context>) {
    loop {
        if !context.is_loaded() || !context.claim.is_valid() {
            sleep(UNTIL_IT_ACTS).await;
            continue;
        }
        let began = Instant::now();
        if let Err(error) = context.nodes.left(&context).await {
            tracing::debug!(%error, "how much room the nodes have is not known");
        }
        sleep(LOOK.max(REST * began.elapsed())).await;
    }
}

impl Nodes {
    /// As it is told in the Lease; nothing where nobody has looked for a while.
    pub(super) fn told(&self) -> Option<Capacity> {
        let rooms = self.seen_within(TOLD)?;
        Some(Capacity { nodes: rooms.into_iter().map(Into::into).collect(), is_cut: false })
    }

    async fn left(&self, context: &Context) -> Result<Vec<Room>, kube::Error> {
        let _turn = self.looking.lock().await;
        if let Some(rooms) = self.seen_within(LOOK) {
            return Ok(rooms);
        }
        let nodes: Api<Node> = Api::all(context.client.clone());
        let nodes = nodes.list(&ListParams::default()).await?.items;
        let pods: Api<Pod> = Api::all(context.client.clone());
        let mut page = ListParams::default().limit(PAGE);
        let mut all = Vec::new();
        loop {
            let found = pods.list(&page).await?;
            // Of each no more than what it asks for.
            all.extend(found.items.into_iter().map(|mut pod| {
                pod.metadata = Default::default();
                pod
            }));
            match found.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => page = page.continue_token(&token),
                None => break,
            }
        }
        let rooms = left(&nodes, &all, &context.config.scheduling);
        *self.lock() = Some((Instant::now(), rooms.clone()));
        Ok(rooms)
    }

    fn seen_within(&self, age: Duration) -> Option<Vec<Room>> {
        self.lock().as_ref().filter(|(at, _)| at.elapsed() < age).map(|(_, rooms)| rooms.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Instant, Vec<Room>)>> {
        // Whoever panicked while holding it changed it whole.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reconcile<'_> {
    pub(super) async fn wait_for_room(&mut self, trouble: &Trouble) -> Result<Flow, ReconcileError> {
        if let Some(deadline) = self.progress.deadline.take() {
            self.memory.left = Some(deadline.since(now()));
        }
        let free = most(&self.context.nodes.left(self.context).await?);
        let pods: Api<Pod> = Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let asked = wanted(&pods.list(&ListParams::default()).await?.items);
        let [cpu, disk, memory] = asked.in_units();
        let asked = Said::WaitsForRoom { cpu, disk, memory };
        let free = free.map_or(Said::NoNodeTakesPods, |free| {
            let [cpu, disk, memory] = free.in_units();
            Said::MostRoom { cpu, disk, memory }
        });
        let message = Told::from(vec![asked, free, Said::GoesOnWithRoom, trouble.aside()]);
        self.see(ConditionKind::WorkloadsReady, State::Waiting, message);
        self.save().await?;
        // Its pods wake it as soon as they have a node.
        Ok(Flow::Requeue(LOOK))
    }

    /// There is room, or it was never wanted: the try's time runs.
    pub(super) fn go_on_with_room(&mut self) {
        if self.progress.deadline.is_some() {
            return;
        }
        let whole = Elapsed(i64::from(self.context.config.deadline_seconds) * 1000);
        let left = self.memory.left.take().unwrap_or(whole);
        self.progress.deadline = Some(store::Millis(now().0 + left.0.max(0)));
    }
}
