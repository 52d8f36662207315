//! Which pods a part's workloads make, those that have gone among them: by the names that Kubernetes gives pods.

use std::collections::{BTreeMap, BTreeSet};

use engine::Part;
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    core::v1::PodTemplateSpec,
};
use kube::ResourceExt;

/// A Deployment or a StatefulSet of a part's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    name: String,
    pub part: String,
    /// Those that the plan is about.
    containers: BTreeSet<String>,
    /// Whether its pods are numbered.
    is_numbered: bool,
}

impl Workload {
    /// Whether that is a container that the plan is about, of a pod of this workload's at whatever time.
    pub fn runs(&self, pod: &str, container: &str) -> bool {
        self.containers.contains(container) && self.has_made(pod)
    }

    /// `name-0`, or `name-7d9f8c6b5-x7k2q`.
    fn has_made(&self, pod: &str) -> bool {
        let Some(own) = pod.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('-')) else {
            return false;
        };
        let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if self.is_numbered {
            return !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit());
        }
        own.split_once('-').is_some_and(|(set, pod)| is_word(set) && is_word(pod) && pod.len() == 5)
    }
}

/// Of the parts, by the labels of the pods that they make.
pub fn workloads(parts: &[Part], deployments: &[Deployment], stateful_sets: &[StatefulSet]) -> Vec<Workload> {
    let deployments = deployments.iter().map(|it| (it.name_any(), false, &it.spec.template));
    let stateful_sets = stateful_sets.iter().map(|it| (it.name_any(), true, &it.spec.template));
    let of = |(name, is_numbered, template): (String, bool, &PodTemplateSpec)| {
        let labels = template.metadata.as_ref().and_then(|metadata| metadata.labels.as_ref())?;
        let part = parts.iter().find(|part| makes(part, labels))?;
        let containers =
            template.spec.iter().flat_map(|spec| &spec.containers).map(|container| &container.name);
        let is_main = |name: &&String| part.helpers.iter().all(|helper| helper.name != **name);
        Some(Workload {
            name,
            part: part.name.clone(),
            containers: containers.filter(is_main).cloned().collect(),
            is_numbered,
        })
    };
    deployments.chain(stateful_sets).filter_map(of).collect()
}

fn makes(part: &Part, labels: &BTreeMap<String, String>) -> bool {
    part.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;
    use crate::observe::pods::tests::{DATABASE, WEB, parts};

    /// As of a Deployment, or of a StatefulSet where it is the database's.
    pub(crate) fn workload(name: &str, part: &str, containers: &[&str]) -> Workload {
        Workload {
            name: name.to_owned(),
            part: part.to_owned(),
            containers: containers.iter().map(|name| (*name).to_owned()).collect(),
            is_numbered: part == "database",
        }
    }

    #[test]
    fn a_pod_is_known_by_its_name_also_when_it_has_gone() {
        let web = workload("wordpress", "web", &["wordpress"]);
        for (pod, is_own) in [
            ("wordpress-7d9f8c6b5-abcde", true),
            ("wordpress-0", false),
            ("wordpress-7d9f8c6b5", false),
            ("wordpress-cron-7d9f8c6b5-abcde", false),
            ("wordpress-7d9f8c6b5-abcdef", false),
            ("wordpress--abcde", false),
            ("mywordpress-7d9f8c6b5-abcde", false),
        ] {
            assert_eq!(web.runs(pod, "wordpress"), is_own, "{pod}");
        }
        assert!(!web.runs("wordpress-7d9f8c6b5-abcde", "cron"));
        let database = workload("mariadb", "database", &["mariadb"]);
        assert!(database.runs("mariadb-12", "mariadb"));
        assert!(
            !database.runs("mariadb-", "mariadb") && !database.runs("mariadb-7d9f8c6b5-abcde", "mariadb")
        );
    }

    #[test]
    fn workloads_are_a_parts_by_the_labels_of_the_pods_that_they_make() {
        let template = |component: &str, containers: &[&str]| {
            let containers: Vec<_> = containers.iter().map(|name| json!({ "name": name })).collect();
            json!({ "selector": {}, "serviceName": "", "template": {
                "metadata": { "labels": { "app.kubernetes.io/component": component } },
                "spec": { "containers": containers, "initContainers": [{ "name": "setup" }] },
            } })
        };
        let deployment = serde_json::from_value(
            json!({ "metadata": { "name": "wordpress" }, "spec": template(WEB, &["wordpress", "cron"]) }),
        );
        let set = |name: &str, component: &str| {
            serde_json::from_value(
                json!({ "metadata": { "name": name }, "spec": template(component, &["mariadb"]) }),
            )
            .unwrap()
        };
        let sets = [set("mariadb", DATABASE), set("other", "other")];
        let found = workloads(&parts(), &[deployment.unwrap()], &sets);
        assert_eq!(
            found,
            [workload("wordpress", "web", &["wordpress"]), workload("mariadb", "database", &["mariadb"])]
        );
    }
}
