//! How a quota is counted anew without ever being away.

use serde_json::{Value, json};

/// Of what no store has: its pods are made by newer kinds.
const NONE_OF: &str = "replicationcontrollers";

/// The quota with one bound more, and then as it is: whenever its bounds are others the cluster counts all that is in the namespace, and does not
/// wait until it would by itself. Were it deleted and made anew there would be a moment in which whatever is asked for is let in; here every bound
/// of the plan stands through all of it.
pub fn recounted(limits: &[Value]) -> Vec<Value> {
    let quotas = limits.iter().filter(|manifest| manifest["kind"] == "ResourceQuota");
    quotas
        .flat_map(|quota| {
            let mut bounded = quota.clone();
            bounded["spec"]["hard"][NONE_OF] = json!("0");
            [bounded, quota.clone()]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use store::StoreId;

    use super::*;
    use crate::{
        act::manifests,
        config::{
            Tls,
            tests::{engine_of, example},
        },
    };

    #[test]
    fn a_quota_is_counted_anew_under_no_bound_less_and_is_then_as_it_was() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        let engine = engine_of(&mut example()).definition.clone();
        for sizes in engine.plans.values() {
            let limits = manifests::limits(&id, &engine, sizes, &Tls::default());
            let told = recounted(&limits);
            assert_eq!(told.len(), 2);
            assert!(limits.contains(&told[1]) && told[1]["kind"] == "ResourceQuota");
            assert_ne!(told[0]["spec"]["hard"], told[1]["spec"]["hard"], "or nobody counts");
            for (resource, hard) in told[1]["spec"]["hard"].as_object().unwrap() {
                assert_eq!(&told[0]["spec"]["hard"][resource], hard);
            }
            assert_eq!(told[0]["metadata"], told[1]["metadata"]);
        }
    }
}
