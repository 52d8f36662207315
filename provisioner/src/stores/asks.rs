//! Who asked for what: kept at the Store in an annotation, since web may not write the status, and shown on the timeline.

use std::collections::BTreeMap;

use kube::ResourceExt;
use store::{
    Millis, PersonId,
    view::{Ask, TimelineEntry, TimelineKind},
};

use crate::resource::Store;

const ANNOTATION: &str = "storeyard.dev/asked";
/// The oldest go first; the one that made the store stays.
const KEPT: usize = 20;

/// What was asked for, oldest first. What another version wrote and this one cannot read is left out.
pub(crate) fn asks(resource: &Store) -> Vec<TimelineEntry> {
    let Some(text) = resource.annotations().get(ANNOTATION) else { return Vec::new() };
    let entries: Vec<serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect()
}

/// The annotations that say so of a Store, which may have been asked for something before.
pub(super) fn asked(
    before: Option<&Store>,
    what: Ask,
    by: &PersonId,
    at: Millis,
) -> BTreeMap<String, String> {
    let mut asks = before.map(asks).unwrap_or_default();
    // Somebody who goes in and out all day is told once, and the log has each time.
    asks.pop_if(|last| {
        what == Ask::SignIn
            && matches!(&last.what, TimelineKind::Asked { what: Ask::SignIn, by: same } if same == by)
    });
    if asks.len() >= KEPT {
        asks.drain(1..=asks.len() - KEPT + 1);
    }
    asks.push(TimelineEntry { at, what: TimelineKind::Asked { what, by: by.clone() } });
    // What was just made from texts and numbers can be written.
    let text = serde_json::to_string(&asks).unwrap_or_default();
    [(ANNOTATION.to_owned(), text)].into()
}

/// The timeline with what was asked for in its place.
pub(crate) fn merged(mut asks: Vec<TimelineEntry>, timeline: Vec<TimelineEntry>) -> Vec<TimelineEntry> {
    asks.extend(timeline);
    // Stable: what was asked for stands before what was done about it in the same millisecond.
    asks.sort_by_key(|entry| entry.at);
    asks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::view::tests::resource;

    fn ada() -> PersonId {
        PersonId::parse("ada").unwrap()
    }

    #[test]
    fn who_asked_first_and_who_asked_last_is_kept() {
        let mut store = resource();
        for n in 0..100 {
            let what = if n == 0 { Ask::Creation } else { Ask::Retry };
            let annotations = asked(Some(&store), what, &ada(), Millis(n));
            store.metadata.annotations = Some(annotations);
        }
        let asks = asks(&store);
        assert_eq!(asks.len(), KEPT);
        assert_eq!((asks[0].at, asks[1].at, asks[KEPT - 1].at), (Millis(0), Millis(81), Millis(99)));
    }

    #[test]
    fn sign_ins_of_one_person_in_a_row_are_told_once() {
        let mut store = resource();
        let bo = PersonId::parse("bo").unwrap();
        for (n, (what, by)) in [
            (Ask::Creation, &bo),
            (Ask::SignIn, &bo),
            (Ask::SignIn, &bo),
            (Ask::SignIn, &ada()),
            (Ask::Retry, &ada()),
            (Ask::SignIn, &ada()),
        ]
        .into_iter()
        .enumerate()
        {
            store.metadata.annotations = Some(asked(Some(&store), what, by, Millis(n as i64)));
        }
        assert_eq!(asks(&store).iter().map(|entry| entry.at.0).collect::<Vec<_>>(), [0, 2, 3, 4, 5]);
    }

    #[test]
    fn an_annotation_of_another_version_costs_an_entry_and_not_the_store() {
        let mut store = resource();
        for (text, count) in
            [("nonsense", 0), (r#"[{"at":1,"what":{"danced":{}}},{"at":2,"what":{"note":{"text":"x"}}}]"#, 1)]
        {
            store.metadata.annotations = Some([(ANNOTATION.to_owned(), text.to_owned())].into());
            assert_eq!(asks(&store).len(), count);
        }
    }
}
