//! How the chart's values are filled: the values themselves, with placeholders for what differs from store to store. There is no language
//! beyond that: a placeholder that is the whole of a value may be a list or a map, one within a text is a text.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::{Egress, MailMode, MailServer, Options as Chosen, mail::MailTls};

use crate::{
    option::Options,
    placeholder::{Piece, joined},
    size::{Amounts, Resources, Sizes},
};

/// The values of a chart, before anything is known of a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Template(pub(crate) Vec<(String, Node)>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Given(Value),
    Whole(Placeholder),
    Text(Vec<Piece<Placeholder>>),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// What a placeholder stands for. `check` lets none through that names what the engine does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    Id,
    Title,
    Url,
    Host,
    Secret,
    PullSecrets,
    StorageClass,
    IngressClass,
    IngressAnnotations,
    Running,
    Egress,
    SafeMode,
    MailMode,
    MailHost,
    MailPort,
    MailTls,
    MailFrom,
    Tls,
    TlsSecret,
    TlsEntries,
    NodeSelector,
    Tolerations,
    PriorityClassName,
    RuntimeClassName,
    Images,
    Image(String),
    ImageRepository(String),
    ImageTag(String),
    Option(String),
    Ask(String),
    Resources(String),
    Replicas(String),
    Volume(String),
    Setting(String),
}

/// What is known of one store.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub url: &'a str,
    pub host: &'a str,
    /// The name of the Secret with the engine's keys.
    pub secret: &'a str,
    /// Names of the Secrets with which images are pulled.
    pub pull_secrets: &'a [String],
    /// Empty for the cluster's default.
    pub storage_class: &'a str,
    pub ingress: Ingress<'a>,
    pub scheduling: &'a Scheduling,
    pub images: &'a BTreeMap<String, String>,
    pub options: &'a Options,
    /// What was chosen for this store.
    pub chosen: &'a Chosen,
    pub sizes: &'a Sizes,
    /// Whether its parts run, or are scaled to nothing.
    pub running: bool,
    pub egress: Egress,
    /// Whether nothing is run that the shop's owner brought.
    pub safe_mode: bool,
    /// None where it sends no mail.
    pub mail: Option<&'a MailServer>,
}

#[derive(Clone, Debug)]
pub struct Ingress<'a> {
    pub class: &'a str,
    pub annotations: &'a BTreeMap<String, String>,
    pub tls: bool,
    /// Empty where the ingress controller has a certificate of its own.
    pub tls_secret: &'a str,
}

/// On which nodes the store's pods are put and how they run there, as a pod's specification has it. Empty: as the cluster does by itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Scheduling {
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Map<String, Value>>,
    pub priority_class_name: String,
    pub runtime_class_name: String,
}

impl Facts<'_> {
    fn mail(&self) -> MailMode {
        self.mail.map_or(MailMode::None, |_| MailMode::Smtp)
    }

    /// As the specification of an Ingress has them: none where nothing is to be said of TLS.
    fn tls_entries(&self) -> Value {
        let Ingress { tls, tls_secret, .. } = self.ingress;
        match (tls, tls_secret) {
            (false, _) => json!([]),
            (true, "") => json!([{ "hosts": [self.host] }]),
            (true, secret) => json!([{ "hosts": [self.host], "secretName": secret }]),
        }
    }
}

impl Template {
    /// Whether something of it stands for `placeholder`.
    pub(crate) fn has(&self, placeholder: &Placeholder) -> bool {
        self.0.iter().any(|(_, node)| node.has(placeholder))
    }

    pub fn fill(&self, facts: &Facts<'_>) -> Map<String, Value> {
        map(&self.0, facts)
    }
}

fn map(entries: &[(String, Node)], facts: &Facts<'_>) -> Map<String, Value> {
    entries.iter().map(|(key, node)| (key.clone(), node.fill(facts))).collect()
}

impl Node {
    fn has(&self, placeholder: &Placeholder) -> bool {
        match self {
            Self::Given(_) => false,
            Self::Whole(own) => own == placeholder,
            Self::Text(pieces) => {
                pieces.iter().any(|piece| matches!(piece, Piece::Of(own) if own == placeholder))
            }
            Self::List(nodes) => nodes.iter().any(|node| node.has(placeholder)),
            Self::Map(entries) => entries.iter().any(|(_, node)| node.has(placeholder)),
        }
    }

    fn fill(&self, facts: &Facts<'_>) -> Value {
        match self {
            Self::Given(value) => value.clone(),
            Self::Whole(placeholder) => placeholder.value(facts),
            Self::Text(pieces) => {
                let text = |placeholder: &Placeholder| match placeholder.value(facts) {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                joined(pieces, text).into()
            }
            Self::List(nodes) => nodes.iter().map(|node| node.fill(facts)).collect(),
            Self::Map(entries) => map(entries, facts).into(),
        }
    }
}

impl Placeholder {
    fn value(&self, facts: &Facts<'_>) -> Value {
        let image = |name: &str| facts.images.get(name).map(String::as_str).unwrap_or_default();
        match self {
            Self::Id => facts.id.into(),
            Self::Title => facts.title.into(),
            Self::Url => facts.url.into(),
            Self::Host => facts.host.into(),
            Self::Secret => facts.secret.into(),
            Self::PullSecrets => facts.pull_secrets.into(),
            Self::StorageClass => facts.storage_class.into(),
            Self::IngressClass => facts.ingress.class.into(),
            Self::IngressAnnotations => json!(facts.ingress.annotations),
            Self::Running => facts.running.into(),
            Self::Egress => facts.egress.key().into(),
            Self::SafeMode => facts.safe_mode.into(),
            Self::MailMode => facts.mail().key().into(),
            Self::MailHost => facts.mail.map_or("", |mail| mail.host.as_str()).into(),
            Self::MailPort => facts.mail.map_or(0, |mail| mail.port.get()).into(),
            Self::MailTls => facts.mail.map_or(MailTls::None, |mail| mail.tls).key().into(),
            Self::MailFrom => facts.mail.map_or("", |mail| mail.from.as_str()).into(),
            Self::Tls => facts.ingress.tls.into(),
            Self::TlsSecret => facts.ingress.tls_secret.into(),
            Self::TlsEntries => facts.tls_entries(),
            Self::NodeSelector => json!(facts.scheduling.node_selector),
            Self::Tolerations => json!(facts.scheduling.tolerations),
            Self::PriorityClassName => facts.scheduling.priority_class_name.as_str().into(),
            Self::RuntimeClassName => facts.scheduling.runtime_class_name.as_str().into(),
            Self::Images => json!(facts.images),
            Self::Image(name) => image(name).into(),
            Self::ImageRepository(name) => repository_and_tag(image(name)).0.into(),
            Self::ImageTag(name) => repository_and_tag(image(name)).1.into(),
            Self::Option(name) => json!(facts.options.get(name)),
            Self::Ask(name) => json!(facts.chosen.get(name)),
            Self::Resources(part) => facts.sizes.parts.get(part).map_or_else(|| json!({}), resources),
            Self::Replicas(_) => u8::from(facts.running).into(),
            Self::Volume(name) => facts.sizes.volumes.get(name).map(ToString::to_string).into(),
            Self::Setting(name) => json!(facts.sizes.settings.get(name)),
        }
    }

    /// Whether it can stand within a text.
    pub(crate) fn is_text(&self, options: &Options) -> bool {
        match self {
            Self::PullSecrets
            | Self::IngressAnnotations
            | Self::TlsEntries
            | Self::NodeSelector
            | Self::Tolerations
            | Self::Images
            | Self::Resources(_) => false,
            // What is chosen is one of text, number and flag, and each has one way to be written.
            Self::Option(name) => options.contains_key(name),
            _ => true,
        }
    }
}

/// As a container has them.
pub fn resources(resources: &Resources) -> Value {
    let Resources { requests, limits } = resources;
    json!({ "requests": amounts(requests), "limits": amounts(limits) })
}

/// As a limit range has them, too.
pub fn amounts(amounts: &Amounts) -> Value {
    let mut written = json!({ "cpu": amounts.cpu.to_string(), "memory": amounts.memory.to_string() });
    if let Some(storage) = amounts.ephemeral_storage {
        written["ephemeral-storage"] = storage.to_string().into();
    }
    written
}

/// A digest stays with the tag, as a runtime reads it.
fn repository_and_tag(image: &str) -> (&str, &str) {
    let name_begins = image.rfind('/').map_or(0, |slash| slash + 1);
    let tagged = image[name_begins..].split_once(':');
    tagged.map_or((image, ""), |(name, tag)| (&image[..name_begins + name.len()], tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_taken_apart_at_its_tag_and_not_at_the_registrys_port() {
        for (image, repository, tag) in [
            ("localhost:5000/team/shop:1.2", "localhost:5000/team/shop", "1.2"),
            ("shop:1@sha256:00", "shop", "1@sha256:00"),
            ("registry.example:5000/shop", "registry.example:5000/shop", ""),
        ] {
            assert_eq!(repository_and_tag(image), (repository, tag));
        }
    }
}
