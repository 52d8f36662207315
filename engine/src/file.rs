//! How an engine is written. What is wrong within one field is told while it is read; what fields have to do with each other, by `check`.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use serde_saphyr::Spanned;
use store::{AccountRule, MailMode, PlanName, Suggest};

use crate::{
    action::Verb,
    names::Names,
    option::{Choice, Options},
    size::{Disk, Resources},
};

/// What people read: in English alone, or by language.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    English(String),
    ByLanguage(Vec<(String, Spanned<String>)>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) title: Spanned<String>,
    pub(crate) summary: Spanned<Text>,
    #[serde(default)]
    pub(crate) variants: Vec<Variant>,
    pub(crate) admin: Admin,
    #[serde(default)]
    pub(crate) images: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) options: BTreeMap<String, Spanned<Declared>>,
    #[serde(default)]
    pub(crate) notes: Vec<Note>,
    #[serde(default)]
    pub(crate) asks: Vec<Ask>,
    pub(crate) parts: Spanned<Vec<Part>>,
    #[serde(default)]
    pub(crate) volumes: Titled,
    pub(crate) plans: Spanned<BTreeMap<PlanName, Spanned<Sizes>>>,
    #[serde(default)]
    pub(crate) secrets: Vec<Spanned<Secret>>,
    pub(crate) values: Spanned<BTreeMap<String, Spanned<Tree>>>,
    pub(crate) probes: Spanned<Vec<Spanned<Probe>>>,
    #[serde(default)]
    pub(crate) actions: BTreeMap<Verb, Spanned<Action>>,
}

/// An option: what holds where nothing is chosen, or all that it can be, of which that is the first.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Declared {
    Any(Choice),
    OneOf(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variant {
    pub(crate) when: Spanned<Options>,
    pub(crate) title: Spanned<String>,
    pub(crate) summary: Spanned<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Admin {
    pub(crate) path: Spanned<String>,
    pub(crate) sign_in: AccountRule,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    #[serde(default)]
    pub(crate) when: Option<Spanned<Options>>,
    #[serde(default)]
    pub(crate) mail: Option<MailMode>,
    pub(crate) text: Spanned<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    #[serde(default)]
    pub(crate) when: Option<Spanned<Options>>,
    pub(crate) name: Spanned<String>,
    pub(crate) title: Spanned<Text>,
    pub(crate) choices: Spanned<Titled>,
    #[serde(default)]
    pub(crate) names: Option<Names>,
    pub(crate) default: Spanned<String>,
    #[serde(default)]
    pub(crate) suggest: Option<Suggest>,
}

/// Titles by name, in the order in which they stand; or a list of names alone.
#[derive(Debug, Default)]
pub(crate) struct Titled(pub(crate) Vec<(Spanned<String>, Option<Spanned<Text>>)>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Part {
    #[serde(default)]
    pub(crate) when: Option<Spanned<Options>>,
    pub(crate) name: Spanned<String>,
    pub(crate) title: Spanned<Text>,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) port: Option<Spanned<u16>>,
    #[serde(default)]
    pub(crate) public: bool,
    #[serde(default = "yes")]
    pub(crate) scales_to_zero: bool,
    #[serde(default)]
    pub(crate) egress: bool,
    #[serde(default)]
    pub(crate) mail: bool,
    #[serde(default)]
    pub(crate) reaches: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) helpers: Vec<Spanned<Helper>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Helper {
    pub(crate) name: String,
    pub(crate) resources: Resources,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sizes {
    pub(crate) parts: BTreeMap<String, Spanned<Resources>>,
    #[serde(default)]
    pub(crate) volumes: BTreeMap<String, Spanned<Disk>>,
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, Spanned<Choice>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secret {
    pub(crate) key: String,
    pub(crate) from: From,
    #[serde(default)]
    pub(crate) prefix: Option<String>,
    #[serde(default)]
    pub(crate) digits: Option<usize>,
    #[serde(default)]
    pub(crate) public: Option<Spanned<Text>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum From {
    User,
    Email,
    Password,
    Seed,
    MailUser,
    MailPassword,
    MailAuthorities,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Probe {
    #[serde(default)]
    pub(crate) when: Option<Spanned<Options>>,
    pub(crate) path: Spanned<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Spanned<String>>,
    pub(crate) answers: Vec<Spanned<Answer>>,
    #[serde(default)]
    pub(crate) notices: Vec<Spanned<Notice>>,
    #[serde(default)]
    pub(crate) then: Option<Box<Spanned<Probe>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notice {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) says: Spanned<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) json: Option<Json>,
    #[serde(default)]
    pub(crate) ready: bool,
    #[serde(default)]
    pub(crate) says: Option<Spanned<Text>>,
    #[serde(default)]
    pub(crate) log: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Json {
    #[serde(default)]
    pub(crate) at: String,
    pub(crate) is: Kind,
    #[serde(default)]
    pub(crate) not_empty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Array,
    Object,
    Text,
    Number,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Action {
    pub(crate) part: String,
    pub(crate) command: Vec<String>,
    #[serde(default)]
    pub(crate) path: Option<Spanned<String>>,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text, in quotes where it looks like something else, or one for each language as in {en: Colour, de: Farbe}")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text::English(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text::English(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text::English(number.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Text, A::Error> {
        let mut texts = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            texts.push(entry);
        }
        Ok(Text::ByLanguage(texts))
    }
}

impl<'de> Deserialize<'de> for Titled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TitledVisitor)
    }
}

struct TitledVisitor;

impl<'de> Visitor<'de> for TitledVisitor {
    type Value = Titled;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("titles by name, or a list of names")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Titled, A::Error> {
        let mut list = Vec::new();
        while let Some(name) = names.next_element()? {
            list.push((name, None));
        }
        Ok(Titled(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Titled, A::Error> {
        let mut list = Vec::new();
        while let Some((name, title)) = entries.next_entry::<String, Spanned<Text>>()? {
            list.push((Spanned::new(name, title.referenced, title.defined), Some(title)));
        }
        Ok(Titled(list))
    }
}

/// Values as they are written, each with its place.
#[derive(Debug)]
pub(crate) enum Tree {
    Plain(Value),
    Text(String),
    List(Vec<Spanned<Tree>>),
    Map(Vec<(String, Spanned<Tree>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value of the chart")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Plain(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Plain(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Plain(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}

fn yes() -> bool {
    true
}
