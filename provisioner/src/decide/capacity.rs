//! Whether another store would find room, before it is asked for: what its pods ask for, held against what each node has left.

use std::fmt;

use engine::{Engine, Sizes};
use store::Text;

use crate::observe::room::Room;

/// Thousandths of a core, and MiB of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub cpu: u64,
    pub memory: u64,
}

/// What the nodes have left that take the pods of stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    pub nodes: Vec<Amount>,
    /// There are others, of which nothing is said.
    pub is_cut: bool,
}

/// One pod of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The title of its part.
    pub part: Text,
    pub asks: Amount,
}

/// What is short. Displays as why a store does not fit, and what would come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    NoNode,
    /// All nodes together have less than all pods ask for.
    Cpu {
        asked: u64,
        left: u64,
    },
    Memory {
        asked: u64,
        left: u64,
    },
    /// No node has what this one pod asks for.
    Pod {
        part: Text,
        asks: Amount,
    },
    /// Each pod would find a node, and all together do not.
    Together,
}

/// Ways to lay the pods on the nodes that are tried. More are only where many nodes are nearly full.
const TRIES: u32 = 10_000;

/// What a store of that size asks for: the pods that run at the same time.
pub fn asked(engine: &Engine, sizes: &Sizes) -> Vec<Asking> {
    let asking = |part: &engine::Part| {
        let requests = part.containers(sizes).into_iter().map(|container| container.requests);
        let asks = requests.fold(Amount::default(), |all, own| Amount {
            cpu: all.cpu + u64::from(own.cpu.0),
            memory: all.memory + u64::from(own.memory.0),
        });
        Asking { part: part.title.clone(), asks }
    };
    engine.parts.iter().map(asking).collect()
}

/// Nothing where nobody can tell.
pub fn fit(pods: &[Asking], capacity: &Capacity) -> Option<Result<(), Lack>> {
    match lack(pods, &capacity.nodes) {
        Ok(None) => Some(Ok(())),
        Ok(Some(_)) if capacity.is_cut => None,
        Ok(Some(lack)) => Some(Err(lack)),
        Err(TooMany) => None,
    }
}

/// There are more ways than are tried.
#[derive(Debug, PartialEq, Eq)]
struct TooMany;

fn lack(pods: &[Asking], nodes: &[Amount]) -> Result<Option<Lack>, TooMany> {
    if nodes.is_empty() {
        return Ok(Some(Lack::NoNode));
    }
    let sum = |of: fn(&Amount) -> u64| {
        let asked: u64 = pods.iter().map(|pod| of(&pod.asks)).sum();
        (asked, nodes.iter().map(of).sum::<u64>())
    };
    let (asked, left) = sum(|amount| amount.cpu);
    if asked > left {
        return Ok(Some(Lack::Cpu { asked, left }));
    }
    let (asked, left) = sum(|amount| amount.memory);
    if asked > left {
        return Ok(Some(Lack::Memory { asked, left }));
    }
    let places = |pod: &Asking| nodes.iter().filter(|node| node.less(pod.asks).is_some()).count();
    if let Some(pod) = pods.iter().find(|pod| places(pod) == 0) {
        return Ok(Some(Lack::Pod { part: pod.part.clone(), asks: pod.asks }));
    }
    // One that fits on as many nodes as there are pods finds one on which no other is.
    let hard: Vec<Amount> = pods.iter().filter(|pod| places(pod) < pods.len()).map(|pod| pod.asks).collect();
    let mut tries = TRIES;
    let is_placed = are_placed(&hard, &mut nodes.to_vec(), &mut tries)?;
    Ok((!is_placed).then_some(Lack::Together))
}

fn are_placed(pods: &[Amount], nodes: &mut [Amount], tries: &mut u32) -> Result<bool, TooMany> {
    let Some((pod, others)) = pods.split_first() else { return Ok(true) };
    for n in 0..nodes.len() {
        let before = nodes[n];
        let Some(less) = before.less(*pod) else { continue };
        *tries = tries.checked_sub(1).ok_or(TooMany)?;
        nodes[n] = less;
        let are_placed = are_placed(others, nodes, tries)?;
        nodes[n] = before;
        if are_placed {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Amount {
    /// What is left of it, where it is enough.
    fn less(self, asked: Self) -> Option<Self> {
        Some(Self { cpu: self.cpu.checked_sub(asked.cpu)?, memory: self.memory.checked_sub(asked.memory)? })
    }
}

impl From<Room> for Amount {
    fn from(Room { cpu, memory, .. }: Room) -> Self {
        Self { cpu, memory: memory / (1024 * 1024) }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Does not fit now: ")?;
        match self {
            Self::NoNode => f.write_str("no node takes the pods of stores at this moment"),
            Self::Cpu { asked, left } => {
                write!(f, "it asks for {} CPU, and the nodes have {} left", cores(*asked), cores(*left))
            }
            Self::Memory { asked, left } => {
                write!(f, "it asks for {asked} MiB of memory, and the nodes have {left} MiB left")
            }
            Self::Pod { part, asks: Amount { cpu, memory } } => write!(
                f,
                "no node has the {} CPU and {memory} MiB of memory left that the pod of {part} asks for",
                cores(*cpu)
            ),
            Self::Together => f.write_str(
                "each of its pods would find a node, but there is no room for all of them at the same time",
            ),
        }?;
        f.write_str(". It would wait until a store is deleted or a node is added.")
    }
}

/// As exact as it is: `0.25`, `2`.
pub fn cores(thousandths: u64) -> String {
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    match rest {
        0 => whole.to_string(),
        _ => format!("{whole}.{}", format!("{rest:03}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn amount(cpu: u64, memory: u64) -> Amount {
        Amount { cpu, memory }
    }

    fn shop(parts: &[(&str, u64, u64)]) -> Vec<Asking> {
        let pod = |(part, cpu, memory): &(&str, u64, u64)| Asking {
            part: (*part).into(),
            asks: amount(*cpu, *memory),
        };
        parts.iter().map(pod).collect()
    }

    fn fits(pods: &[Asking], nodes: &[(u64, u64)]) -> Option<Result<(), Lack>> {
        let nodes = nodes.iter().map(|(cpu, memory)| amount(*cpu, *memory)).collect();
        fit(pods, &Capacity { nodes, is_cut: false })
    }

    fn why(pods: &[Asking], nodes: &[(u64, u64)]) -> String {
        match fits(pods, nodes) {
            Some(Err(lack)) => lack.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_fits_where_each_of_its_pods_finds_room_beside_the_others() {
        let pods = shop(&[("Database", 11, 160), ("WordPress", 10, 200)]);
        assert_eq!(fits(&pods, &[(21, 360)]), Some(Ok(())));
        assert_eq!(fits(&pods, &[(11, 160), (10, 200)]), Some(Ok(())));
        assert_eq!(fits(&pods, &[(0, 9_000), (21, 360)]), Some(Ok(())));
    }

    #[test]
    fn what_is_short_is_said_with_both_numbers_and_what_would_come_of_it() {
        let pods = shop(&[("Database", 100, 160), ("WordPress", 150, 200)]);
        assert_eq!(
            why(&pods, &[(90, 9_000)]),
            "Does not fit now: it asks for 0.25 CPU, and the nodes have 0.09 left. It would wait until a store is deleted or a node is added."
        );
        assert!(
            why(&pods, &[(2_000, 359)])
                .contains("it asks for 360 MiB of memory, and the nodes have 359 MiB left")
        );
    }

    #[test]
    fn a_pod_that_no_node_has_room_for_is_named_though_together_they_have_enough() {
        let pods = shop(&[("Database", 100, 160), ("WordPress", 150, 200)]);
        assert!(why(&pods, &[(500, 190), (500, 190)]).contains(
            "no node has the 0.15 CPU and 200 MiB of memory left that the pod of WordPress asks for"
        ));
        // One node has the memory and another the cores.
        assert!(why(&pods, &[(10, 9_000), (9_000, 190)]).contains("the pod of WordPress"));
    }

    #[test]
    fn pods_that_would_each_find_room_but_not_at_the_same_time_do_not_fit() {
        let pods = shop(&[("A", 1, 60), ("B", 1, 60), ("C", 1, 60)]);
        assert!(why(&pods, &[(9, 100), (9, 100)]).contains("no room for all of them at the same time"));
        assert_eq!(fits(&pods, &[(9, 120), (9, 100)]), Some(Ok(())));
    }

    #[test]
    fn where_no_node_takes_pods_nothing_fits_and_where_not_all_are_told_nothing_is_missing() {
        let pods = shop(&[("A", 1, 60)]);
        assert!(why(&pods, &[]).contains("no node takes the pods of stores"));
        let cut = |memory| fit(&pods, &Capacity { nodes: vec![amount(9, memory)], is_cut: true });
        assert_eq!((cut(59), cut(60)), (None, Some(Ok(()))));
    }

    #[test]
    fn what_would_take_too_long_to_find_out_is_not_known() {
        let pods = vec![Asking { part: "A".into(), asks: amount(0, 51) }; 12];
        assert_eq!(fits(&pods, &[(0, 100); 11]), None);
    }

    #[test]
    fn a_size_asks_for_what_all_containers_of_its_pods_do() {
        let engine = Engine::parse(include_str!("../../../charts/woocommerce/engine.yaml")).unwrap();
        let sizes = &engine.plans[&store::PlanName::Small];
        let asked = asked(&engine, sizes);
        assert_eq!(asked.iter().map(|pod| pod.asks.memory).sum::<u64>(), 360);
        assert_eq!(asked.iter().map(|pod| pod.asks.cpu).sum::<u64>(), 21);
    }

    /// Every way to lay the pods on the nodes.
    fn by_hand(pods: &[Asking], nodes: &[(u64, u64)]) -> bool {
        let Some((pod, others)) = pods.split_first() else { return true };
        (0..nodes.len()).any(|n| {
            let mut nodes = nodes.to_vec();
            let Some(less) = amount(nodes[n].0, nodes[n].1).less(pod.asks) else { return false };
            nodes[n] = (less.cpu, less.memory);
            by_hand(others, &nodes)
        })
    }

    proptest! {
        #[test]
        fn it_fits_exactly_where_there_is_a_way(
            asks in prop::collection::vec((0..4u64, 0..4u64), 1..5),
            nodes in prop::collection::vec((0..6u64, 0..6u64), 0..5),
        ) {
            let pods = shop(&asks.iter().map(|(cpu, memory)| ("A", *cpu, *memory)).collect::<Vec<_>>());
            prop_assert_eq!(fits(&pods, &nodes) == Some(Ok(())), by_hand(&pods, &nodes));
        }
    }
}
