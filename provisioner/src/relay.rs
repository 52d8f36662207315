//! The server by which a store's mail leaves, and the way there.

use std::{collections::BTreeMap, fmt};

use ipnet::IpNet;
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt;
use serde::Deserialize;
use store::{
    MailMode, MailServer, Said, StoreId,
    mail::{MailHost, MailPort, MailSender, MailTls},
};

use crate::resource::STORE_LABEL;

/// How the platform has its stores send mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub enum Mail {
    #[default]
    None,
    Smtp(Relay),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Relay {
    pub host: MailHost,
    pub port: MailPort,
    pub tls: MailTls,
    pub from: MailSender,
    /// The Secret beside the Stores with user and password; empty where the server asks for none.
    #[serde(default)]
    pub credentials: String,
    #[serde(default)]
    pub to: Whereabouts,
    /// The store's own: then its Secret has to say so.
    #[serde(skip)]
    pub is_own: bool,
}

/// Where a server is whose address is no public one: then stores reach it there, and nothing else, whatever else they may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Whereabouts {
    #[serde(default)]
    pub cidrs: Vec<IpNet>,
    /// Of its pods; empty where it has none in this cluster.
    #[serde(default)]
    pub namespace: String,
    #[serde(default)]
    pub pod_labels: BTreeMap<String, String>,
    /// At which its pods listen, where the Service in front of them has another port.
    #[serde(default)]
    pub pod_port: Option<MailPort>,
}

impl Mail {
    pub fn relay(&self) -> Option<&Relay> {
        match self {
            Self::None => None,
            Self::Smtp(relay) => Some(relay),
        }
    }
}

impl Relay {
    pub fn server(&self) -> MailServer {
        MailServer { host: self.host.clone(), port: self.port, tls: self.tls, from: self.from.clone() }
    }

    /// The Secret with user and password.
    pub fn secret(&self) -> Option<&str> {
        (!self.credentials.is_empty()).then_some(self.credentials.as_str())
    }
}

impl Whereabouts {
    /// Whether it is said where the server is: else it is somewhere on the internet.
    pub fn is_known(&self) -> bool {
        !self.cidrs.is_empty() || !self.namespace.is_empty()
    }
}

pub fn mode(relay: Option<&Relay>) -> MailMode {
    relay.map_or(MailMode::None, |_| MailMode::Smtp)
}

/// With what a mail server lets a store in. It can be neither printed nor serialised.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
    /// That its certificate may be of, as PEM; empty for the public ones.
    pub authorities: String,
    /// Of the Secret that they come from, by which it is known whether they are others now.
    pub version: Option<String>,
}

/// What is wrong with the Secret of a mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginError {
    Missing(String),
    Lacks { secret: String, key: &'static str },
    Anothers { secret: String, id: StoreId },
}

impl LoginError {
    /// In a sentence.
    pub fn said(self) -> Said {
        match self {
            Self::Missing(secret) => Said::LoginMissing { secret },
            Self::Lacks { secret, key } => Said::LoginLacks { secret, key: key.to_owned() },
            Self::Anothers { secret, id } => {
                Said::LoginOfOther { secret, label: format!("{STORE_LABEL}={id}") }
            }
        }
    }
}

pub(crate) const USER: &str = "user";
pub(crate) const PASSWORD: &str = "password";
const AUTHORITIES: &str = "ca.crt";

impl Relay {
    /// Whether the Secret is for this: else a store could be given what is the platform's, or another's, and take it to a server of its own.
    ///
    /// # Errors
    /// It is not.
    pub fn may_use(&self, secret: &Secret, id: &StoreId) -> Result<(), LoginError> {
        let is_of_store = secret.labels().get(STORE_LABEL).is_some_and(|label| label == id.as_str());
        if self.is_own && !is_of_store {
            return Err(LoginError::Anothers { secret: secret.name_any(), id: id.clone() });
        }
        Ok(())
    }
}

impl Login {
    /// # Errors
    /// A key is missing, empty or no text. With authorities alone, the server asks for neither user nor password.
    pub fn read(secret: &Secret) -> Result<Self, LoginError> {
        let value = |key: &str| secret.data.as_ref().and_then(|data| data.get(key));
        let lacks = |key| LoginError::Lacks { secret: secret.name_any(), key };
        let text = |key: &'static str| {
            let text = value(key).and_then(|value| std::str::from_utf8(&value.0).ok());
            // A file's last line end is no part of it.
            let text = text.map(|text| text.trim_end_matches(['\r', '\n'])).filter(|text| !text.is_empty());
            text.map(str::to_owned).ok_or_else(|| lacks(key))
        };
        let word = |key| {
            text(key)
                .and_then(|text| if text.contains(char::is_control) { Err(lacks(key)) } else { Ok(text) })
        };
        let authorities = value(AUTHORITIES).map(|_| text(AUTHORITIES)).transpose()?;
        let asks = authorities.is_none() || [USER, PASSWORD].into_iter().any(|key| value(key).is_some());
        let (user, password) =
            if asks { (word(USER)?, word(PASSWORD)?) } else { <(String, String)>::default() };
        let version = version(&secret.metadata);
        Ok(Self { user, password, authorities: authorities.unwrap_or_default(), version })
    }
}

/// Another one as soon as anything of the Secret is.
pub fn version(secret: &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta) -> Option<String> {
    Some(format!("{}.{}", secret.uid.as_deref()?, secret.resource_version.as_deref()?))
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// With `more` laid over it.
    pub(crate) fn relay(more: &Value) -> Relay {
        let mut relay =
            json!({ "host": "mail.example.com", "port": 587, "tls": "starttls", "from": "shop@example.com" });
        for (key, value) in more.as_object().unwrap() {
            relay[key] = value.clone();
        }
        serde_json::from_value(relay).unwrap()
    }

    fn secret(stated: &[(&str, &str)]) -> Secret {
        let byte_string = |text: &str| json!(k8s_openapi::ByteString(text.as_bytes().to_vec()));
        let data: BTreeMap<&str, Value> =
            stated.iter().map(|(key, text)| (*key, byte_string(text))).collect();
        let metadata = json!({ "name": "smtp", "uid": "u", "resourceVersion": "7" });
        serde_json::from_value(json!({ "metadata": metadata, "data": data })).unwrap()
    }

    #[test]
    fn user_and_password_are_read_without_a_files_last_line_end_and_are_never_printed() {
        let account =
            Login::read(&secret(&[("user", "shops\n"), ("password", "battery staple\r\n")])).unwrap();
        assert_eq!((account.user.as_str(), account.password.as_str()), ("shops", "battery staple"));
        assert_eq!(account.version.as_deref(), Some("u.7"));
        assert!(!format!("{account:?}").contains("battery"));
    }

    #[test]
    fn a_server_of_an_own_authority_may_ask_for_nobody() {
        let login = Login::read(&secret(&[("ca.crt", "-----BEGIN\nEND-----\n")])).unwrap();
        assert_eq!((login.user.as_str(), login.authorities.as_str()), ("", "-----BEGIN\nEND-----"));
    }

    #[test]
    fn a_store_takes_no_secret_to_a_server_of_its_own_that_is_not_its_own() {
        let [id, other] = ["atelier-nord", "casa-verde"].map(|id| StoreId::parse(id).unwrap());
        let (platforms, own) = (relay(&json!({})), Relay { is_own: true, ..relay(&json!({})) });
        let mut secret = secret(&[("user", "shops"), ("password", "battery staple")]);
        assert_eq!((platforms.may_use(&secret, &id), own.may_use(&secret, &id).is_ok()), (Ok(()), false));
        secret.labels_mut().insert(STORE_LABEL.to_owned(), id.to_string());
        assert_eq!((own.may_use(&secret, &id), own.may_use(&secret, &other).is_ok()), (Ok(()), false));
    }

    #[test]
    fn what_is_wrong_with_the_secret_is_said_by_key() {
        for (stated, key) in [
            (&[("user", "shops")][..], "password"),
            (&[("password", "battery")], "user"),
            (&[("user", "shops"), ("password", "")], "password"),
            (&[("user", "shops"), ("password", "battery\nstaple")], "password"),
            (&[("user", "shops"), ("ca.crt", "PEM")], "password"),
            (&[("ca.crt", "")], "ca.crt"),
        ] {
            let error = Login::read(&secret(stated)).unwrap_err().said().to_string();
            assert!(error.contains("The Secret smtp") && error.contains(&format!("key {key}")), "{error}");
            assert!(!error.contains("battery"), "{error}");
        }
    }
}
