use leptos::prelude::*;
use leptos_router::location::RequestUrl;
use store::ListQuery;

use crate::{links, update::View};

/// The list that a store was opened from, as its address tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whence(ListQuery);

impl Whence {
    /// As [`links::store_from`] has written it. Whatever else is there is a list without wishes.
    pub fn parse(from: &str) -> Self {
        let url = RequestUrl::new(&format!("{}?{from}", links::STORES)).parse();
        let asked = url.ok().map(|url| url.search_params().clone()).unwrap_or_default();
        match View::at(links::STORES, |key| asked.get(key)) {
            Some(View::List(query)) => Self(query),
            _ => Self::default(),
        }
    }
}

/// The way back to the list. The page's program, which knows the list that was seen last, leads there.
pub fn crumb() -> AnyView {
    let Whence(list) = use_context().unwrap_or_default();
    view! { <a class="crumb" data-list="" href=links::list(&list)>"← Stores"</a> }.into_any()
}

#[cfg(test)]
mod tests {
    use store::{PlanName, Whose, query::Sort};

    use super::*;

    #[test]
    fn the_way_back_leads_to_the_list_as_it_was() {
        let list = ListQuery {
            search: "a&b=ü #1%".into(),
            plan: Some(PlanName::Large),
            owner: Whose::Nobody,
            sort: Sort::Name,
            page: 2,
            ..ListQuery::default()
        };
        let address = links::list(&list);
        let (_, from) = address.split_once('?').unwrap();
        assert_eq!(Whence::parse(from), Whence(list));
    }

    #[test]
    fn nothing_else_leads_out_of_the_list() {
        for from in ["", "//evil.example", "#x", "page=-1&sort=%00&", "?a=b", "\n", "%zz"] {
            assert_eq!(Whence::parse(from), Whence::default(), "{from}");
        }
    }
}
