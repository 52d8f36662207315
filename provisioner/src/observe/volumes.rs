//! How large a store's volumes are to be when its plan changes: they grow where their class lets them, and never shrink.

use std::collections::BTreeMap;

use engine::Sizes;
use k8s_openapi::api::{core::v1::PersistentVolumeClaim, storage::v1::StorageClass};
use kube::ResourceExt;

use super::room::bytes;

/// GiB by claim.
pub type Volumes = BTreeMap<String, u32>;

const GIB: u64 = 1 << 30;

/// A volume's claim is named as the engine names the volume.
pub fn volumes(sizes: &Sizes, claims: &[PersistentVolumeClaim], classes: &[StorageClass]) -> Volumes {
    let of = |(name, wanted): (&String, u32)| {
        let Some(claim) = claims.iter().find(|claim| claim.name_any() == *name) else {
            return (name.clone(), wanted);
        };
        let present = requested(claim).unwrap_or(wanted);
        let grows = class_of(claim, classes).is_some_and(|class| class.allow_volume_expansion == Some(true));
        (name.clone(), if grows { present.max(wanted) } else { present })
    };
    sizes.volumes.iter().map(|(name, disk)| (name, disk.0)).map(of).collect()
}

/// Rounded up.
fn requested(claim: &PersistentVolumeClaim) -> Option<u32> {
    let requests = claim.spec.as_ref()?.resources.as_ref()?.requests.as_ref()?;
    u32::try_from(bytes(&requests.get("storage")?.0)?.div_ceil(GIB)).ok()
}

fn class_of<'a>(claim: &PersistentVolumeClaim, classes: &'a [StorageClass]) -> Option<&'a StorageClass> {
    let name = claim.spec.as_ref()?.storage_class_name.as_deref()?;
    classes.iter().find(|class| class.name_any() == name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use store::PlanName;

    use super::*;
    use crate::config::tests::{engine_of, example};

    fn sizes(plan: PlanName) -> Sizes {
        engine_of(&mut example()).definition.plans[&plan].clone()
    }

    fn claim(name: &str, class: &str, storage: &str) -> PersistentVolumeClaim {
        serde_json::from_value(json!({ "metadata": { "name": name },
            "spec": { "storageClassName": class, "resources": { "requests": { "storage": storage } } } }))
        .unwrap()
    }

    fn class(name: &str, grows: bool) -> StorageClass {
        serde_json::from_value(
            json!({ "metadata": { "name": name }, "provisioner": "a", "allowVolumeExpansion": grows }),
        )
        .unwrap()
    }

    #[test]
    fn volumes_grow_where_their_class_lets_them_and_never_shrink() {
        let classes = [class("grows", true), class("stays", false)];
        let claims = [claim("database", "grows", "2Gi"), claim("uploads", "stays", "3Gi")];
        let medium = sizes(PlanName::Medium);
        assert_eq!(
            volumes(&medium, &claims, &classes),
            [("database".into(), medium.volumes["database"].0), ("uploads".into(), 3)].into()
        );
        let larger = [claim("database", "grows", "90Gi"), claim("uploads", "unknown", "3500Mi")];
        assert_eq!(
            volumes(&sizes(PlanName::Small), &larger, &classes),
            [("database".into(), 90), ("uploads".into(), 4)].into()
        );
    }
}
