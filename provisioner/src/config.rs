//! What the people who run the platform decide: one file for both processes.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use access::SignIn;
use engine::values::Scheduling;
use ipnet::IpNet;
use serde::Deserialize;
use store::{Egress, EngineCard, EngineKey, Limits, Scheme, mail::MailPort};

use crate::{
    engines::{EngineConfig, EngineConfigError, OfferedEngine},
    relay::{Mail, Relay},
    stores::CreationRate,
    window::prometheus::Prometheus,
};

/// The configuration file. What it does not know it refuses, so that a typing error is not a silent default.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The platform's own namespace, in which the Stores are.
    pub namespace: String,
    /// What hosts of shops end in, without a dot in front.
    pub domain_suffix: String,
    pub scheme: Scheme,
    pub ingress: Ingress,
    pub sign_in: SignIn,
    /// Whether nobody but the ingress controller reaches the dashboard, so that it is believed about where a request came from.
    #[serde(default)]
    pub behind_ingress: bool,
    /// Who else is believed about that: those in front of the ingress controller.
    #[serde(default)]
    pub trusted_proxies: Vec<IpNet>,
    /// Empty for the cluster's default.
    #[serde(default)]
    pub storage_class: String,
    /// Whether that class keeps a volume from growing beyond its size.
    #[serde(default = "enforced")]
    pub volume_sizes_enforced: bool,
    /// Where the stores' pods run.
    #[serde(default)]
    pub scheduling: Scheduling,
    /// Secrets of the platform's namespace with which the stores' images are pulled.
    #[serde(default)]
    pub image_pull_secrets: Vec<String>,
    /// The `ClusterRole` that the operator is bound to in each store's namespace; none where it has enough rights of its own.
    #[serde(default)]
    pub store_manager_role: String,
    /// The Lease by which of several operators one acts, and by which web knows that one does; empty where there is but one.
    #[serde(default)]
    pub operator_lease: String,
    /// How long one try may take.
    pub deadline_seconds: u32,
    /// How many stores are made at a time.
    pub concurrency: usize,
    /// How often a ready shop is asked whether it still answers.
    pub check_seconds: u32,
    /// How many stores may be asked for in an hour.
    #[serde(default)]
    pub creation_rate: CreationRate,
    /// How stores come to what the platform offers after it was upgraded.
    #[serde(default)]
    pub updates: Updates,
    /// What shops may reach beyond their stores.
    #[serde(default)]
    pub egress: EgressRules,
    /// How shops send mail.
    #[serde(default)]
    pub mail: Mail,
    /// A Prometheus that is asked what the stores used.
    #[serde(default)]
    pub prometheus: Option<Prometheus>,
    /// How many stores somebody may have.
    #[serde(default)]
    pub limits: Limits,
    /// What the form begins with; none for the first by name.
    #[serde(default)]
    pub default_engine: Option<EngineKey>,
    #[serde(rename = "engines")]
    chosen: BTreeMap<EngineKey, EngineConfig>,
    /// Never empty.
    #[serde(skip)]
    pub engines: BTreeMap<EngineKey, Arc<OfferedEngine>>,
}

fn enforced() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Updates {
    pub mode: UpdateMode,
    /// How many at a time, once the first one was.
    pub concurrency: usize,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EgressRules {
    /// Of a store that does not say.
    pub default: Egress,
    /// No store has more, whatever it says.
    pub maximum: Egress,
    /// TCP ports at which public addresses are reached.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// Addresses that stay closed beside the private ones: of nodes, pods and services, where those are public.
    #[serde(default)]
    pub closed: Vec<IpNet>,
}

impl EgressRules {
    /// Whether a store that may reach so much reaches a port on the internet.
    pub fn reaches(&self, egress: Egress, port: MailPort) -> bool {
        egress == Egress::Internet && self.ports.contains(&port.get())
    }

    /// What a store may reach that asks for so much.
    pub fn allow(&self, asked: Option<Egress>) -> Egress {
        asked.unwrap_or(self.default).min(self.maximum)
    }

    /// What can be chosen, beginning with what is so where nobody chooses.
    pub fn offered(&self) -> Vec<Egress> {
        let default = self.allow(None);
        let others = Egress::ALL.into_iter().filter(|egress| *egress != default && *egress <= self.maximum);
        std::iter::once(default).chain(others).collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UpdateMode {
    Automatic,
    /// When somebody asks for it at the store.
    Manual,
}

impl Default for Updates {
    fn default() -> Self {
        Self { mode: UpdateMode::Automatic, concurrency: 2 }
    }
}

/// The ingress controller that leads to the shops.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ingress {
    pub class_name: String,
    /// Host and port at which the operator reaches it.
    pub address: String,
    /// Where its pods are, and their labels: only they may reach the shops.
    pub namespace: String,
    pub pod_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    #[serde(default)]
    pub tls: Tls,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tls {
    pub enabled: bool,
    /// A Secret of the platform's namespace with a certificate of all shops, which each store gets a copy of; empty where each has one of
    /// its own, named after its release.
    #[serde(default)]
    pub secret_name: String,
    /// Authorities that are trusted beside the system's when a shop is asked.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// A shop is then `Ready` whatever certificate it shows.
    #[serde(default)]
    pub insecure_skip_verify: bool,
    /// It ends before the ingress controller, which is then asked by plain http that says so.
    #[serde(default)]
    pub in_front: bool,
}

impl Tls {
    /// The Secret with the certificate of all shops.
    pub fn of_all_shops(&self) -> Option<&str> {
        (self.enabled && !self.secret_name.is_empty()).then_some(self.secret_name.as_str())
    }

    /// Each shop has a certificate of its own, which is issued in its namespace.
    pub fn is_per_shop(&self) -> bool {
        self.enabled && self.secret_name.is_empty()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("The configuration {path} cannot be read.")]
    Unreadable { path: String, source: std::io::Error },
    #[error("The configuration is not understood: {0}.")]
    Malformed(#[from] serde_json::Error),
    #[error("The configuration's {field} {reason}.")]
    Senseless { field: &'static str, reason: &'static str },
    #[error("{0}.")]
    Engine(#[from] EngineConfigError),
}

impl Config {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.display().to_string(), source })?;
        Self::parse(&text)
    }

    /// Reads the engines' definitions too, which the text only names.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut config: Self = serde_json::from_str(text)?;
        let senseless = |field, reason| Err(ConfigError::Senseless { field, reason });
        if config.namespace.is_empty() {
            return senseless("namespace", "is empty");
        }
        if config.domain_suffix.is_empty() || config.domain_suffix.starts_with('.') {
            return senseless("domainSuffix", "is empty or begins with a dot");
        }
        if config.ingress.pod_labels.is_empty() {
            return senseless(
                "ingress.podLabels",
                "are empty, so every pod of that namespace could reach the shops",
            );
        }
        if config.ingress.tls.in_front && config.scheme != Scheme::Https {
            return senseless("ingress.tls.inFront", "is true, but the scheme is http");
        }
        if config.egress.default > config.egress.maximum {
            return senseless("egress.default", "is more than egress.maximum");
        }
        if config.egress.maximum == Egress::Internet && config.egress.ports.is_empty() {
            return senseless("egress.ports", "are empty, so the internet would be closed all the same");
        }
        if let Some(relay) = config.mail.relay() {
            let to = &relay.to;
            if to.namespace.is_empty() != to.pod_labels.is_empty() {
                return senseless(
                    "mail.to",
                    "has to name a namespace and labels of pods in it, or none of both",
                );
            }
            if !to.is_known() && !config.egress.reaches(config.egress.maximum, relay.port) {
                return senseless(
                    "mail.to",
                    "says nothing of where the server is, and on the internet no store reaches its port: see egress.maximum and egress.ports",
                );
            }
        }
        if config.prometheus.as_ref().is_some_and(|it| it.url.is_open() && it.token_file.is_some()) {
            return senseless(
                "prometheus.tokenFile",
                "has a token, which whoever is between could read: the url is reached without TLS",
            );
        }
        if config.updates.concurrency == 0 {
            return senseless("updates.concurrency", "is 0, so no store would ever be updated");
        }
        if config.concurrency == 0 {
            return senseless("concurrency", "is 0, so no store would ever be made");
        }
        if config.deadline_seconds == 0 || config.check_seconds == 0 {
            return senseless("deadlineSeconds or checkSeconds", "is 0");
        }
        if config.chosen.is_empty() {
            return senseless("engines", "are empty");
        }
        if config.default_engine.as_ref().is_some_and(|key| !config.chosen.contains_key(key)) {
            return senseless("defaultEngine", "is none of engines");
        }
        for (key, chosen) in std::mem::take(&mut config.chosen) {
            config.engines.insert(key.clone(), Arc::new(chosen.offered(key)?));
        }
        Ok(config)
    }

    pub fn engine(&self, key: &EngineKey) -> Option<&Arc<OfferedEngine>> {
        self.engines.get(key)
    }

    /// By which server the mail of a store leaves that may reach so much, and has one of its `own` or none. None where it could not get
    /// there, or sends none.
    pub fn relay<'a>(
        &'a self,
        engine: &OfferedEngine,
        egress: Egress,
        own: Option<&'a Relay>,
    ) -> Option<&'a Relay> {
        let relay = own.or(self.mail.relay()).filter(|_| engine.definition.has_mail());
        relay.filter(|relay| relay.to.is_known() || self.egress.reaches(egress, relay.port))
    }

    /// The engines as the form offers them, beginning with what is chosen where nobody chooses.
    pub fn cards(&self) -> Vec<EngineCard> {
        let mut cards: Vec<EngineCard> = self.engines.values().map(|engine| engine.card(self)).collect();
        cards.sort_by_key(|card| Some(&card.key) != self.default_engine.as_ref());
        cards
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const EXAMPLE: &str = r#"{
        "namespace": "storeyard", "domainSuffix": "localhost", "scheme": "http",
        "ingress": {"className": "traefik", "address": "127.0.0.1:80", "namespace": "traefik", "podLabels": {"app": "traefik"},
                    "annotations": {}, "tls": {"enabled": false, "secretName": ""}},
        "signIn": {"users": "storeyard-users", "keys": "storeyard-keys", "signOuts": "storeyard-sign-outs", "idleMinutes": 720, "absoluteHours": 168},
        "trustedProxies": ["10.0.0.0/8"],
        "storageClass": "", "storeManagerRole": "storeyard-store-manager", "deadlineSeconds": 600, "concurrency": 4, "checkSeconds": 60,
        "engines": {"woocommerce": {"chart": "../charts/woocommerce", "options": {"plugin": true, "sampleProducts": true},
                    "images": {"wordpress": "localhost/wordpress:1", "mariadb": "localhost/mariadb:1"}, "values": {},
                    "versions": {"localhost/wordpress:1": "WordPress 6.9.4, WooCommerce 9.9.5", "localhost/mariadb:0": "MariaDB 10.11"}}}}"#;

    pub(crate) fn example() -> Config {
        Config::parse(EXAMPLE).unwrap()
    }

    /// The one engine of the example, to be changed.
    pub(crate) fn engine_of(config: &mut Config) -> &mut OfferedEngine {
        Arc::make_mut(config.engines.values_mut().next().unwrap())
    }

    /// A mail server, with `more` of its fields.
    fn smtp(more: &str) -> String {
        format!(
            r#"{{"mode": "smtp", "host": "mail.example.com", "port": 587, "tls": "starttls", "from": "shop@example.com"{more}}}"#
        )
    }

    /// By which server mail leaves a closed store, and one that reaches the internet.
    fn servers(mail: &str, ports: &str) -> [Option<String>; 2] {
        let text = format!(
            r#""mail": {mail}, "egress": {{"default": "none", "maximum": "internet", "ports": [{ports}]}}, "concurrency": 4"#
        );
        let config = Config::parse(&EXAMPLE.replace(r#""concurrency": 4"#, &text)).unwrap();
        let engine = config.engines.values().next().unwrap();
        Egress::ALL
            .map(|egress| config.relay(engine, egress, None).map(|relay| relay.host.as_str().to_owned()))
    }

    #[test]
    fn mail_leaves_a_store_that_can_get_to_the_server() {
        let server = Some("mail.example.com".to_owned());
        assert_eq!(servers(r#"{"mode": "none"}"#, "443"), [None, None]);
        assert_eq!(servers(&smtp(""), "443, 587"), [None, server.clone()]);
        let near = smtp(r#", "to": {"cidrs": ["192.0.2.7/32"]}"#);
        assert_eq!(servers(&near, "443"), [server.clone(), server]);
    }

    #[test]
    fn an_engine_without_a_part_that_sends_mail_sends_none() {
        let mut config = example();
        config.mail = Mail::Smtp(crate::relay::tests::relay(
            &serde_json::json!({ "to": { "cidrs": ["192.0.2.7/32"] } }),
        ));
        for part in &mut engine_of(&mut config).definition.parts {
            part.mail = false;
        }
        let engine = config.engines.values().next().unwrap();
        assert_eq!(config.relay(engine, Egress::Internet, None), None);
    }

    #[test]
    fn a_mail_server_without_its_host_or_with_what_is_not_known_is_refused() {
        for mail in [
            smtp("").replace("mail.example.com", ""),
            smtp(r#", "password": "x""#),
            smtp("").replace("587", "0"),
        ] {
            let text =
                EXAMPLE.replace(r#""concurrency": 4"#, &format!(r#""mail": {mail}, "concurrency": 4"#));
            assert!(matches!(Config::parse(&text), Err(ConfigError::Malformed(_))), "{mail}");
        }
    }

    #[test]
    fn the_documented_configuration_is_understood() {
        let config = example();
        let engine = config.engine(&EngineKey::parse("woocommerce").unwrap()).unwrap();
        assert_eq!(engine.images["mariadb"], "localhost/mariadb:1");
        assert_eq!(config.cards()[0].title, "WooCommerce");
    }

    #[test]
    fn the_form_begins_with_the_engine_that_is_named_and_else_with_the_first_by_name() {
        let begins = |named: &str| {
            let second = r#""engines": {"atelier": {"chart": "../charts/woocommerce",
                            "images": {"wordpress": "localhost/wordpress:1", "mariadb": "localhost/mariadb:1"}}, "#;
            let text = EXAMPLE.replace(r#""engines": {"#, second);
            let config = Config::parse(&text.replacen('{', &format!("{{{named}"), 1))?;
            Ok::<_, ConfigError>(
                config.cards().into_iter().map(|card| card.key.to_string()).collect::<Vec<_>>(),
            )
        };
        assert_eq!(begins("").unwrap(), ["atelier", "woocommerce"]);
        assert_eq!(begins(r#""defaultEngine": "woocommerce", "#).unwrap(), ["woocommerce", "atelier"]);
        let error = begins(r#""defaultEngine": "gallery", "#).unwrap_err();
        assert!(matches!(error, ConfigError::Senseless { field: "defaultEngine", .. }), "{error}");
    }

    #[test]
    fn versions_are_those_told_of_the_very_image_and_else_its_tag() {
        let versions = example().cards()[0].versions.line();
        assert_eq!(versions, "WordPress 6.9.4 · WooCommerce 9.9.5 · mariadb 1");
        let error = Config::parse(&EXAMPLE.replace("MariaDB 10.11", "MariaDB")).unwrap_err().to_string();
        assert!(error.contains("titles with a version each"), "{error}");
    }

    #[test]
    fn certificates_are_checked_unless_it_says_otherwise() {
        assert!(!example().ingress.tls.insecure_skip_verify);
        let unchecked = EXAMPLE.replace(r#""secretName": """#, r#""insecureSkipVerify": true"#);
        assert!(Config::parse(&unchecked).unwrap().ingress.tls.insecure_skip_verify);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = Config::parse(&EXAMPLE.replace("checkSeconds", "checkSecond")).unwrap_err().to_string();
        assert!(error.contains("checkSecond"), "{error}");
    }

    #[test]
    fn a_configuration_under_which_nothing_could_be_made_is_refused() {
        for (from, to) in [
            (r#""concurrency": 4"#, r#""concurrency": 0"#),
            (r#""domainSuffix": "localhost""#, r#""domainSuffix": """#),
            (r#"{"app": "traefik"}"#, "{}"),
            (r#""deadlineSeconds": 600"#, r#""deadlineSeconds": 0"#),
            (r#""secretName": """#, r#""inFront": true"#),
            (
                r#""concurrency": 4"#,
                r#""egress": {"default": "internet", "maximum": "none"}, "concurrency": 4"#,
            ),
            (
                r#""concurrency": 4"#,
                r#""egress": {"default": "none", "maximum": "internet"}, "concurrency": 4"#,
            ),
            (r#""concurrency": 4"#, &format!(r#""mail": {}, "concurrency": 4"#, smtp(""))),
            (
                r#""concurrency": 4"#,
                &format!(r#""mail": {}, "concurrency": 4"#, smtp(r#", "to": {"namespace": "mail"}"#)),
            ),
        ] {
            assert!(EXAMPLE.contains(from), "{from}");
            assert!(
                matches!(Config::parse(&EXAMPLE.replace(from, to)), Err(ConfigError::Senseless { .. })),
                "{to}"
            );
        }
    }
}
