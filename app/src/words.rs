//! The sentences of the pages that follow from what they show. Pure.

use store::{
    ListPage, ListQuery, Phase, StoreName, StoreSummary, Verb, VersionChange, Versions, Whose,
    query::{Choices, Filter, Sort},
};

use crate::{
    texts::{kinds, list as texts, title, upkeep},
    update::{GoneStore, Saying, Shown, Update},
};

/// The document's title: what matters first, since tabs are narrow.
pub fn title(update: &Update) -> String {
    match &update.shown {
        Shown::List(page) => match count(page, Filter::InProgress) {
            0 => texts::title().to_owned(),
            busy => texts::title_busy(busy),
        },
        Shown::Store(view) => format!("{} · {}", kinds::phase(view.summary.phase), view.summary.name),
        Shown::Gone(gone) if gone.is_proven() => title::gone(gone.view.summary.name.as_str()),
        Shown::Gone(gone) => title::no_record(gone.view.summary.name.as_str()),
        Shown::Missing => title::no_such_store().to_owned(),
        Shown::Loading => title::loading().to_owned(),
        Shown::Unread(_) => title::not_readable().to_owned(),
    }
}

/// The favicon that goes with what is shown.
pub fn icon(update: &Update) -> &'static str {
    match &update.shown {
        Shown::Store(view) => match view.summary.phase {
            Phase::Queued | Phase::Provisioning | Phase::Updating | Phase::Deleting => "/favicon-busy.svg",
            Phase::Ready => "/favicon-ready.svg",
            Phase::Suspended => "/favicon.svg",
            Phase::Degraded => "/favicon-degraded.svg",
            Phase::Failed => "/favicon-failed.svg",
        },
        Shown::List(page) if count(page, Filter::InProgress) > 0 => "/favicon-busy.svg",
        Shown::Unread(_) => "/favicon-failed.svg",
        _ => "/favicon.svg",
    }
}

/// Under the list's heading: `6 stores, 4 ready`.
pub fn list_summary(page: &ListPage) -> String {
    let (matching, ready) = (count(page, Filter::All), count(page, Filter::Ready));
    let total = texts::count(page.total as usize);
    if matching != page.total {
        return texts::some_of(&texts::number(matching), &total);
    }
    texts::summary(&total, &texts::number(ready))
}

/// How many stores a filter shows.
pub fn count(page: &ListPage, filter: Filter) -> u32 {
    page.counts[filter as usize]
}

/// Which rows of the list are shown: `51 to 100 of 1,000`.
pub fn range(page: &ListPage) -> String {
    let first = page.page as usize * ListQuery::PAGE_ROWS;
    let number = |count: usize| texts::number(u32::try_from(count).unwrap_or(u32::MAX));
    texts::range(&number(first + 1), &number(first + page.rows.len()), &texts::number(page.matching))
}

/// What an update would bring to a store.
pub fn offer(running: &Versions, offered: &Versions) -> String {
    let changes: Vec<String> = running.changes(offered).iter().map(VersionChange::to_string).collect();
    match (offered.is_empty(), running.is_empty()) {
        (true, _) => upkeep::offered().to_owned(),
        (false, true) => upkeep::offered_of(&offered.line()),
        _ if changes.is_empty() => upkeep::offered_of(upkeep::built_anew()),
        _ => upkeep::offered_of(&changes.join(" · ")),
    }
}

/// What became of a store, after its name.
pub fn fate(gone: &GoneStore) -> &'static str {
    if gone.is_proven() { title::is_gone() } else { title::has_no_record() }
}

/// What is said aloud of each store that is shown, whenever it comes into another state.
pub fn sayings(update: &Update) -> Vec<Saying> {
    match &update.shown {
        Shown::List(page) => page.rows.iter().map(saying).collect(),
        Shown::Store(view) => vec![saying(&view.summary)],
        Shown::Gone(gone) => {
            let summary = &gone.view.summary;
            let sentence = format!("{} {}.", summary.name, fate(gone));
            vec![Saying { of: summary.id.to_string(), state: "gone".to_owned(), sentence }]
        }
        _ => Vec::new(),
    }
}

fn saying(summary: &StoreSummary) -> Saying {
    let (state, sentence) = spoken(&summary.name, summary.phase);
    Saying { of: summary.id.to_string(), state: state.to_owned(), sentence }
}

/// A store's state, and what is said of it.
pub fn spoken(name: &StoreName, phase: Phase) -> (&'static str, String) {
    (phase.key(), texts::saying(name.as_str(), phase))
}

/// What is said of a list when another number of stores is found.
pub fn found(update: &Update) -> Option<Saying> {
    let page = update.list()?;
    Some(Saying { of: String::new(), state: page.matching.to_string(), sentence: list_summary(page) })
}

/// How a column is sorted, as `aria-sort` has it; nothing if the list is sorted by another one.
pub fn sorted(query: &ListQuery, column: Sort) -> Option<&'static str> {
    if query.sort != column {
        return None;
    }
    // The newest store comes first unless turned, which is falling by time.
    let falling = (column == Sort::Created) != query.descending;
    Some(if falling { "descending" } else { "ascending" })
}

/// The list as a click on a column's head shows it: sorted by that column, or turned if it already is; from the first page.
pub fn resorted(query: &ListQuery, column: Sort) -> ListQuery {
    let descending = query.sort == column && !query.descending;
    ListQuery { sort: column, descending, page: 0, ..query.clone() }
}

/// What a list is narrowed down by, each with the list that is not. `whose` says whose stores are asked for.
pub fn narrowed(
    query: &ListQuery,
    choices: &Choices,
    whose: impl Fn(&Whose) -> String,
) -> Vec<(String, ListQuery)> {
    let asked = ListQuery { page: 0, ..query.clone() };
    let mut narrowed = Vec::new();
    if !query.search.is_empty() {
        let told = texts::searched(&query.search);
        narrowed.push((told, ListQuery { search: String::new(), ..asked.clone() }));
    }
    if query.filter != Filter::All {
        narrowed.push((
            kinds::filter(query.filter).to_owned(),
            ListQuery { filter: Filter::All, ..asked.clone() },
        ));
    }
    if query.owner != Whose::Everybody {
        let told = texts::owned(&whose(&query.owner));
        narrowed.push((told, ListQuery { owner: Whose::Everybody, ..asked.clone() }));
    }
    if let Some(engine) = &query.engine {
        let title = choices.engines.get(engine).cloned().unwrap_or_else(|| engine.to_string());
        narrowed.push((texts::of_engine(&title), ListQuery { engine: None, ..asked.clone() }));
    }
    if let Some(plan) = query.plan {
        narrowed.push((texts::of_plan(kinds::plan(plan)), ListQuery { plan: None, ..asked }));
    }
    narrowed
}

/// `Being suspended: 2 of 3 stores`
pub fn done(verb: Verb, done: usize, of: usize) -> String {
    match done {
        0 => format!("{}: {}", texts::not_done(verb), texts::count(of)),
        _ => format!("{}: {}", texts::doing(verb), texts::some_of(&done.to_string(), &texts::count(of))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{list, shown};

    #[test]
    fn the_title_begins_with_what_matters() {
        assert_eq!(title(&list(&[Phase::Ready])), "Stores · Storeyard");
        assert_eq!(title(&list(&[Phase::Ready, Phase::Queued, Phase::Deleting])), "Stores · 2 in progress");
        assert_eq!(title(&shown(Phase::Failed)), "Failed · Atelier Nord");
    }

    #[test]
    fn the_favicon_follows_the_phase() {
        assert_eq!(icon(&shown(Phase::Ready)), "/favicon-ready.svg");
        assert_eq!(icon(&shown(Phase::Deleting)), "/favicon-busy.svg");
        assert_eq!(icon(&list(&[Phase::Ready])), "/favicon.svg");
    }

    #[test]
    fn each_store_has_its_sentence_and_a_search_has_one() {
        let told = |update: &Update| -> Vec<String> {
            sayings(update).into_iter().map(|saying| saying.sentence).collect()
        };
        assert_eq!(told(&shown(Phase::Ready)), ["Atelier Nord is ready."]);
        let both = list(&[Phase::Ready, Phase::Degraded]);
        assert_eq!(told(&both), ["Store 0 is ready.", "Store 1 is degraded."]);
        assert_eq!(found(&both).unwrap().sentence, "2 stores, 1 ready");
    }

    #[test]
    fn an_offer_is_told_by_what_it_changes() {
        let offer = |running: &str, offered: &str| {
            super::offer(&Versions::parse(running).unwrap(), &Versions::parse(offered).unwrap())
        };
        let running = "Shop 6.9.4, Database 11";
        assert_eq!(offer(running, "Shop 6.9.5, Database 11"), "An update is offered: Shop 6.9.4 → 6.9.5");
        assert!(offer(running, running).ends_with("the same versions, built anew or with other settings"));
        assert_eq!(offer("", "Shop 6.9.5, Database 11"), "An update is offered: Shop 6.9.5 · Database 11");
        assert_eq!(offer(running, ""), "An update is offered");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(texts::number(n), text);
        }
    }

    #[test]
    fn a_click_on_the_sorted_column_turns_it_and_on_another_sorts_by_that() {
        let newest_first = ListQuery { page: 3, ..ListQuery::default() };
        assert_eq!(sorted(&newest_first, Sort::Created), Some("descending"));
        let oldest_first = resorted(&newest_first, Sort::Created);
        assert_eq!((sorted(&oldest_first, Sort::Created), oldest_first.page), (Some("ascending"), 0));
        let by_name = resorted(&oldest_first, Sort::Name);
        assert_eq!(
            (sorted(&by_name, Sort::Name), sorted(&by_name, Sort::Created)),
            (Some("ascending"), None)
        );
    }

    #[test]
    fn each_thing_that_narrows_a_list_down_can_be_taken_away() {
        let whole = ListQuery { sort: Sort::Name, page: 3, ..ListQuery::default() };
        let told = |query: &ListQuery| narrowed(query, &Choices::default(), |whose| whose.key().to_owned());
        assert!(told(&whole).is_empty());
        let pairs = [("q", "x"), ("show", "ready"), ("owner", "bo"), ("engine", "page"), ("plan", "small")];
        let query = ListQuery { sort: Sort::Name, page: 3, ..ListQuery::parse(pairs) };
        let words: Vec<String> = told(&query).into_iter().map(|(word, _)| word).collect();
        assert_eq!(
            words,
            ["“x” in the name or address", "Ready", "Owner: bo", "Engine: page", "Plan: Small"]
        );
        // One after the other, nothing is left of them.
        let mut rest = query;
        while let Some((_, without)) = told(&rest).pop() {
            assert_eq!(told(&without).len() + 1, told(&rest).len());
            rest = without;
        }
        assert_eq!(rest, ListQuery { page: 0, ..whole });
    }

    #[test]
    fn the_summary_counts_what_there_is() {
        let page = |update: &Update| list_summary(update.list().unwrap());
        assert_eq!(page(&list(&[Phase::Ready])), "1 store, 1 ready");
        assert_eq!(page(&list(&[Phase::Ready, Phase::Failed])), "2 stores, 1 ready");
    }
}
