//! What a store is, in words that browser, web and operator share. Pure: no I/O, no clock, no randomness.
//!
//! Reading order: [`name`] and [`id`] (what it is called), [`admin`], [`engine`], [`plan`], [`egress`], [`mail`], [`question`] (what is asked for), [`versions`] (what it runs), [`form`] (how the
//! asking is parsed), [`condition`], [`said`] and [`phase`] (how far it is), [`view`] and [`vitals`] (what a page shows), [`job`] (what is done to it), [`wish`] (what can be asked of a store that is there), [`query`] (which stores a list shows), [`selection`] (several of them), [`stray`] (what is no store),
//! [`person`] (who asks), [`limit`] (how much of it they may have), [`language`] (in which they are told).

pub mod admin;
pub mod condition;
pub mod egress;
pub mod engine;
pub mod form;
pub mod id;
pub mod index;
pub mod job;
pub mod language;
pub mod limit;
pub mod mail;
pub mod name;
pub mod person;
pub mod phase;
pub mod plan;
pub mod query;
pub mod question;
pub mod said;
pub mod selection;
#[cfg(test)]
mod sent;
pub mod stray;
pub mod text;
pub mod time;
pub mod versions;
pub mod view;
pub mod vitals;
pub mod wish;

pub use admin::{Account, AccountRule, AdminEmail, AdminPassword, AdminUser};
pub use condition::{Condition, ConditionKind, Conditions, RemovalKind, State};
pub use egress::Egress;
pub use engine::{Allowance, EngineCard, EngineKey, EngineNote, Fit, PlanCard};
pub use form::{Fault, Field, FieldError, NewStore, NewStoreForm};
pub use id::{Address, RequestId, Scheme, StoreId};
pub use index::Index;
pub use job::Job;
pub use language::Language;
pub use limit::Limits;
pub use mail::{MailForm, MailMode, MailServer, OwnMail};
pub use name::{Slug, StoreName};
pub use person::{Person, PersonId, Role};
pub use phase::Phase;
pub use plan::PlanName;
pub use query::{ListPage, ListQuery, Whose};
pub use question::{Choice, Options, Question, Suggest};
pub use said::{Said, Told};
pub use selection::{Selected, Selection, Verb};
pub use stray::{Stray, StrayKind};
pub use text::Text;
pub use time::Millis;
pub use versions::{VersionChange, Versions};
pub use view::{StoreSummary, StoreView};
pub use vitals::Vitals;
pub use wish::Wish;

/// For cargo alone: see `.cargo/config.toml`.
const _: Option<&str> = option_env!("STOREYARD_CHECKOUT");
