//! Whether a store's parts are as its release wants them.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    Going,
    Over,
}

/// Of a namespace's parts: over when each runs as many pods as it wants, all of them made from its newest template.
pub fn rollout(deployments: &[Deployment], stateful_sets: &[StatefulSet]) -> Rollout {
    let deployed = deployments.iter().all(|deployment| {
        let wanted = deployment.spec.replicas.unwrap_or(1);
        let Some(status) = &deployment.status else { return false };
        status.observed_generation == deployment.metadata.generation
            && [status.replicas, status.updated_replicas, status.available_replicas]
                .iter()
                .all(|count| count.unwrap_or(0) == wanted)
    });
    let set = stateful_sets.iter().all(|set| {
        let wanted = set.spec.replicas.unwrap_or(1);
        let Some(status) = &set.status else { return false };
        status.observed_generation == set.metadata.generation
            && status.replicas == wanted
            && status.ready_replicas.unwrap_or(0) == wanted
            && (wanted == 0 || status.current_revision == status.update_revision)
    });
    if deployed && set { Rollout::Over } else { Rollout::Going }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn deployment(status: Value) -> Deployment {
        serde_json::from_value(
            json!({ "metadata": { "generation": 2 }, "spec": { "replicas": 1, "selector": {}, "template": {} }, "status": status }),
        )
        .unwrap()
    }

    fn stateful_set(replicas: i32, status: Value) -> StatefulSet {
        serde_json::from_value(
            json!({ "metadata": { "generation": 1 }, "spec": { "replicas": replicas, "selector": {}, "template": {}, "serviceName": "a" }, "status": status }),
        )
        .unwrap()
    }

    #[test]
    fn old_pods_that_still_run_do_not_make_a_rollout_over() {
        let old =
            json!({ "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1 });
        let both =
            json!({ "observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2 });
        let new =
            json!({ "observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1 });
        assert_eq!(rollout(&[deployment(old)], &[]), Rollout::Going);
        assert_eq!(rollout(&[deployment(both)], &[]), Rollout::Going);
        assert_eq!(rollout(&[deployment(new)], &[]), Rollout::Over);
    }

    #[test]
    fn a_database_is_there_when_its_newest_revision_is_and_gone_when_none_runs() {
        let going = json!({ "observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "currentRevision": "a", "updateRevision": "b" });
        let over = json!({ "observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "currentRevision": "b", "updateRevision": "b" });
        let stopped =
            json!({ "observedGeneration": 1, "replicas": 0, "currentRevision": "a", "updateRevision": "b" });
        assert_eq!(rollout(&[], &[stateful_set(1, going)]), Rollout::Going);
        assert_eq!(rollout(&[], &[stateful_set(1, over)]), Rollout::Over);
        assert_eq!(rollout(&[], &[stateful_set(0, stopped.clone())]), Rollout::Over);
        assert_eq!(rollout(&[], &[stateful_set(1, stopped)]), Rollout::Going);
    }
}
