//! What is shown together: categories, of which one may be a part of another, and collections.

use crate::backend::{Group, GroupKind, Id};

#[derive(Clone, Debug, Default)]
pub(crate) struct Groups(Vec<Group>);

impl From<Vec<Group>> for Groups {
    fn from(groups: Vec<Group>) -> Self {
        Self(groups)
    }
}

impl Groups {
    pub(crate) fn find(&self, kind: GroupKind, handle: &str) -> Option<&Group> {
        self.0.iter().find(|group| group.kind == kind && group.handle == handle)
    }

    /// Those that are a part of none that is told.
    pub(crate) fn outermost(&self) -> impl Iterator<Item = &Group> {
        self.0.iter().filter(|group| self.around(group).is_none())
    }

    /// What it consists of, and not what that consists of.
    pub(crate) fn parts(&self, group: &Group) -> impl Iterator<Item = &Group> {
        self.0.iter().filter(|other| other.parent.as_ref() == Some(&group.id))
    }

    /// What it is a part of, the outermost first.
    pub(crate) fn above<'a>(&'a self, group: &'a Group) -> Vec<&'a Group> {
        let mut above = vec![group];
        while let Some(next) = above.last().and_then(|last| self.around(last)) {
            // Whoever told of a ring, it ends.
            if above.iter().any(|known| known.id == next.id) {
                break;
            }
            above.push(next);
        }
        above.remove(0);
        above.reverse();
        above
    }

    /// The ids of it and of all that is within.
    pub(crate) fn within<'a>(&'a self, group: &'a Group) -> Vec<&'a Id> {
        let mut within = vec![group];
        let mut looked_into = 0;
        while let Some(next) = within.get(looked_into).copied() {
            for part in self.parts(next) {
                if within.iter().all(|known| known.id != part.id) {
                    within.push(part);
                }
            }
            looked_into += 1;
        }
        within.into_iter().map(|group| &group.id).collect()
    }

    fn around(&self, group: &Group) -> Option<&Group> {
        let parent = group.parent.as_ref()?;
        self.0.iter().find(|other| other.id == *parent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn group(id: &str, parent: Option<&str>) -> Group {
        Group {
            kind: GroupKind::Category,
            id: id.parse().unwrap(),
            name: id.to_uppercase(),
            handle: id.to_owned(),
            description: None,
            parent: parent.map(|id| id.parse().unwrap()),
        }
    }

    fn handles<'a>(groups: impl IntoIterator<Item = &'a Group>) -> Vec<&'a str> {
        groups.into_iter().map(|group| group.handle.as_str()).collect()
    }

    #[test]
    fn a_category_has_parts_and_is_one() {
        let groups = Groups(vec![
            group("clothes", None),
            group("shirts", Some("clothes")),
            group("polos", Some("shirts")),
            group("cups", None),
            group("leftover", Some("hidden")),
        ]);
        let find = |handle| groups.find(GroupKind::Category, handle).unwrap();
        assert_eq!(handles(groups.outermost()), ["clothes", "cups", "leftover"]);
        assert_eq!(handles(groups.parts(find("clothes"))), ["shirts"]);
        assert_eq!(handles(groups.above(find("polos"))), ["clothes", "shirts"]);
        let within: Vec<&str> = groups.within(find("clothes")).into_iter().map(Id::as_str).collect();
        assert_eq!(within, ["clothes", "shirts", "polos"]);
        assert!(groups.find(GroupKind::Collection, "cups").is_none());
    }

    proptest! {
        #[test]
        fn whatever_is_a_part_of_what_it_comes_to_an_end(parents in proptest::collection::vec(proptest::option::of(0_usize..8), 8)) {
            let name = |n: usize| format!("c{n}");
            let all = parents.iter().enumerate().map(|(n, parent)| group(&name(n), parent.map(name).as_deref()));
            let groups = Groups(all.collect());
            for group in &groups.0 {
                prop_assert!(groups.above(group).len() < 8);
                let within = groups.within(group);
                prop_assert!(within.contains(&&group.id) && within.len() <= 8);
            }
        }
    }
}
