//! Who looks at the page, as the server wrote it into the document's head.

use leptos::prelude::*;
use store::{Person, PersonId};

#[cfg(not(feature = "ssr"))]
use crate::browser;

/// Names of the document's meta elements.
pub(crate) const NAME: &str = "person";
pub(crate) const ROLE: &str = "role";

/// Nobody on a page that is shown to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me(pub Option<Person>);

impl Me {
    #[cfg(feature = "ssr")]
    pub fn known() -> Self {
        Self(use_context::<crate::guard::Asking>().and_then(|asking| asking.person()))
    }

    #[cfg(not(feature = "ssr"))]
    pub fn known() -> Self {
        let person = || {
            let name = browser::told(NAME)?;
            let role = store::Role::parse(&browser::told(ROLE)?).ok()?;
            Some(Person { id: PersonId::parse(&name).ok()?, name, role })
        };
        Self(person())
    }

    pub fn creates(&self) -> bool {
        self.0.as_ref().is_some_and(Person::creates)
    }

    pub fn changes(&self, owner: Option<&PersonId>) -> bool {
        self.0.as_ref().is_some_and(|person| person.changes(owner))
    }
}

/// On every page.
pub fn me() -> Me {
    use_context::<Me>().unwrap_or(Me(None))
}
