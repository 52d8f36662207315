//! The address that a store will have, below its name.

use store::{Slug, StoreName};

use super::text::{element, escape};
use crate::texts::form as texts;

/// What an address has besides the name: what stands in the form by `data-scheme` and `data-suffix`.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    pub scheme: &'a str,
    pub suffix: &'a str,
}

/// Before there is a name.
pub fn unknown() -> String {
    format!("<span class=\"muted\">{}</span>", texts::address_from_name())
}

/// Of a name that can be told without asking the server.
pub fn of_name(name: &StoreName, around: Around<'_>) -> Option<String> {
    let slug = Slug::of_ascii(name)?.to_string();
    Some(Preview { slug, suffix: around.suffix.to_owned() }.written(around.scheme))
}

/// Of a host as the server writes it.
pub fn of_host(host: &str, around: Around<'_>) -> Option<String> {
    Some(Preview::of(host)?.written(around.scheme))
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Preview {
    slug: String,
    suffix: String,
}

impl Preview {
    /// From a host as the server writes it, with dots for the suffix that only a made store has.
    fn of(host: &str) -> Option<Self> {
        let (slug, suffix) = host.strip_prefix("store-")?.split_once("-•••••")?;
        Some(Self { slug: slug.to_owned(), suffix: suffix.to_owned() })
    }

    fn written(&self, scheme: &str) -> String {
        let mut html = String::new();
        element("<span class=\"muted\">", scheme, "://</span>store-", &mut html);
        element("", &self.slug, "-<span class=\"muted\">•••••</span>", &mut html);
        escape(&self.suffix, &mut html);
        html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_preview_is_taken_apart_at_its_dots() {
        let preview = Preview::of("store-dong-jing-•••••.shops.example").unwrap();
        assert_eq!((preview.slug.as_str(), preview.suffix.as_str()), ("dong-jing", ".shops.example"));
        assert_eq!(Preview::of("elsewhere.example"), None);
    }
}
