//! Whether a quota counts more than there is. The API server charges it before it writes an object; where it is cut off in between, as by a helm that
//! is killed, the charge stays until the cluster counts anew by itself, which it does every five minutes.

use crate::observe::{counted::Counted, room::bytes};

/// Whether the complaint is that `quota` is used up, by more of something than there is of it.
pub fn is_charged_for_nothing(complaint: &str, quota: &str, there: &Counted) -> bool {
    used(complaint, quota).any(|(resource, used)| there.get(resource).is_some_and(|there| there < used))
}

/// Whether the complaint is that `quota` is used up.
pub fn is_used_up(complaint: &str, quota: &str) -> bool {
    used(complaint, quota).next().is_some()
}

/// What the complaint says is used of that which is used up, by resource. As the API server has it: `exceeded quota: plan, requested:
/// persistentvolumeclaims=1, used: persistentvolumeclaims=2, limited: persistentvolumeclaims=2`.
fn used<'a>(complaint: &'a str, quota: &str) -> impl Iterator<Item = (&'a str, u64)> {
    let begins = format!("exceeded quota: {quota}, requested: ");
    let told: Vec<&str> = complaint.split(begins.as_str()).skip(1).collect();
    let amounts = told.into_iter().filter_map(|rest| {
        let (_, rest) = rest.split_once(", used: ")?;
        rest.split_once(", limited: ").map(|(used, _)| used)
    });
    amounts.flat_map(|used| used.split(',')).filter_map(|amount| {
        let (resource, amount) = amount.split_once('=')?;
        Some((resource.trim(), bytes(amount)?))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GIB: u64 = 1 << 30;
    const CLAIM: &str = "Error: failed to create resource: persistentvolumeclaims \"uploads\" is forbidden: exceeded quota: plan, \
        requested: persistentvolumeclaims=1,requests.storage=3Gi, used: persistentvolumeclaims=2,requests.storage=5Gi, \
        limited: persistentvolumeclaims=2,requests.storage=5Gi";

    fn is_charged(complaint: &str, claims: u64, storage: u64) -> bool {
        is_charged_for_nothing(complaint, "plan", &Counted { claims, storage })
    }

    #[test]
    fn a_quota_that_counts_a_volume_which_is_not_there_is_charged_for_nothing() {
        assert!(is_charged(CLAIM, 1, 2 * GIB));
        assert!(is_charged(CLAIM, 0, 0));
        assert!(is_charged(CLAIM, 2, 4 * GIB), "one is not as large");
    }

    #[test]
    fn a_quota_that_is_used_up_by_what_is_there_is_right() {
        assert!(is_used_up(CLAIM, "plan"));
        assert!(!is_charged(CLAIM, 2, 5 * GIB));
        assert!(!is_charged(CLAIM, 3, 6 * GIB));
    }

    #[test]
    fn what_is_about_something_else_is_no_reason_to_count() {
        let others = [
            CLAIM.replace("quota: plan", "quota: theirs"),
            CLAIM.replace("quota: plan", "quota: plan-b"),
            CLAIM.replace("persistentvolumeclaims=", "pods=").replace("requests.storage=", "limits.memory="),
            "Error: Kubernetes cluster unreachable".to_owned(),
            "pods \"a\" is forbidden: status unknown for quota: plan, resources: pods".to_owned(),
        ];
        for complaint in others {
            assert!(!is_charged(&complaint, 0, 0), "{complaint}");
        }
    }

    #[test]
    fn of_several_complaints_each_is_read() {
        let others = CLAIM.replace("quota: plan", "quota: theirs");
        assert!(is_charged(&format!("{others}\n{CLAIM}"), 1, 2 * GIB));
    }

    proptest! {
        #[test]
        fn whatever_is_complained_of_is_read(text in "(exceeded quota: plan, requested: |, used: |, limited: |[a-z]{1,4}=[0-9]{1,30}[A-Z]?i?,?|.{0,5}){0,9}") {
            is_charged(&text, 0, 0);
            prop_assert!(!is_charged(&text, u64::MAX, u64::MAX));
        }
    }
}
