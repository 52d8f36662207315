//! The custom resource `Store`: what is asked for, and what has become of it.
//!
//! Fields are as the API server holds them. A resource that somebody wrote by hand must not stop the others from being read, so
//! texts are parsed one store at a time ([`Store::wanted`]), not while the list is decoded.

#![expect(unreachable_pub, reason = "the derived schema has a public helper of its own for each type")]

pub mod action;
pub mod change;
pub mod conditions;
pub mod progress;
pub mod view;

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use engine::Sizes;
use jiff::Timestamp;
use kube::{CustomResource, CustomResourceExt, KubeSchema, ResourceExt};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use store::{
    Account, AccountRule, AdminEmail, AdminUser, Egress, EngineKey, Millis, Options, PersonId, PlanName,
    StoreId, StoreName, Told,
    mail::{MailHost, MailPort, MailSender, MailTls},
    view::{Failure, Notice, PodView, TimelineEntry},
};

use self::{
    action::Acted,
    change::{Change, Offered, Refused, Release, Settled},
    conditions::{Condition, Step},
};
use crate::{
    config::Config,
    engines::OfferedEngine,
    relay::{Relay, Whereabouts},
};

/// Keeps a deleted Store until everything of it is gone.
pub const FINALIZER: &str = "storeyard.dev/deletion";
/// On everything that belongs to a store; its value is the id.
pub const STORE_LABEL: &str = "storeyard.dev/store";
/// On a Store: names the one filling of the form that it was made for, so that a repeated request is one store.
pub const REQUEST_LABEL: &str = "storeyard.dev/request";
/// On a Store: when it was asked for, RFC 3339 with milliseconds, which the API server's own time does not have.
pub const REQUESTED_ANNOTATION: &str = "storeyard.dev/requested-at";
/// On a Store: when another try of it was last asked for, RFC 3339. It is made unless the status is of it already.
pub const RETRY_ANNOTATION: &str = "storeyard.dev/retry";
/// On a Store that was only made to be deleted, so that what is left under its name goes.
pub const REMOVAL_ONLY_ANNOTATION: &str = "storeyard.dev/removal-only";
/// On a Store: what is to become of its shop when the Store is deleted. With [`KEEP`], the shop stays as it is, without Storeyard.
pub const ON_DELETION_ANNOTATION: &str = "storeyard.dev/on-deletion";
pub const KEEP: &str = "keep";
/// On a store's namespace: when its shop first answered. It outlives a status that was lost, and keeps the store from being torn down.
pub const READY_ANNOTATION: &str = "storeyard.dev/ready-at";
/// On a Store: when somebody last asked for a change of it, RFC 3339. What was undone before is then tried again, and an update does not wait
/// for its turn.
pub const CHANGE_ANNOTATION: &str = "storeyard.dev/change-asked";
/// On a store's own Secret: the version of the Secret that its mail server's user and password are from.
pub const MAIL_VERSION_ANNOTATION: &str = "storeyard.dev/mail-version";
/// On a store's copy of the certificate of all shops: the version of the platform's Secret that it is of.
pub const CERTIFICATE_VERSION_ANNOTATION: &str = "storeyard.dev/certificate-version";
/// On a store's namespace: the namespace of the platform that made it.
pub const PLATFORM_LABEL: &str = "storeyard.dev/platform";
pub const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";
pub use engine::part::COMPONENT_LABEL;
/// Field manager, and value of the managed-by label, of what is not helm's.
pub const MANAGER: &str = "storeyard";

/// Nothing carries out a change of such a field, so the API server takes none: a Store never says what is not so.
const UNCHANGED: &str = "self == oldSelf";
const SAME_OPTIONS: &str = "the options are what the shop was made with, and cannot be changed here: its admin changes them in the shop";
const SAME_CREDENTIALS: &str = "the credentials cannot be changed here: the shop has its own users, and a password is changed in the shop";

/// A store: one shop in a namespace of its own.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "storeyard.dev",
    version = "v1alpha1",
    kind = "Store",
    namespaced,
    status = "StoreStatus",
    shortname = "sto",
    printcolumn = r#"{"name":"Phase","type":"string","jsonPath":".status.phase"}"#,
    printcolumn = r#"{"name":"Address","type":"string","jsonPath":".status.address"}"#,
    printcolumn = r#"{"name":"Owner","type":"string","jsonPath":".spec.owner"}"#,
    printcolumn = r#"{"name":"Version","type":"string","jsonPath":".status.release.versions"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#,
    printcolumn = r#"{"name":"Title","type":"string","jsonPath":".spec.title","priority":1}"#,
    printcolumn = r#"{"name":"Engine","type":"string","jsonPath":".spec.engine","priority":1}"#,
    printcolumn = r#"{"name":"Plan","type":"string","jsonPath":".spec.plan","priority":1}"#,
    validation = Rule::new("oldSelf.hasValue() || self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,45}[a-z0-9])?$') && self.metadata.name != 'new'")
        .optional_old_self(true)
        .message("a Store is named by up to 47 lower-case letters, digits and dashes, with a letter or digit at both ends, such as atelier-nord; new is no name, since the dashboard has its form there"),
    // Of a field that comes or goes, the rule of the field itself is not asked.
    validation = Rule::new("has(self.spec.credentialsRef) == has(oldSelf.spec.credentialsRef)").message(SAME_CREDENTIALS),
    validation = Rule::new("has(self.spec.options) == has(oldSelf.spec.options)").message(SAME_OPTIONS),
)]
#[serde(rename_all = "camelCase")]
pub struct StoreSpec {
    /// The display name, also the shop's title.
    #[schemars(length(min = 1, max = 60))]
    #[x_kube(validation = Rule::new("!self.matches('[<>]')").message("the title cannot contain < or >"))]
    #[x_kube(validation = Rule::new(r"self.matches('[\\p{L}\\p{N}]')").message("the title needs at least one letter or digit"))]
    #[x_kube(validation = Rule::new(UNCHANGED).message("the title cannot be changed: delete the store and make it anew"))]
    pub title: String,
    /// One of those that the platform's configuration offers.
    #[schemars(length(min = 1, max = 63))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')").message("an engine is named by lower-case letters, digits and dashes, such as my-shop"))]
    #[x_kube(validation = Rule::new(UNCHANGED).message("the engine cannot be changed: delete the store and make it anew"))]
    pub engine: String,
    #[schemars(extend("enum" = PlanName::ALL.map(PlanName::key)))]
    pub plan: String,
    /// False stops the shop and keeps its data.
    #[serde(default = "runs", skip_serializing_if = "is_running")]
    pub running: bool,
    /// What the shop may reach beyond its store; what the platform gives where it is missing, and never more than the platform allows.
    #[schemars(extend("enum" = Egress::ALL.map(Egress::key)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<String>,
    /// True runs the shop without what its owner brought into it, such as plugins, where its engine can: the way out when one of them broke it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub safe_mode: bool,
    /// A mail server of its own, on the internet, instead of the platform's. Without access to the internet it sends no mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailSpec>,
    /// What the shop is made with, of what its engine asks, such as its language; the engine's default where one is missing.
    #[schemars(schema_with = "options")]
    #[x_kube(validation = Rule::new(UNCHANGED).message(SAME_OPTIONS))]
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    #[x_kube(validation = Rule::new(UNCHANGED).message("the admin cannot be changed here: the shop has its own users"))]
    pub admin: Admin,
    /// The Secret in this namespace that has the admin's password; `store-<name>-credentials` where it is missing.
    #[x_kube(validation = Rule::new(UNCHANGED).message(SAME_CREDENTIALS))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_ref: Option<CredentialsRef>,
    /// Who asked for it, and so may change it; nobody but an admin where it is missing.
    #[schemars(length(min = 1, max = 60))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// The shop's first administrator. The password is in the credentials Secret.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Admin {
    /// Missing where the engine's administrator signs in by e-mail.
    #[schemars(length(min = 1, max = 60))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[schemars(length(min = 1, max = 100))]
    #[x_kube(validation = Rule::new("self.matches('^[^@ ]+@[^@ ]+$')").message("the admin's e-mail has to be an address such as ada@example.com"))]
    pub email: String,
}

/// A server that takes on the shop's mail.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailSpec {
    #[schemars(length(min = 1, max = 253))]
    pub host: String,
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    #[schemars(extend("enum" = MailTls::ALL.map(MailTls::key)))]
    pub tls: String,
    /// Whom the mail is from.
    #[schemars(length(min = 1, max = 100))]
    pub from: String,
    /// The Secret with the keys `user` and `password`, which bears the label `storeyard.dev/store` with the Store's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<CredentialsRef>,
}

impl MailSpec {
    fn relay(&self) -> Option<Relay> {
        let credentials = match &self.secret_ref {
            Some(given) => secret_name(&given.name)?,
            None => String::new(),
        };
        Some(Relay {
            host: MailHost::parse(&self.host).ok()?,
            port: MailPort::try_from(self.port).ok()?,
            tls: MailTls::parse(&self.tls).ok()?,
            from: MailSender::parse(&self.from).ok()?,
            credentials,
            to: Whereabouts::default(),
            is_own: true,
        })
    }
}

/// Names a Secret of the Store's own namespace.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsRef {
    #[schemars(length(min = 1, max = 253))]
    #[x_kube(validation = Rule::new("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')").message("a Secret is named by lower-case letters, digits, dashes and dots"))]
    pub name: String,
}

/// What is not so is written as null, so that a merge patch takes it away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct StoreStatus {
    /// Derived from the conditions, for `kubectl get`.
    pub phase: Option<String>,
    /// When it came into that phase.
    pub phase_since: Option<String>,
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// When the steps that the conditions are about began, and when they came to where they are.
    pub steps: Vec<Step>,
    /// What has become of it since deletion was asked for.
    pub removal: Vec<RemovalStep>,
    #[schemars(schema_with = "opaque_list")]
    #[serde(deserialize_with = "readable")]
    pub pods: Vec<PodView>,
    #[schemars(schema_with = "opaque_list")]
    #[serde(deserialize_with = "readable")]
    pub timeline: Vec<TimelineEntry>,
    /// Entries that were dropped to keep the timeline bounded.
    pub timeline_dropped: u32,
    #[schemars(schema_with = "opaque")]
    #[serde(deserialize_with = "readable_one")]
    pub failure: Option<Failure>,
    pub started_at: Option<String>,
    /// When the current try is given up.
    pub deadline: Option<String>,
    /// When the current try first answered.
    pub ready_at: Option<String>,
    /// How many tries there were, with the one that this status is of.
    pub attempt: u32,
    /// When that one was asked for, as the Store's annotation says; nothing for the first.
    pub retry: Option<String>,
    /// Where the shop is, or is to be.
    pub address: Option<String>,
    /// The generation that was last acted on, or found not to be understood.
    pub observed_generation: Option<i64>,
    /// The namespace that was made for this store: a later one of the same name is not it.
    pub namespace_uid: Option<String>,
    /// What is deployed, and answered.
    #[schemars(schema_with = "opaque")]
    #[serde(deserialize_with = "readable_one")]
    pub release: Option<Release>,
    /// What the platform offers, where that is another one.
    #[schemars(schema_with = "opaque")]
    #[serde(deserialize_with = "readable_one")]
    pub offered: Option<Offered>,
    /// What is under way.
    #[schemars(schema_with = "opaque")]
    #[serde(deserialize_with = "readable_one")]
    pub change: Option<Change>,
    /// The last change that was undone.
    #[schemars(schema_with = "opaque")]
    #[serde(deserialize_with = "readable_one")]
    pub refused: Option<Refused>,
    #[schemars(schema_with = "opaque")]
    #[serde(deserialize_with = "readable_one")]
    pub settled: Option<Settled>,
    /// What is to be told of a shop that answers.
    #[schemars(schema_with = "opaque_list")]
    #[serde(deserialize_with = "readable")]
    pub notices: Vec<Notice>,
    /// What of the store's own Secret everybody may know, by its key.
    pub public: Option<BTreeMap<String, String>>,
    /// GiB by claim, once the plan was changed.
    pub volumes: Option<BTreeMap<String, u32>>,
    /// MiB that are on them, by claim, as they were last looked at.
    pub used: Option<BTreeMap<String, u64>>,
    /// What became of the action that was asked for last.
    #[schemars(schema_with = "opaque")]
    #[serde(deserialize_with = "readable_one")]
    pub action: Option<Acted>,
}

/// A step of removal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovalStep {
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// The step's state.
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub message: String,
    /// The message by codes, as with the other steps.
    #[serde(default, skip_serializing_if = "Told::is_empty")]
    #[schemars(schema_with = "codes")]
    pub said: Told,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<String>,
}

/// What a Store asks for, parsed, with what the platform offers for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub id: StoreId,
    pub name: StoreName,
    pub engine: Arc<OfferedEngine>,
    pub plan: PlanName,
    /// What that plan gives a store of that engine.
    pub sizes: Sizes,
    /// Whether the shop is to run; else it is stopped and its data kept.
    pub running: bool,
    /// What it may reach beyond its store.
    pub egress: Egress,
    /// Whether it is to run without what its owner brought.
    pub safe_mode: bool,
    /// By which server its mail leaves; none where it sends none.
    pub mail: Option<Relay>,
    /// An answer to each question of its engine.
    pub options: Options,
    /// When somebody last asked for a change.
    pub change_asked: Option<Millis>,
    /// None where the administrator signs in by e-mail.
    pub user: Option<AdminUser>,
    pub email: AdminEmail,
    /// The Secret that has the password.
    pub credentials: String,
    pub owner: Option<PersonId>,
    /// When another try was last asked for.
    pub retry: Option<Millis>,
    /// When the store was asked for, and when its current try was.
    pub created: Millis,
    pub requested: Millis,
    pub deleting: Option<Millis>,
}

/// What a store's parts reach beyond it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outward<'a> {
    pub egress: Egress,
    pub mail: Option<&'a Relay>,
}

/// The resource was not written by the platform, or by another version of it, or asks for what the platform does not offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The Store {name} cannot be understood: its {field} is {why}.")]
pub struct Malformed {
    pub name: String,
    pub field: &'static str,
    pub why: &'static str,
}

impl Wanted {
    /// What its first administrator signs in with.
    pub fn account(&self) -> Account {
        self.user.as_ref().map_or_else(|| Account::from(&self.email), Account::from)
    }

    /// What its parts reach beyond the store.
    pub fn outward(&self) -> Outward<'_> {
        Outward { egress: self.egress, mail: self.mail.as_ref() }
    }
}

impl Store {
    pub fn wanted(&self, config: &Config) -> Result<Wanted, Malformed> {
        let spec = &self.spec;
        let not = |field, why| Malformed { name: self.name_any(), field, why };
        let malformed = |field| not(field, "not valid");
        let id = StoreId::parse(&self.name_any()).map_err(|_| malformed("name in the metadata"))?;
        let engine = EngineKey::parse(&spec.engine).map_err(|_| malformed("engine"))?;
        let engine =
            config.engine(&engine).ok_or_else(|| not("engine", "not one that the platform offers"))?;
        let plan = PlanName::parse(&spec.plan).map_err(|_| malformed("plan"))?;
        let sizes = engine.sizes(plan).ok_or_else(|| not("plan", "not one that the engine has"))?;
        let egress =
            spec.egress.as_deref().map(Egress::parse).transpose().map_err(|_| malformed("egress"))?;
        let egress = config.egress.allow(egress);
        let own = match &spec.mail {
            Some(mail) => Some(mail.relay().ok_or_else(|| malformed("mail"))?),
            None => None,
        };
        let options = match engine.definition.settled(&spec.options) {
            Ok(options) => options,
            // What it was made with is so, whether the engine still offers it or not.
            Err(_) if self.is_made() => {
                let mut options = engine.definition.settled(&Options::new()).unwrap_or_default();
                options.extend(spec.options.clone());
                options
            }
            Err(_) => return Err(not("choice of options", "not one that the engine offers")),
        };
        let user = match engine.definition.account {
            AccountRule::Email => None,
            AccountRule::UserName => {
                let user = spec.admin.user.as_deref().unwrap_or_default();
                Some(AdminUser::parse(user).map_err(|_| malformed("admin's user"))?)
            }
        };
        Ok(Wanted {
            credentials: match &spec.credentials_ref {
                Some(given) => secret_name(&given.name).ok_or_else(|| malformed("credentialsRef"))?,
                None => id.credentials_secret(),
            },
            id,
            name: StoreName::parse(&spec.title).map_err(|_| malformed("title"))?,
            engine: Arc::clone(engine),
            plan,
            sizes: sizes.clone(),
            user,
            email: AdminEmail::parse(&spec.admin.email).map_err(|_| malformed("admin's e-mail"))?,
            running: spec.running,
            safe_mode: spec.safe_mode && engine.definition.has_safe_mode(),
            mail: config.relay(engine, egress, own.as_ref()).cloned(),
            egress,
            options,
            change_asked: self.time(CHANGE_ANNOTATION),
            // One that no person has belongs to nobody, which takes rights away and gives none.
            owner: spec.owner.as_deref().and_then(|owner| PersonId::parse(owner).ok()),
            retry: self.retry(),
            created: self.created(),
            requested: self.requested(),
            deleting: self.metadata.deletion_timestamp.as_ref().map(|time| Millis(time.0.as_millisecond())),
        })
    }

    /// Whether its shop was deployed, and answered.
    fn is_made(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.release.is_some())
    }

    /// When it is deleted.
    pub fn is_to_leave_its_shop(&self) -> bool {
        self.annotations().get(ON_DELETION_ANNOTATION).is_some_and(|what| what == KEEP)
    }

    /// When another try of it was last asked for.
    pub fn retry(&self) -> Option<Millis> {
        self.time(RETRY_ANNOTATION)
    }

    /// When it was asked for.
    pub fn created(&self) -> Millis {
        let made = || {
            let time = self.metadata.creation_timestamp.as_ref()?;
            Some(Millis(time.0.as_millisecond()))
        };
        self.time(REQUESTED_ANNOTATION).or_else(made).unwrap_or(Millis(0))
    }

    /// When its current try was asked for.
    pub fn requested(&self) -> Millis {
        self.retry().unwrap_or_else(|| self.created())
    }

    fn time(&self, annotation: &str) -> Option<Millis> {
        self.annotations().get(annotation).and_then(|text| millis(text))
    }
}

/// Whether what is known of the `attempt`th try, which was asked for at the time `of`, is of the one that is asked for. An annotation that
/// somebody took away asks for nothing.
pub fn is_of(attempt: u32, of: Option<Millis>, asked: Option<Millis>) -> bool {
    attempt > 0 && asked.is_none_or(|asked| of == Some(asked))
}

/// A name that goes into a path and an argv.
fn secret_name(text: &str) -> Option<String> {
    let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = text.bytes().all(|byte| is_plain(&byte) || b"-.".contains(&byte));
    let edges = [text.as_bytes().first(), text.as_bytes().last()];
    (fits && text.len() <= 253 && edges.into_iter().all(|edge| edge.is_some_and(is_plain)))
        .then(|| text.to_owned())
}

/// The resource's definition, for the API server.
pub fn definition()
-> k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition {
    Store::crd()
}

/// A number for what the status says, for telling whether two say the same.
pub fn fingerprint(status: Option<&StoreStatus>) -> u64 {
    let mut hasher = DefaultHasher::new();
    // A status is texts, numbers and lists, all of which can be written.
    status.map(|status| serde_json::to_string(status).unwrap_or_default()).hash(&mut hasher);
    hasher.finish()
}

/// Reads RFC 3339.
pub fn millis(text: &str) -> Option<Millis> {
    text.parse::<Timestamp>().ok().map(|time| Millis(time.as_millisecond()))
}

/// Writes RFC 3339 with milliseconds.
pub fn rfc3339(at: Millis) -> String {
    let time = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

/// As Kubernetes writes its times.
fn rfc3339_seconds(at: Millis) -> String {
    let time = Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.0}")
}

pub fn now() -> Millis {
    Millis(Timestamp::now().as_millisecond())
}

/// None has passed since what never was, and since what by this clock is yet to be.
pub fn elapsed_since(at: Option<Millis>) -> Duration {
    let millis = at.map_or(0, |at| now().since(at).0);
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn runs() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_running(running: &bool) -> bool {
    *running
}

/// Bounded, since the API server compares what was with what is to be.
fn options(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "maxProperties": 16, "additionalProperties": { "type": "string", "maxLength": 63 } })
}

fn opaque_list(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } })
}

/// Sentences without their words, from which a page makes them in its reader's language.
fn codes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": {
        "type": "object",
        "required": ["code"],
        "properties": {
            "code": { "type": "string" },
            "values": { "type": "object", "additionalProperties": { "type": "string" } },
        },
    } })
}

fn opaque(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "nullable": true, "x-kubernetes-preserve-unknown-fields": true })
}

fn readable_one<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(serde_json::Value::deserialize(deserializer)?).ok())
}

/// Keeps of a list what this version can read, so that one written by another version costs an entry and not the store.
fn readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let entries = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_milliseconds() {
        assert_eq!(rfc3339(Millis(1_700_000_000_007)), "2023-11-14T22:13:20.007Z");
        assert_eq!(millis("2023-11-14T22:13:20.007Z"), Some(Millis(1_700_000_000_007)));
        assert_eq!(millis("yesterday"), None);
    }

    #[test]
    fn a_status_of_another_version_costs_an_entry_and_not_the_store() {
        let status: StoreStatus = serde_json::from_value(serde_json::json!({
            "pods": [{"name": "a", "state": "ready", "detail": ""}, {"name": "b", "state": "dancing"}],
            "somethingNew": 1
        }))
        .unwrap();
        assert_eq!(status.pods.len(), 1);
    }

    #[test]
    fn the_definition_has_a_status_of_its_own_and_columns() {
        let version = &definition().spec.versions[0];
        assert!(version.subresources.as_ref().is_some_and(|sub| sub.status.is_some()));
        assert_eq!(version.additional_printer_columns.as_ref().map(Vec::len), Some(8));
    }

    /// As one writes it by hand, with nothing that is not asked for.
    fn by_hand() -> serde_json::Value {
        serde_json::json!({
            "apiVersion": "storeyard.dev/v1alpha1", "kind": "Store",
            "metadata": { "name": "atelier-nord", "namespace": "storeyard", "creationTimestamp": "2026-01-02T03:04:05Z" },
            "spec": {
                "title": "Atelier Nord", "engine": "woocommerce", "plan": "small",
                "admin": { "user": "ada", "email": "ada@atelier.example" }, "credentialsRef": { "name": "atelier-nord" },
            },
        })
    }

    fn parsed(store: serde_json::Value) -> Result<Wanted, Malformed> {
        serde_json::from_value::<Store>(store).unwrap().wanted(&crate::config::tests::example())
    }

    #[test]
    fn what_is_written_by_hand_needs_nothing_that_only_the_page_knows() {
        let wanted = parsed(by_hand()).unwrap();
        assert_eq!((wanted.id.as_str(), wanted.name.as_str()), ("atelier-nord", "Atelier Nord"));
        assert_eq!((wanted.owner, wanted.retry, wanted.running), (None, None, true));
        assert_eq!(wanted.credentials, "atelier-nord");
        assert_eq!((wanted.created, wanted.requested), (Millis(1_767_323_045_000), wanted.created));
        let mut without = by_hand();
        without["spec"]["credentialsRef"].take();
        assert_eq!(parsed(without).unwrap().credentials, "store-atelier-nord-credentials");
    }

    #[test]
    fn a_mail_server_of_its_own_counts_before_the_platforms_where_the_internet_is_reached() {
        let mut config = crate::config::tests::example();
        let near = serde_json::json!({ "host": "near.example.com", "to": { "cidrs": ["192.0.2.7/32"] } });
        config.mail = crate::relay::Mail::Smtp(crate::relay::tests::relay(&near));
        config.egress = serde_json::from_value(
            serde_json::json!({ "default": "none", "maximum": "internet", "ports": [465] }),
        )
        .unwrap();
        let host = |egress: &str, port: u16| {
            let mut store = by_hand();
            store["spec"]["egress"] = egress.into();
            store["spec"]["mail"] = serde_json::json!({ "host": "smtp.example.com", "port": port, "tls": "tls", "from": "shop@example.com" });
            let wanted = serde_json::from_value::<Store>(store).unwrap().wanted(&config).unwrap();
            wanted.mail.map(|relay| relay.host.as_str().to_owned())
        };
        assert_eq!(host("internet", 465).as_deref(), Some("smtp.example.com"));
        // Not by another way than the one that somebody chose.
        assert_eq!((host("none", 465), host("internet", 25)), (None, None));
        let mut wrong = by_hand();
        wrong["spec"]["mail"] =
            serde_json::json!({ "host": "a b", "port": 25, "tls": "tls", "from": "shop@example.com" });
        assert_eq!(parsed(wrong).unwrap_err().field, "mail");
    }

    #[test]
    fn a_secret_whose_name_is_none_is_not_looked_for() {
        for name in ["", "../users", "a/b", "A", "-a", "a.", "a b", &"a".repeat(254)] {
            let mut store = by_hand();
            store["spec"]["credentialsRef"]["name"] = name.into();
            assert_eq!(parsed(store).unwrap_err().field, "credentialsRef", "{name}");
        }
    }

    #[test]
    fn another_try_is_asked_for_by_a_time_and_by_no_other_text() {
        let mut store = by_hand();
        for (text, asked) in [
            ("2026-01-03T00:00:00.250Z", Some(Millis(1_767_398_400_250))),
            ("2026-01-03T01:00:00+01:00", Some(Millis(1_767_398_400_000))),
            ("please", None),
        ] {
            store["metadata"]["annotations"] = serde_json::json!({ (RETRY_ANNOTATION): text });
            let wanted = parsed(store.clone()).unwrap();
            assert_eq!((wanted.retry, wanted.requested), (asked, asked.unwrap_or(wanted.created)));
        }
    }

    #[test]
    fn a_try_is_known_by_when_it_was_asked_for() {
        let (one, two) = (Some(Millis(1)), Some(Millis(2)));
        assert!(!is_of(0, None, None) && is_of(1, None, None));
        assert!(!is_of(1, None, one) && is_of(2, one, one) && !is_of(2, one, two) && !is_of(2, two, one));
        // Somebody took the annotation away.
        assert!(is_of(2, one, None));
    }

    #[test]
    fn the_chart_carries_the_definition_that_the_binary_prints() {
        let chart: serde_json::Value =
            serde_json::from_str(include_str!("../../charts/platform/crds/stores.json")).unwrap();
        assert_eq!(
            chart,
            serde_json::to_value(definition()).unwrap(),
            "run `storeyard crd > charts/platform/crds/stores.json`"
        );
    }
}
