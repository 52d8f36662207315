//! Who looks at the page.

use leptos::prelude::*;
use store::{Person, PersonId};

/// Nobody on a page that is shown to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me(pub Option<Person>);

impl Me {
    pub fn known() -> Self {
        Self(use_context::<crate::guard::Asking>().and_then(|asking| asking.person()))
    }

    pub fn creates(&self) -> bool {
        self.0.as_ref().is_some_and(Person::creates)
    }

    pub fn sees_all(&self) -> bool {
        self.0.as_ref().is_some_and(Person::sees_all)
    }

    pub fn is(&self, id: &PersonId) -> bool {
        self.0.as_ref().is_some_and(|person| person.id == *id)
    }

    pub fn changes(&self, owner: Option<&PersonId>) -> bool {
        self.0.as_ref().is_some_and(|person| person.changes(owner))
    }
}

/// On every page.
pub fn me() -> Me {
    use_context::<Me>().unwrap_or(Me(None))
}
