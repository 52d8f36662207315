use leptos::prelude::*;
use leptos_router::location::RequestUrl;
use store::ListQuery;

use crate::{links, texts::store as texts, update::View};

/// The list that a store was opened from, as the address tells it of each of the store's pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whence(ListQuery);

impl Whence {
    /// Of the page that is rendered.
    pub fn known() -> Self {
        use_context().unwrap_or_default()
    }

    /// The address, so that one comes back from there too.
    pub fn kept_in(&self, address: &str) -> String {
        links::from(address, &links::pairs(&self.0))
    }

    /// The same for a form that is sent to an address.
    pub fn field(&self) -> Option<AnyView> {
        let pairs = links::pairs(&self.0);
        (!pairs.is_empty()).then(|| view! { <input type="hidden" name=links::FROM value=pairs/> }.into_any())
    }

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
pub fn crumb(Whence(list): &Whence) -> AnyView {
    view! { <a class="crumb" data-list="" href=links::list(list)>{texts::stores()}</a> }.into_any()
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
        let whence = Whence::parse(from);
        assert_eq!(whence, Whence(list));
        let kept = whence.kept_in("/stores/a-00000/logs?level=error");
        assert_eq!(kept, format!("/stores/a-00000/logs?level=error&from={}", links::escaped(from)));
    }

    #[test]
    fn nothing_else_leads_out_of_the_list() {
        for from in ["", "//evil.example", "#x", "page=-1&sort=%00&", "?a=b", "\n", "%zz"] {
            let whence = Whence::parse(from);
            assert_eq!(whence, Whence::default(), "{from}");
            assert_eq!(
                (whence.kept_in("/stores/a-00000").as_str(), whence.field().is_none()),
                ("/stores/a-00000", true)
            );
        }
    }
}
