//! What stands in a store's namespace of that which its quota counts and helm makes, as the cluster itself would count it.

use k8s_openapi::{api::core::v1::PersistentVolumeClaim, apimachinery::pkg::api::resource::Quantity};

use super::room::bytes;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub claims: u64,
    /// Bytes.
    pub storage: u64,
}

impl Counted {
    /// With those that are being deleted: they are counted until they have gone.
    pub fn of(claims: &[PersistentVolumeClaim]) -> Self {
        Self { claims: claims.len() as u64, storage: claims.iter().map(storage).sum() }
    }

    /// Of the quota's resource of that name; nothing of one that is not looked at.
    pub fn get(&self, resource: &str) -> Option<u64> {
        match resource {
            "persistentvolumeclaims" => Some(self.claims),
            "requests.storage" => Some(self.storage),
            _ => None,
        }
    }
}

/// What is asked for, or what was given while that was more.
fn storage(claim: &PersistentVolumeClaim) -> u64 {
    let amount = |storage: Option<&Quantity>| storage.and_then(|amount| bytes(&amount.0)).unwrap_or_default();
    let asked =
        claim.spec.as_ref().and_then(|spec| spec.resources.as_ref()?.requests.as_ref()?.get("storage"));
    let given = claim.status.as_ref().and_then(|status| status.allocated_resources.as_ref()?.get("storage"));
    amount(asked).max(amount(given))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_counted_as_the_cluster_does() {
        let claim = |asked: &str, given: &str| {
            serde_json::from_value(json!({
                "spec": { "resources": { "requests": { "storage": asked } } },
                "status": { "allocatedResources": { "storage": given } },
            }))
            .unwrap()
        };
        let counted = Counted::of(&[claim("2Gi", "1Gi"), claim("1Gi", "3Gi")]);
        assert_eq!(counted.get("persistentvolumeclaims"), Some(2));
        assert_eq!(counted.get("requests.storage"), Some(5 << 30));
        assert_eq!(counted.get("pods"), None);
    }
}
