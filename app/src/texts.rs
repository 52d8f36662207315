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
pub mod door;
#[cfg(feature = "ssr")]
pub mod frame;
pub mod live;
