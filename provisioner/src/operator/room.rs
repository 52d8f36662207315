//! A store for which the nodes have no room: it waits, says what is missing, and its time does not run meanwhile.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Node, Pod};
use kube::{Api, api::ListParams};
use store::{ConditionKind, State, time::Elapsed};
use tokio::time::Instant;

use super::{
    ReconcileError,
    reconcile::{Flow, Reconcile},
};
use crate::{
    observe::{
        pods::Trouble,
        room::{Room, left, wanted},
    },
    resource::now,
};

/// The nodes are looked at this often, however many stores wait.
const LOOK: Duration = Duration::from_secs(15);
/// Pods in one answer of the API server.
const PAGE: u32 = 500;

impl Reconcile<'_> {
    pub(super) async fn wait_for_room(&mut self, trouble: &Trouble) -> Result<Flow, ReconcileError> {
        if let Some(deadline) = self.progress.deadline.take() {
            self.memory.left = Some(deadline.since(now()));
        }
        let free = self.free().await?;
        let pods: Api<Pod> = Api::namespaced(self.context.client.clone(), &self.id.namespace());
        let asked = wanted(&pods.list(&ListParams::default()).await?.items);
        let free = free.map_or_else(
            || "No node takes pods.".to_owned(),
            |free| format!("The node with most room has {free} left."),
        );
        let message = format!(
            "Waits for room on the nodes: it asks for {asked}. {free} It goes on when another store is deleted or a node is added. ({})",
            trouble.clause()
        );
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

    async fn free(&self) -> Result<Option<Room>, ReconcileError> {
        let mut known = self.context.room.lock().await;
        if let Some((at, room)) = *known
            && at.elapsed() < LOOK
        {
            return Ok(Some(room));
        }
        let nodes: Api<Node> = Api::all(self.context.client.clone());
        let nodes = nodes.list(&ListParams::default()).await?.items;
        let pods: Api<Pod> = Api::all(self.context.client.clone());
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
        let room = left(&nodes, &all, &self.context.config.scheduling);
        *known = room.map(|room| (Instant::now(), room));
        Ok(room)
    }
}
