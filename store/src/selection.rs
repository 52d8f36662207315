//! Several stores of a list, and the one thing that is asked of all of them.

use std::fmt;

use crate::{ListQuery, StoreId};

/// What can be asked of several stores at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Suspend,
    Resume,
    Retry,
    Delete,
}

/// What a form asks for. Made by [`Selection::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub verb: Verb,
    /// Each once, in the order of the form: at least one, at most [`Selection::MAX`].
    pub stores: Vec<Selected>,
    /// What was typed to confirm it, once that was asked for.
    pub typed: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    pub id: StoreId,
    /// What it was called when somebody confirmed that it is meant; empty before.
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    #[error("No store is selected. Go back to the list and tick those that are meant.")]
    Empty,
    #[error("At most {max} stores can be selected at once, as many as a list has on a page.", max = Selection::MAX)]
    TooMany,
    #[error("This is nothing that can be asked of stores. Load the list again.")]
    Unknown,
}

impl Verb {
    pub const ALL: [Self; 4] = [Self::Suspend, Self::Resume, Self::Retry, Self::Delete];

    pub fn parse(text: &str) -> Result<Self, SelectionError> {
        Self::ALL.into_iter().find(|verb| verb.key() == text).ok_or(SelectionError::Unknown)
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Retry => "retry",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suspend => "Suspend",
            Self::Resume => "Resume",
            Self::Retry => "Retry",
            Self::Delete => "Delete",
        })
    }
}

impl Selection {
    pub const MAX: usize = ListQuery::PAGE_ROWS;
    /// What the form's fields are called.
    pub const VERB: &str = "do";
    pub const ID: &str = "id";
    /// Follows an id.
    pub const NAME: &str = "name";
    pub const COUNT: &str = "count";

    /// Reads the pairs that a form has sent, and leaves alone what is the list's.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, SelectionError> {
        let (mut verb, mut typed) = (None, None);
        let mut stores: Vec<Selected> = Vec::new();
        for (key, value) in pairs {
            match key {
                Self::VERB => verb = Some(Verb::parse(value)?),
                Self::COUNT => typed = Some(value.trim().to_owned()),
                Self::ID => {
                    let id = StoreId::parse(value).map_err(|_| SelectionError::Unknown)?;
                    if stores.iter().any(|known| known.id == id) {
                        continue;
                    }
                    if stores.len() == Self::MAX {
                        return Err(SelectionError::TooMany);
                    }
                    stores.push(Selected { id, name: String::new() });
                }
                Self::NAME => {
                    if let Some(last) = stores.last_mut() {
                        value.clone_into(&mut last.name);
                    }
                }
                _ => {}
            }
        }
        if stores.is_empty() {
            return Err(SelectionError::Empty);
        }
        Ok(Self { verb: verb.ok_or(SelectionError::Unknown)?, stores, typed })
    }

    /// Whether how many stores it is about was typed.
    pub fn is_confirmed(&self) -> bool {
        self.typed.as_deref() == Some(self.stores.len().to_string().as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sent::sent;

    fn parse(text: &str) -> Result<Selection, SelectionError> {
        Selection::parse(text.split('&').filter_map(|pair| pair.split_once('=')))
    }

    #[test]
    fn a_selection_is_each_store_once_with_its_name_and_what_is_asked_of_it() {
        let read = parse("q=x&id=a&name=Ä&id=b&id=a&name=B&do=delete&count= 2 &sort=name").unwrap();
        let store = |id: &str, name: &str| Selected { id: StoreId::parse(id).unwrap(), name: name.into() };
        // A name goes with the store that it follows, and that was the last of them.
        assert_eq!(read.stores, [store("a", "Ä"), store("b", "B")]);
        assert_eq!((read.verb, read.is_confirmed()), (Verb::Delete, true));
    }

    #[test]
    fn what_is_not_the_number_of_stores_confirms_nothing() {
        for typed in ["", "1", "3", "02", "2.0", "two", "-2"] {
            assert!(!parse(&format!("id=a&id=b&do=delete&count={typed}")).unwrap().is_confirmed(), "{typed}");
        }
        assert!(!parse("id=a&do=delete").unwrap().is_confirmed());
    }

    #[test]
    fn nothing_too_much_and_what_is_not_known_are_refused() {
        let ids = |count: usize| (0..count).map(|n| format!("id=s{n}&")).collect::<String>();
        assert_eq!(parse("do=suspend"), Err(SelectionError::Empty));
        for odd in ["id=a", "id=a&do=explode", "id=..&do=retry", "id=&do=retry"] {
            assert_eq!(parse(odd), Err(SelectionError::Unknown), "{odd}");
        }
        assert_eq!(parse(&format!("{}do=retry", ids(50))).unwrap().stores.len(), 50);
        assert_eq!(parse(&format!("{}do=retry", ids(51))), Err(SelectionError::TooMany));
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_and_what_is_meant_is_few_stores_each_once(
            pairs in prop::collection::vec((prop_oneof![any::<String>(), "do|id|name|count"], prop_oneof![sent(), "[a-c]", "suspend|delete"]), 0..80),
        ) {
            if let Ok(read) = Selection::parse(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))) {
                let mut ids: Vec<&StoreId> = read.stores.iter().map(|store| &store.id).collect();
                ids.sort();
                ids.dedup();
                prop_assert_eq!(ids.len(), read.stores.len());
                prop_assert!((1..=Selection::MAX).contains(&ids.len()));
            }
        }
    }
}
