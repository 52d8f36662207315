//! Says in a Lease that the operator is at work, so that a page can tell since when nobody looks at the stores; and which namespaces it
//! found that have no Store.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, Patch, PatchParams},
};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Health;
use crate::{config::Config, resource::MANAGER, stores::strays};

/// How often it is said.
const EVERY: Duration = Duration::from_secs(15);
/// How long the API server may take for it.
const LIMIT: Duration = Duration::from_secs(5);

/// Beats while the operator knows its stores and does not end. One that dies before its first beat is due is never seen to live.
pub async fn beat(client: Client, config: Arc<Config>, health: Health) {
    if config.operator_lease.is_empty() {
        return;
    }
    let leases: Api<Lease> = Api::namespaced(client, &config.namespace);
    let params = PatchParams::apply(MANAGER);
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if !health.is_ready() {
            continue;
        }
        let annotations = strays::told_in_lease(&health.namespaces_without_store());
        let renewed = Patch::Merge(Lease {
            metadata: ObjectMeta { annotations: Some(annotations), ..ObjectMeta::default() },
            spec: Some(LeaseSpec {
                holder_identity: std::env::var("HOSTNAME").ok(),
                renew_time: Some(MicroTime(Timestamp::now())),
                ..LeaseSpec::default()
            }),
        });
        let answer = timeout(LIMIT, leases.patch(&config.operator_lease, &params, &renewed)).await;
        if let Err(why) = answer
            .map_err(|_| "no answer in time".to_owned())
            .and_then(|told| told.map_err(|error| error.to_string()))
        {
            tracing::warn!(why, "the heartbeat is not taken; pages will say that nobody looks at the stores");
        }
    }
}
