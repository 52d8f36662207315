//! Where things are, so that no page spells a path by itself.

use store::{ListQuery, StoreId, query::Filter};

pub const SIGN_IN: &str = "/sign-in";
/// Where a sign-in at the identity provider begins, and where it comes back to.
pub const SIGN_IN_PROVIDER: &str = "/sign-in/oidc";
pub const SIGN_IN_CALLBACK: &str = "/sign-in/oidc/callback";
pub const SIGN_OUT: &str = "/sign-out";
pub const SIGN_OUT_EVERYWHERE: &str = "/sign-out-everywhere";
pub const SET_UP: &str = "/set-up";
/// Where another language is chosen.
pub const LANGUAGE: &str = "/language";
pub const USERS: &str = "/users";
pub const ACCOUNT: &str = "/account";
pub const ACTIVITY: &str = "/activity";
pub const AUDIT: &str = "/audit";
pub const AUDIT_EXPORT: &str = "/audit/export";
pub const STORES: &str = "/stores";
pub const NEW: &str = "/stores/new";

pub fn store(id: &StoreId) -> String {
    format!("{STORES}/{id}")
}

pub fn delete(id: &StoreId) -> String {
    format!("{STORES}/{id}/delete")
}

pub fn logs(id: &StoreId) -> String {
    format!("{STORES}/{id}/logs")
}

/// Below a store: its log as a file, and what has been written in it since.
pub const LOGS_FILE: &str = "/logs/file";
pub const LOGS_SINCE: &str = "/logs/since";

pub fn metrics(id: &StoreId) -> String {
    format!("{STORES}/{id}/metrics")
}

pub fn list(query: &ListQuery) -> String {
    with(STORES, &pairs(query))
}

/// The list of what is not as it stays.
pub fn in_progress() -> String {
    list(&ListQuery { filter: Filter::InProgress, ..ListQuery::default() })
}

/// In the address of each of a store's pages: the list that it was opened from, so that the way back leads there without a script too, and
/// after a reload.
pub const FROM: &str = "from";

pub fn store_from(id: &StoreId, list: &ListQuery) -> String {
    from(&store(id), &pairs(list))
}

/// The address, for whoever came from the list with those wishes.
pub fn from(address: &str, list: &str) -> String {
    let from = if list.is_empty() { String::new() } else { format!("{FROM}={}", escaped(list)) };
    with(address, &from)
}

/// What is wished of a list, as its address has it.
pub fn pairs(query: &ListQuery) -> String {
    let pairs = query.to_pairs().into_iter().map(|(key, value)| format!("{key}={}", escaped(&value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn with(address: &str, pairs: &str) -> String {
    match (pairs, address.contains('?')) {
        ("", _) => address.to_owned(),
        (_, true) => format!("{address}&{pairs}"),
        (_, false) => format!("{address}?{pairs}"),
    }
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use store::query::Sort;

    use super::*;

    #[test]
    fn a_list_without_wishes_has_a_plain_address() {
        assert_eq!(list(&ListQuery::default()), "/stores");
    }

    #[test]
    fn whatever_is_searched_for_stays_within_its_parameter() {
        let query = ListQuery {
            search: "a&b=ü #1".into(),
            filter: Filter::Ready,
            sort: Sort::Name,
            descending: true,
            page: 2,
            ..ListQuery::default()
        };
        assert_eq!(list(&query), "/stores?q=a%26b%3D%C3%BC%20%231&show=ready&sort=name&turn=1&page=3");
    }

    #[test]
    fn a_stores_address_tells_which_list_it_was_opened_from() {
        let id = StoreId::parse("atelier-nord-x7k2q").unwrap();
        assert_eq!(store_from(&id, &ListQuery::default()), store(&id));
        let list = ListQuery { search: "a&b".into(), sort: Sort::Name, ..ListQuery::default() };
        assert_eq!(store_from(&id, &list), "/stores/atelier-nord-x7k2q?from=q%3Da%2526b%26sort%3Dname");
        assert_eq!(from("/logs?level=error", "sort=name"), "/logs?level=error&from=sort%3Dname");
    }
}
