//! What comes next for what was made of a store and is to go: its release, its namespace, its volumes, each seen to be gone before the next.

use crate::observe::seen::Seen;

/// Helm may fail to uninstall what is broken; the namespace then takes all of it along.
pub const UNINSTALLS: u32 = 2;

/// The namespace that bears the store's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace<'a> {
    /// It was made for something else.
    Foreign,
    /// It was made for the store and does not say so any more.
    Unlabelled,
    Standing {
        uid: &'a str,
    },
    /// The cluster removes it.
    Terminating,
}

#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub namespace: Seen<Namespace<'a>>,
    pub release: Seen<()>,
    /// Those of the namespace that do not stay by their class.
    pub volumes: Seen<()>,
    /// How often helm could not uninstall the release, in a row.
    pub uninstalls: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act<'a> {
    /// Nothing until more is known.
    Rest,
    Uninstall,
    DeleteNamespace {
        uid: &'a str,
    },
    /// The cluster is at it.
    AwaitNamespace,
    AwaitVolumes,
    /// A person has to say that it is the store's.
    AwaitLabels,
    /// There is nothing, or nothing that is the store's.
    Gone,
}

pub fn remove<'a>(facts: &Facts<'a>) -> Act<'a> {
    match facts.namespace {
        Seen::Unknown => Act::Rest,
        Seen::There(Namespace::Foreign) => Act::Gone,
        Seen::There(Namespace::Unlabelled) => Act::AwaitLabels,
        Seen::There(Namespace::Terminating) => Act::AwaitNamespace,
        Seen::There(Namespace::Standing { uid }) => match facts.release {
            // A release that cannot be read is tried all the same: it is to go, and so is what it stands in.
            Seen::Unknown | Seen::There(()) if facts.uninstalls < UNINSTALLS => Act::Uninstall,
            _ => Act::DeleteNamespace { uid },
        },
        Seen::Absent => match facts.volumes {
            Seen::Unknown => Act::Rest,
            Seen::There(()) => Act::AwaitVolumes,
            Seen::Absent => Act::Gone,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen<T: Clone + std::fmt::Debug + 'static>(
        fact: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<Seen<T>> {
        prop_oneof![Just(Seen::Unknown), Just(Seen::Absent), fact.prop_map(Seen::There)].boxed()
    }

    const STANDING: Namespace<'static> = Namespace::Standing { uid: "u-1" };

    fn namespaces() -> impl Strategy<Value = Namespace<'static>> {
        use Namespace::{Foreign, Terminating, Unlabelled};
        prop_oneof![Just(Foreign), Just(Unlabelled), Just(STANDING), Just(Terminating)]
    }

    prop_compose! {
        fn facts()(
            namespace in seen(namespaces()),
            release in seen(Just(())),
            volumes in seen(Just(())),
            uninstalls in 0..4u32,
        ) -> Facts<'static> {
            Facts { namespace, release, volumes, uninstalls }
        }
    }

    proptest! {
        #[test]
        fn only_a_namespace_that_says_whose_it_is_is_touched(facts in facts()) {
            if matches!(remove(&facts), Act::Uninstall | Act::DeleteNamespace { uid: "u-1" }) {
                prop_assert_eq!(facts.namespace, Seen::There(STANDING));
            }
        }

        #[test]
        fn nothing_is_called_gone_that_was_not_looked_for(facts in facts()) {
            if remove(&facts) == Act::Gone && facts.namespace != Seen::There(Namespace::Foreign) {
                prop_assert_eq!((facts.namespace, facts.volumes), (Seen::Absent, Seen::Absent));
            }
        }

        /// In a cluster that does what it is told, and a helm that may fail.
        #[test]
        fn what_is_the_stores_own_goes_whatever_of_it_is_left(
            stands in any::<bool>(),
            release in any::<bool>(),
            volumes in any::<bool>(),
            helm_fails in 0..5u32,
        ) {
            let there = |is: bool| if is { Seen::There(()) } else { Seen::Absent };
            let namespace = if stands { Seen::There(STANDING) } else { Seen::Absent };
            let mut facts =
                Facts { namespace, release: there(release && stands), volumes: there(volumes), uninstalls: 0 };
            let mut acts = Vec::new();
            while remove(&facts) != Act::Gone {
                let act = remove(&facts);
                match act {
                    Act::Uninstall if facts.uninstalls < helm_fails => facts.uninstalls += 1,
                    Act::Uninstall => facts.release = Seen::Absent,
                    Act::DeleteNamespace { .. } => facts.namespace = Seen::There(Namespace::Terminating),
                    Act::AwaitNamespace => facts.namespace = Seen::Absent,
                    Act::AwaitVolumes => facts.volumes = Seen::Absent,
                    Act::Rest | Act::AwaitLabels | Act::Gone => unreachable!("nothing is unknown or another's"),
                }
                acts.push(act);
                prop_assert!(acts.len() <= 6, "{:?}", acts);
            }
            let deletes = acts.iter().filter(|act| matches!(act, Act::DeleteNamespace { .. })).count();
            prop_assert_eq!(deletes, usize::from(stands));
        }
    }
}
