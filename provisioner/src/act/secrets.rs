//! What stands in the Secret that a store's chart reads: what was given, and the shop's own secrets, derived from the store's seed so that
//! every repeat gives the same.

use std::fmt::Write;

use engine::{Secret, secret::Source};
use hmac::{Hmac, KeyInit, Mac};
use k8s_openapi::api::core::v1;
use kube::ResourceExt;
use sha2::Sha256;
use store::{AdminEmail, AdminPassword, AdminUser, Said, admin::AdminPasswordError};

use crate::{
    act::manifests::Keys,
    relay::{Login, LoginError},
    resource::{STORE_LABEL, Wanted},
    stores::credentials::{ADMIN_EMAIL, ADMIN_PASSWORD, ADMIN_USER, SEED, Seed},
};

/// What is needed to derive a store's secrets, and can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    user: Option<AdminUser>,
    email: AdminEmail,
    password: AdminPassword,
    /// None where a Secret was written by hand: then the operator makes one that lasts.
    pub(crate) seed: Option<Seed>,
    /// With what the store's mail server lets it in.
    pub(crate) mail: Login,
}

/// What is wrong with the Secret that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    Missing(String),
    Anothers { secret: String, other: String },
    Lacks { secret: String, key: &'static str },
    Differs { secret: String, key: &'static str },
    Password { secret: String, why: AdminPasswordError },
    Seed { secret: String },
    Mail(LoginError),
}

impl Unusable {
    /// In a sentence.
    pub(crate) fn said(&self) -> Said {
        match self.clone() {
            Self::Missing(secret) => Said::CredentialsMissing { secret },
            Self::Anothers { secret, other } => Said::CredentialsOfOther { secret, other },
            Self::Lacks { secret, key } => Said::CredentialsLack { secret, key: key.to_owned() },
            Self::Differs { secret, key } => Said::CredentialsDiffer { secret, key: key.to_owned() },
            Self::Password { secret, why } => {
                Said::PasswordUnusable { secret, key: ADMIN_PASSWORD.to_owned(), why: why.to_string() }
            }
            Self::Seed { secret } => {
                Said::SeedGuessable { secret, key: SEED.to_owned(), min: Seed::MIN_CHARS }
            }
            Self::Mail(error) => error.said(),
        }
    }
}

impl From<LoginError> for Unusable {
    fn from(error: LoginError) -> Self {
        Self::Mail(error)
    }
}

impl Given {
    /// User and e-mail are the Store's; a Secret may have them as well, and then says the same.
    pub(crate) fn read(secret: &v1::Secret, wanted: &Wanted) -> Result<Self, Unusable> {
        let named = || wanted.credentials.clone();
        if let Some(other) = secret.labels().get(STORE_LABEL).filter(|id| *id != wanted.id.as_str()) {
            return Err(Unusable::Anothers { secret: named(), other: other.clone() });
        }
        let text = |key: &'static str| match secret.data.as_ref().and_then(|data| data.get(key)) {
            None => Ok(None),
            Some(value) => match std::str::from_utf8(&value.0) {
                Ok(text) if !text.is_empty() => Ok(Some(text)),
                _ => Err(Unusable::Lacks { secret: named(), key }),
            },
        };
        let user = wanted.user.as_ref().map(AdminUser::as_str);
        for (key, asked) in [(ADMIN_USER, user), (ADMIN_EMAIL, Some(wanted.email.as_str()))] {
            if text(key)?.is_some_and(|given| asked.is_some_and(|asked| given != asked)) {
                return Err(Unusable::Differs { secret: named(), key });
            }
        }
        let password =
            text(ADMIN_PASSWORD)?.ok_or_else(|| Unusable::Lacks { secret: named(), key: ADMIN_PASSWORD })?;
        let seed =
            text(SEED)?.map(|seed| Seed::parse(seed).ok_or_else(|| Unusable::Seed { secret: named() }));
        Ok(Self {
            user: wanted.user.clone(),
            email: wanted.email.clone(),
            password: AdminPassword::parse(password)
                .map_err(|why| Unusable::Password { secret: named(), why })?,
            seed: seed.transpose()?,
            mail: Login::default(),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Incomplete(&'static str);

impl Incomplete {
    /// In a sentence.
    pub(crate) fn said(self) -> Said {
        Said::CredentialsIncomplete { key: self.0.to_owned() }
    }
}

/// Whether any of the engine's keys is derived from a seed.
pub(crate) fn need_a_seed(secrets: &[Secret]) -> bool {
    secrets.iter().any(|secret| matches!(secret.from, Source::Seed { .. }))
}

/// What the engine's keys hold.
pub(crate) fn derived(secrets: &[Secret], given: &Given) -> Result<Keys, Incomplete> {
    let value = |secret: &Secret| match &secret.from {
        Source::User => {
            let user = given.user.as_ref().ok_or(Incomplete(ADMIN_USER))?;
            Ok(user.as_str().to_owned())
        }
        Source::Email => Ok(given.email.as_str().to_owned()),
        Source::Password => Ok(given.password.reveal().to_owned()),
        Source::Seed { prefix, digits, .. } => {
            let seed = given.seed.as_ref().ok_or(Incomplete(SEED))?;
            let keyed = keyed(seed.reveal().as_bytes(), &secret.key).ok_or(Incomplete(SEED))?;
            Ok(format!("{prefix}{}", keyed.get(..*digits).unwrap_or(&keyed)))
        }
        Source::MailUser => Ok(given.mail.user.clone()),
        Source::MailPassword => Ok(given.mail.password.clone()),
        Source::MailAuthorities => Ok(given.mail.authorities.clone()),
    };
    let data =
        secrets.iter().map(|secret| Ok((secret.key.clone(), value(secret)?))).collect::<Result<_, _>>()?;
    Ok(Keys { data, mail_version: given.mail.version.clone() })
}

fn keyed(seed: &[u8], label: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).ok()?;
    mac.update(label.as_bytes());
    let mut text = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        write!(text, "{byte:02x}").ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Map, Value, json};

    use super::*;
    use crate::{
        config::tests::{engine_of, example},
        resource::view::tests::resource,
    };

    const ONE: &str = "00112233445566778899aabbccddeeff";
    const TWO: &str = "ffeeddccbbaa99887766554433221100";

    fn wanted() -> Wanted {
        resource().wanted(&example()).unwrap()
    }

    /// The Secret with these keys, read for the store of the example.
    fn read(stated: &[(&str, &str)]) -> Result<Given, Unusable> {
        Given::read(&secret(stated), &wanted())
    }

    fn secret(stated: &[(&str, &str)]) -> v1::Secret {
        let data: Map<String, Value> = stated
            .iter()
            .map(|(key, text)| ((*key).to_owned(), json!(k8s_openapi::ByteString(text.as_bytes().to_vec()))))
            .collect();
        serde_json::from_value(json!({ "metadata": { "name": "by-hand" }, "data": data })).unwrap()
    }

    fn given(seed: &str) -> Given {
        read(&[(ADMIN_PASSWORD, "correct horse battery"), (SEED, seed)]).unwrap()
    }

    fn derived(given: &Given) -> Result<BTreeMap<String, String>, Incomplete> {
        super::derived(&engine_of(&mut example()).definition.secrets, given).map(|keys| keys.data)
    }

    #[test]
    fn repeats_give_the_same_and_labels_and_seeds_do_not() {
        let first = derived(&given(ONE)).unwrap();
        assert_eq!(first, derived(&given(ONE)).unwrap());
        assert_ne!(first["database-password"], first["database-root-password"]);
        assert_ne!(first["auth-key"], derived(&given(TWO)).unwrap()["auth-key"]);
        assert_eq!(first["auth-key"].len(), 64);
    }

    #[test]
    fn what_a_store_was_made_with_is_derived_for_ever() {
        let secrets = derived(&given(ONE)).unwrap();
        assert_eq!(secrets["admin-user"], "ada");
        assert_eq!(
            secrets["database-password"],
            "17f17b2f4893111cd74defb96460f2d3c7b68031288eeb1cb1cafb7d9b40ba6c"
        );
        assert_eq!(
            secrets["database-root-password"],
            "32999295d1db8a665ac57794ca6b06edd5a11c5101900c33b7e89289ca74d495"
        );
        assert_eq!(secrets["auth-key"], "4a2ba5f2d492a61a5fb56a936fbcb0a025e13d946c9ad9a747f1439208d6bcd9");
    }

    #[test]
    fn a_key_may_begin_as_its_program_wants_it() {
        let from = Source::Seed { prefix: "pk_".to_owned(), digits: 40, public: None };
        let secret = Secret { key: "auth-key".to_owned(), from };
        let key = super::derived(&[secret], &given(ONE)).unwrap().data.remove("auth-key").unwrap();
        assert_eq!(key.strip_prefix("pk_"), derived(&given(ONE)).unwrap()["auth-key"].get(..40));
    }

    #[test]
    fn what_the_mail_server_asks_for_is_there_under_its_keys_and_empty_where_it_asks_for_nothing() {
        let mut given = given(ONE);
        let keys = ["mail-user", "mail-password", "mail-ca"];
        let secrets = derived(&given).unwrap();
        assert_eq!(keys.map(|key| secrets[key].as_str()), ["", "", ""]);
        given.mail = Login {
            user: "shops".into(),
            password: "battery staple".into(),
            authorities: "PEM".into(),
            version: Some("u.7".into()),
        };
        let keys_of = super::derived(&engine_of(&mut example()).definition.secrets, &given).unwrap();
        assert_eq!(keys.map(|key| keys_of.data[key].as_str()), ["shops", "battery staple", "PEM"]);
        assert_eq!(keys_of.mail_version.as_deref(), Some("u.7"));
        assert!(!format!("{given:?} {keys_of:?}").contains("battery"));
    }

    #[test]
    fn the_seed_itself_does_not_reach_the_store() {
        assert!(!derived(&given(ONE)).unwrap().values().any(|value| value.contains(ONE)));
    }

    #[test]
    fn a_password_is_enough_and_nothing_is_derived_before_there_is_a_seed() {
        let mut given = read(&[(ADMIN_PASSWORD, "correct horse battery")]).unwrap();
        assert_eq!(derived(&given), Err(Incomplete(SEED)));
        given.seed = Seed::parse(ONE);
        let secrets = derived(&given).unwrap();
        let admin = ["admin-user", "admin-email", "admin-password"].map(|key| secrets[key].as_str());
        assert_eq!(admin, ["ada", "ada@atelier.example", "correct horse battery"]);
        assert!(!format!("{given:?}").contains("horse"));
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_said_by_key_and_never_by_content() {
        let password = (ADMIN_PASSWORD, "correct horse battery");
        let whole = [password, (ADMIN_USER, "ada"), (ADMIN_EMAIL, "ada@atelier.example"), (SEED, ONE)];
        assert!(read(&whole).is_ok());
        for (stated, sentence) in [
            (vec![], "has no text at the key admin-password"),
            (vec![(ADMIN_PASSWORD, "")], "has no text at the key admin-password"),
            (vec![(ADMIN_PASSWORD, "correct horse\n")], "contains a control character"),
            (vec![(ADMIN_PASSWORD, "horse")], "At least 12 characters"),
            (vec![password, (ADMIN_USER, "eve-horse")], "The admin-user in the Secret"),
            (vec![password, (ADMIN_EMAIL, "horse@shop.example")], "The admin-email in the Secret"),
            (vec![password, (SEED, "horse")], "could be guessed"),
        ] {
            let told = read(&stated).unwrap_err().said().to_string();
            assert!(told.contains(sentence) && !told.contains("horse"), "{told}");
        }
    }

    #[test]
    fn the_secret_of_another_store_is_not_used() {
        let mut others = secret(&[(ADMIN_PASSWORD, "correct horse battery"), (SEED, ONE)]);
        others.labels_mut().insert(STORE_LABEL.to_owned(), "casa-verde".to_owned());
        let told = Given::read(&others, &wanted()).unwrap_err();
        assert!(matches!(&told, Unusable::Anothers { other, .. } if other == "casa-verde"), "{told:?}");
        others.labels_mut().insert(STORE_LABEL.to_owned(), wanted().id.to_string());
        assert!(Given::read(&others, &wanted()).is_ok());
    }
}
