//! What somebody types of whom their order goes to.

use crate::backend::{Address, Cart, Country};
use crate::web::goods::plain;

/// A field of the form.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    /// What browsers fill in.
    pub(crate) autocomplete: &'static str,
    pub(crate) required: bool,
    /// Whether it shares its row with the next one.
    pub(crate) beside_next: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Email,
    Text,
    Phone,
    Country,
}

const fn field(name: &'static str, label: &'static str, autocomplete: &'static str) -> Field {
    Field { name, label, kind: Kind::Text, autocomplete, required: true, beside_next: false }
}

const fn optional(name: &'static str, label: &'static str, autocomplete: &'static str) -> Field {
    Field { required: false, ..field(name, label, autocomplete) }
}

const FIELDS: [Field; 11] = [
    Field { kind: Kind::Email, ..field("email", "E-mail", "email") },
    Field { beside_next: true, ..field("first_name", "First name", "given-name") },
    field("last_name", "Last name", "family-name"),
    optional("company", "Company", "organization"),
    field("address_1", "Street and number", "address-line1"),
    optional("address_2", "Flat, floor or other addition", "address-line2"),
    Field { beside_next: true, ..optional("postal_code", "Postal code", "postal-code") },
    field("city", "Town or city", "address-level2"),
    optional("province", "State or province", "address-level1"),
    Field { kind: Kind::Country, ..field("country_code", "Country", "country") },
    Field { kind: Kind::Phone, ..optional("phone", "Phone", "tel") },
];

/// The fields as they stand below each other: a row has one of them, or two. So an address is written on an envelope, too.
pub(crate) fn rows() -> impl Iterator<Item = &'static [Field]> {
    FIELDS.chunk_by(|field, _| field.beside_next)
}

/// Longer none is.
pub(crate) const MAX_LENGTH: usize = 200;

/// Where letters are delivered without a postal code.
const WITHOUT_POSTAL_CODE: [&str; 62] = [
    "ae", "ag", "ao", "aw", "bf", "bi", "bj", "bo", "bs", "bw", "bz", "cd", "cf", "cg", "ci", "ck", "cm",
    "dj", "dm", "er", "fj", "gd", "gh", "gm", "gq", "gy", "hk", "ie", "jm", "ke", "ki", "km", "kn", "ly",
    "ml", "mo", "mr", "mw", "nr", "nu", "pa", "qa", "rw", "sb", "sc", "sl", "sr", "st", "sy", "td", "tf",
    "tg", "tk", "tl", "to", "tv", "ug", "vu", "ye", "zw", "lc", "gn",
];

/// A field that has to be filled in otherwise, and the sentence that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) field: &'static str,
    pub(crate) sentence: String,
}

/// One text for each of the fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed([String; FIELDS.len()]);

impl From<Vec<(String, String)>> for Typed {
    /// What no field is called is left out.
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            if let Some(at) = FIELDS.iter().position(|field| field.name == name) {
                typed.0[at] = plain(&value, MAX_LENGTH);
            }
        }
        typed
    }
}

impl Typed {
    /// What is known of a cart already.
    pub(crate) fn of(cart: &Cart) -> Self {
        let address = cart.shipping_address.as_ref();
        Self(FIELDS.each_ref().map(|field| match field.kind {
            Kind::Email => cart.email.clone().unwrap_or_default(),
            Kind::Text | Kind::Phone | Kind::Country => {
                address.map_or("", |address| address.get(field.name)).to_owned()
            }
        }))
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        let at = FIELDS.iter().position(|field| field.name == name);
        at.map_or("", |at| &self.0[at])
    }

    /// # Errors
    /// What is wrong with it, in the fields' order.
    pub(crate) fn parse(&self, countries: &[Country]) -> Result<(String, Address), Vec<Wrong>> {
        let wrong: Vec<Wrong> = FIELDS.iter().filter_map(|field| self.wrong(field, countries)).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let text = |field: &Field| (field.name.to_owned(), self.get(field.name).to_owned());
        let address = FIELDS.iter().filter(|field| field.kind != Kind::Email).map(text).collect();
        Ok((self.get("email").to_owned(), address))
    }

    fn wrong(&self, field: &Field, countries: &[Country]) -> Option<Wrong> {
        let text = self.get(field.name);
        let wrong = |sentence: String| Some(Wrong { field: field.name, sentence });
        let country = self.get("country_code");
        let required =
            field.required || field.name == "postal_code" && !WITHOUT_POSTAL_CODE.contains(&country);
        match field.kind {
            Kind::Country if countries.iter().all(|country| country.code != text) => {
                wrong("Choose a country from the list.".to_owned())
            }
            _ if text.is_empty() && required => wrong(format!("{} is missing.", field.label)),
            Kind::Email if !is_email(text) => {
                wrong("This is no e-mail address: it looks like name@example.com.".to_owned())
            }
            _ => None,
        }
    }
}

/// Whether it could be one: only a message that arrives proves it.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let is_part = |part: &str| !part.is_empty() && !part.contains(|it: char| it.is_whitespace() || it == '@');
    let parts: Vec<&str> = host.split('.').collect();
    text.len() <= 254 && is_part(name) && parts.len() > 1 && parts.into_iter().all(is_part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn countries() -> Vec<Country> {
        [("de", "Germany"), ("ie", "Ireland")]
            .map(|(code, name)| Country { code: code.to_owned(), name: name.to_owned() })
            .into()
    }

    fn typed(changes: &[(&str, &str)]) -> Typed {
        let good = [
            ("email", "ada@example.com"),
            ("first_name", "Ada"),
            ("last_name", "Lovelace"),
            ("address_1", "Hauptstraße 1"),
            ("postal_code", "10115"),
            ("city", "Berlin"),
            ("country_code", "de"),
        ];
        let pairs = good.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        pairs.collect::<Vec<_>>().into()
    }

    fn wrong(changes: &[(&str, &str)]) -> Vec<&'static str> {
        let wrong = typed(changes).parse(&countries()).err().unwrap_or_default();
        wrong.into_iter().map(|wrong| wrong.field).collect()
    }

    #[test]
    fn an_address_is_whole_or_says_what_is_missing() {
        let (email, address) = typed(&[("city", " Berlin\u{0} ")]).parse(&countries()).unwrap();
        assert_eq!(email, "ada@example.com");
        assert_eq!((address.get("city"), address.get("company"), address.get("email")), ("Berlin", "", ""));
        assert_eq!(wrong(&[("city", " "), ("last_name", "")]), ["last_name", "city"]);
        assert_eq!(wrong(&[("email", "ada")]), ["email"]);
        assert_eq!(wrong(&[("country_code", "fr")]), ["country_code"]);
    }

    #[test]
    fn a_postal_code_is_asked_for_where_there_are_any() {
        assert_eq!(wrong(&[("postal_code", "")]), ["postal_code"]);
        assert_eq!(wrong(&[("postal_code", ""), ("country_code", "ie")]), Vec::<&str>::new());
    }

    #[test]
    fn an_email_address_has_a_name_and_a_host() {
        for text in ["ada@example.com", "a.b+c@mail.example.co.uk", "ü@exämple.de"] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a b@example.com",
            "a@b@c.de",
            "ada@.com",
            "ada@example.",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_told_back_as_one_line_of_each_field(
            pairs in proptest::collection::vec(("(email|city|phone|x)", any::<String>()), 0..8),
        ) {
            let typed = Typed::from(pairs);
            let _parsed = typed.parse(&countries());
            for field in &FIELDS {
                prop_assert!(!typed.get(field.name).contains(char::is_control));
                prop_assert!(typed.get(field.name).chars().count() <= MAX_LENGTH);
            }
        }
    }
}
