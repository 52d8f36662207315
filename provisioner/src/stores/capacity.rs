//! What the nodes have left: seen by the operator, told in its Lease since web may see no node, and held against what a store asks for before
//! one is made.

use std::{cmp::Reverse, collections::BTreeMap};

use k8s_openapi::api::coordination::v1::Lease;
use kube::ResourceExt;

use crate::decide::capacity::{Amount, Capacity};

const ANNOTATION: &str = "storeyard.dev/left-on-nodes";
/// Nodes that are told of, those with the most memory left. Less than an annotation holds, and more than most clusters have.
const MAX: usize = 500;
/// In the place of those that are not.
const CUT: &str = "...";

/// `250m/1024Mi` of each node. Where nobody knows it, what was told before is taken back.
pub(crate) fn told_in_lease(capacity: Option<&Capacity>) -> BTreeMap<String, Option<String>> {
    let text = |capacity: &Capacity| {
        let mut nodes = capacity.nodes.clone();
        nodes.sort_by_key(|node| Reverse((node.memory, node.cpu)));
        let is_cut = capacity.is_cut || nodes.len() > MAX;
        let nodes = nodes.iter().take(MAX).map(|Amount { cpu, memory }| format!("{cpu}m/{memory}Mi"));
        let words: Vec<String> = nodes.chain(is_cut.then(|| CUT.to_owned())).collect();
        words.join(" ")
    };
    [(ANNOTATION.to_owned(), capacity.map(text))].into()
}

/// Nothing where nobody tells, or not in these words.
pub(super) fn read_in_lease(lease: &Lease) -> Option<Capacity> {
    // Of a Lease that nobody holds, nobody keeps it up to date.
    lease.spec.as_ref()?.holder_identity.as_ref()?;
    let mut words: Vec<&str> = lease.annotations().get(ANNOTATION)?.split_whitespace().collect();
    let is_cut = words.pop_if(|word| *word == CUT).is_some();
    let nodes = words.into_iter().map(amount).collect::<Option<_>>()?;
    Some(Capacity { nodes, is_cut })
}

fn amount(word: &str) -> Option<Amount> {
    let (cpu, memory) = word.split_once('/')?;
    let number = |text: &str, unit| text.strip_suffix(unit)?.parse().ok();
    Some(Amount { cpu: number(cpu, "m")?, memory: number(memory, "Mi")? })
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::coordination::v1::LeaseSpec;

    use super::*;

    fn lease(text: Option<&str>) -> Lease {
        let mut lease = Lease::default();
        lease.metadata.annotations = text.map(|text| [(ANNOTATION.to_owned(), text.to_owned())].into());
        lease.spec = Some(LeaseSpec { holder_identity: Some("operator".to_owned()), ..LeaseSpec::default() });
        lease
    }

    fn read_back(capacity: &Capacity) -> Option<Capacity> {
        read_in_lease(&lease(told_in_lease(Some(capacity))[ANNOTATION].as_deref()))
    }

    #[test]
    fn what_the_operator_tells_is_what_web_reads() {
        let nodes = vec![Amount { cpu: 250, memory: 9_000 }, Amount { cpu: 2_000, memory: 512 }];
        for capacity in [Capacity { nodes, is_cut: false }, Capacity::default()] {
            assert_eq!(read_back(&capacity), Some(capacity));
        }
        assert_eq!(told_in_lease(None), [(ANNOTATION.to_owned(), None)].into());
    }

    #[test]
    fn of_more_nodes_than_are_told_of_those_with_the_most_memory_are_and_that_there_are_others() {
        let nodes: Vec<Amount> = (0..MAX as u64 + 1).map(|memory| Amount { cpu: 1, memory }).collect();
        let told = read_back(&Capacity { nodes, is_cut: false }).unwrap();
        assert!(told.is_cut && told.nodes.len() == MAX && told.nodes.iter().all(|node| node.memory > 0));
        assert!(told_in_lease(Some(&told))[ANNOTATION].as_ref().is_some_and(|text| text.len() < 64 * 1024));
    }

    #[test]
    fn nothing_is_concluded_from_what_nobody_tells_or_nobody_keeps() {
        for text in [None, Some("250m"), Some("250/1024Mi"), Some("1m/1Mi much"), Some("... 1m/1Mi")] {
            assert_eq!(read_in_lease(&lease(text)), None, "{text:?}");
        }
        let mut free = lease(Some("250m/1024Mi"));
        free.spec = Some(LeaseSpec::default());
        assert_eq!(read_in_lease(&free), None);
    }
}
