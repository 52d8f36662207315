//! All that the pages say, one module a page, in each language side by side: a text that lacks one does not compile. What follows from
//! numbers is a function in the same place.

/// A name and what it says in English and in German, with values in braces.
macro_rules! texts {
    () => {};
    ($(#[$doc:meta])* $name:ident: $english:literal, $german:literal; $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $name() -> &'static str {
            $crate::language::say($english, $german)
        }
        texts! { $($rest)* }
    };
    ($(#[$doc:meta])* $name:ident($($value:ident: $kind:ty),+): $english:literal, $german:literal; $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $name($($value: $kind),+) -> String {
            match $crate::language::language() {
                store::Language::English => format!($english),
                store::Language::German => format!($german),
            }
        }
        texts! { $($rest)* }
    };
}

#[cfg(feature = "ssr")]
pub mod activity;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod delete;
#[cfg(feature = "ssr")]
pub mod door;
#[cfg(feature = "ssr")]
pub mod errors;
pub mod fields;
pub mod form;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub mod health;
#[cfg(feature = "ssr")]
pub mod keys;
pub mod kinds;
#[cfg(feature = "ssr")]
pub mod list;
pub mod live;
#[cfg(feature = "ssr")]
pub mod logs;
#[cfg(feature = "ssr")]
pub mod metrics;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod said;
#[cfg(feature = "ssr")]
pub mod selected;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod title;
#[cfg(feature = "ssr")]
pub mod tray;
#[cfg(feature = "ssr")]
pub mod upkeep;

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests;
