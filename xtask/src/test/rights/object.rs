//! What a request is about: its path at the API server, and a manifest that is valid there.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Names;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    List,
    Watch,
    Create,
    Patch,
    Delete,
}

impl Verb {
    pub(super) fn parse(word: &str) -> Result<Self> {
        Ok(match word {
            "get" => Self::Get,
            "list" => Self::List,
            "watch" => Self::Watch,
            "create" => Self::Create,
            "patch" => Self::Patch,
            "delete" => Self::Delete,
            _ => bail!("“{word}” is no verb that can be tried"),
        })
    }

    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Get | Self::List | Self::Watch => "GET",
            Self::Create => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Patch => "application/merge-patch+json",
            _ => "application/json",
        }
    }

    /// Nothing that is tried is kept.
    pub(super) fn parameters(self) -> &'static str {
        match self {
            Self::Get | Self::List => "limit=1",
            Self::Watch => "watch=true&timeoutSeconds=1",
            Self::Create | Self::Patch | Self::Delete => "dryRun=All",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Object {
    kind: &'static str,
    version: &'static str,
    resource: String,
    subresource: Option<String>,
    namespace: String,
    name: String,
}

impl Object {
    /// `resource` may have a subresource after a slash; an empty `namespace` is none.
    pub(super) fn new(resource: &str, namespace: &str, name: &str) -> Result<Self> {
        const RBAC: &str = "rbac.authorization.k8s.io/v1";
        let (resource, subresource) = match resource.split_once('/') {
            Some((resource, subresource)) => (resource, Some(subresource.to_owned())),
            None => (resource, None),
        };
        let (version, kind) = match resource {
            "stores" => ("storeyard.dev/v1alpha1", "Store"),
            "secrets" => ("v1", "Secret"),
            "configmaps" => ("v1", "ConfigMap"),
            "leases" => ("coordination.k8s.io/v1", "Lease"),
            "pods" => ("v1", "Pod"),
            "namespaces" => ("v1", "Namespace"),
            "events" => ("v1", "Event"),
            // As kubectl has it, since the same word names two kinds.
            "events.events.k8s.io" => ("events.k8s.io/v1", "Event"),
            "persistentvolumeclaims" => ("v1", "PersistentVolumeClaim"),
            "resourcequotas" => ("v1", "ResourceQuota"),
            "storageclasses" => ("storage.k8s.io/v1", "StorageClass"),
            "nodes" => ("v1", "Node"),
            "persistentvolumes" => ("v1", "PersistentVolume"),
            "deployments" => ("apps/v1", "Deployment"),
            "networkpolicies" => ("networking.k8s.io/v1", "NetworkPolicy"),
            "roles" => (RBAC, "Role"),
            "rolebindings" => (RBAC, "RoleBinding"),
            "clusterroles" => (RBAC, "ClusterRole"),
            "clusterrolebindings" => (RBAC, "ClusterRoleBinding"),
            "customresourcedefinitions" => ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            "validatingadmissionpolicies" => ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
            _ => bail!("“{resource}” is no resource that can be tried"),
        };
        Ok(Self {
            kind,
            version,
            resource: resource.split('.').next().unwrap_or_default().to_owned(),
            subresource,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }

    pub(super) fn path(&self, verb: Verb) -> String {
        let mut path = if self.version.contains('/') { "/apis/" } else { "/api/" }.to_owned() + self.version;
        if !self.namespace.is_empty() {
            path = format!("{path}/namespaces/{}", self.namespace);
        }
        path = format!("{path}/{}", self.resource);
        let names_one =
            !matches!(verb, Verb::List | Verb::Watch | Verb::Create) || self.subresource.is_some();
        if names_one {
            path = format!("{path}/{}", self.name);
        }
        match &self.subresource {
            Some(subresource) => format!("{path}/{subresource}"),
            None => path,
        }
    }

    /// Whether it is a way into a pod.
    pub(super) fn is_streamed(&self) -> bool {
        matches!(self.subresource.as_deref(), Some("exec" | "attach" | "portforward"))
    }

    /// Complete enough that nothing but missing rights can be held against it.
    pub(super) fn manifest(&self, names: &Names) -> Value {
        let mut metadata = json!({"name": self.name});
        if !self.namespace.is_empty() {
            metadata["namespace"] = self.namespace.as_str().into();
        }
        let mut manifest = json!({"apiVersion": self.version, "kind": self.kind, "metadata": metadata});
        match self.kind {
            "Namespace" => {
                let id = self.name.strip_prefix("store-").unwrap_or(&self.name);
                manifest["metadata"]["labels"] = json!({"storeyard.dev/store": id, "storeyard.dev/platform": names.platform,
                    "pod-security.kubernetes.io/enforce": "restricted"});
            }
            // As they are made: a store's credentials or its seed by that name, else what the dashboard knows itself by.
            "Secret" => {
                manifest["type"] = "Opaque".into();
                manifest["immutable"] = true.into();
                manifest["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "storeyard"});
                manifest["data"] = json!({"seed": "eA=="});
                let of_store = self.name.strip_prefix("store-").and_then(|rest| rest.rsplit_once('-'));
                if let Some((id, _)) =
                    self.name.strip_prefix("store-").and_then(|rest| rest.split_once("-mail-"))
                {
                    manifest["data"] = json!({"user": "eA==", "password": "eA=="});
                    manifest["metadata"]["labels"]["storeyard.dev/store"] = id.into();
                    manifest["metadata"]["labels"]["app.kubernetes.io/component"] = "mail".into();
                }
                if let Some((_, "certificate")) = of_store {
                    manifest["type"] = "kubernetes.io/tls".into();
                    manifest["data"] = json!({"tls.crt": "eA==", "tls.key": "eA=="});
                }
                if let Some((id, component @ ("credentials" | "seed" | "certificate"))) = of_store {
                    manifest["metadata"]["labels"]["storeyard.dev/store"] = id.into();
                    manifest["metadata"]["labels"]["app.kubernetes.io/component"] = component.into();
                }
            }
            // Named after the role it gives away, to the operator itself.
            "RoleBinding" | "ClusterRoleBinding" => {
                manifest["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": self.name});
                manifest["subjects"] = json!([{"kind": "ServiceAccount", "namespace": names.platform,
                    "name": format!("{}-operator", names.platform)}]);
            }
            "Store" => {
                manifest["spec"] = json!({"title": "Probe", "engine": "woocommerce", "plan": "small",
                    "admin": {"user": "ada", "email": "ada@probe.example"}});
            }
            "Event" => {
                manifest["eventTime"] = "2026-01-02T03:04:05.000000Z".into();
                manifest["type"] = "Normal".into();
                manifest["regarding"] = json!({"apiVersion": "storeyard.dev/v1alpha1", "kind": "Store",
                    "namespace": self.namespace, "name": "probe-00000"});
                for field in ["action", "reason", "reportingController", "reportingInstance"] {
                    manifest[field] = "Probe".into();
                }
            }
            "NetworkPolicy" => manifest["spec"] = json!({"podSelector": {}}),
            "Deployment" => {
                let labels = json!({"app": "probe"});
                manifest["spec"] = json!({"selector": {"matchLabels": labels},
                    "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "probe", "image": "probe"}]}}});
            }
            "Pod" => manifest["spec"] = json!({"containers": [{"name": "probe", "image": "probe"}]}),
            _ => {}
        }
        manifest
    }
}

/// As a JSON merge patch says.
pub(super) fn merge(whole: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *whole = patch.clone();
        return;
    };
    if !whole.is_object() {
        *whole = json!({});
    }
    let Some(members) = whole.as_object_mut() else { return };
    for (key, change) in changes {
        if change.is_null() {
            members.remove(key);
        } else {
            merge(members.entry(key.clone()).or_insert(Value::Null), change);
        }
    }
}
