//! What a store's own secrets are made from: the Secret that was given, and a seed that stays the same for as long as the store does.

use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, ResourceExt,
    api::{ListParams, PartialObjectMeta, PostParams},
};
use store::{AdminPassword, Said, StoreId};

use super::{ReconcileError, reconcile::Reconcile};
use crate::{
    act::{
        certificate::CERTIFICATE,
        commands,
        manifests::{CREDENTIALS, Keys},
        secrets::{Given, Incomplete, Unusable, derived, need_a_seed},
    },
    relay::{self, Login, LoginError, Relay},
    resource::{
        CERTIFICATE_VERSION_ANNOTATION, MAIL_VERSION_ANNOTATION, STORE_LABEL, Wanted, action::ActionId,
    },
    stores::credentials::{NEW_PASSWORD, SEED, Seed, is_own, seed_alone},
};

impl Reconcile<'_> {
    /// What was given, or what is wrong with it. A seed that was made for the store counts before one that somebody wrote later.
    pub(super) async fn given(&self, wanted: &Wanted) -> Result<Result<Given, Unusable>, ReconcileError> {
        let secrets = self.beside();
        let made = self.id.seed_secret();
        let (given, made) = tokio::try_join!(secrets.get_opt(&wanted.credentials), secrets.get_opt(&made))?;
        let Some(given) = given else { return Ok(Err(Unusable::Missing(wanted.credentials.clone()))) };
        let mail = match self.login(wanted).await? {
            Ok(login) => login,
            Err(error) => return Ok(Err(error.into())),
        };
        Ok(Given::read(&given, wanted).map(|mut given| {
            given.seed = made.as_ref().and_then(seed).or(given.seed);
            given.mail = mail;
            given
        }))
    }

    /// With what the store's mail server lets it in.
    async fn login(&self, wanted: &Wanted) -> Result<Result<Login, LoginError>, ReconcileError> {
        let Some((relay, name)) = wanted.mail.as_ref().and_then(|relay| Some((relay, relay.secret()?)))
        else {
            return Ok(Ok(Login::default()));
        };
        let Some(secret) = self.beside().get_opt(name).await? else {
            return Ok(Err(LoginError::Missing(name.to_owned())));
        };
        Ok(relay.may_use(&secret, &self.id).and_then(|()| Login::read(&secret)))
    }

    /// Whether the mail server's user and password, or the certificate of all shops, are others by now than those that the store was given.
    pub(super) async fn is_given_outdated(
        &self,
        wanted: &Wanted,
        own: &[PartialObjectMeta<Secret>],
    ) -> Result<bool, ReconcileError> {
        let login = wanted.mail.as_ref().and_then(Relay::secret);
        let login = login.map(|name| (name, CREDENTIALS, MAIL_VERSION_ANNOTATION));
        let certificate = self.context.config.ingress.tls.of_all_shops();
        let certificate = certificate.map(|name| (name, CERTIFICATE, CERTIFICATE_VERSION_ANNOTATION));
        for (name, own_name, annotation) in login.into_iter().chain(certificate) {
            let Some(secret) = self.beside().get_metadata_opt(name).await? else { continue };
            let own = own.iter().find(|own| own.name_any() == own_name);
            let given = own.and_then(|own| own.annotations().get(annotation));
            if given.is_some_and(|given| relay::version(&secret.metadata).as_ref() != Some(given)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The secrets of a store that is being made, or why there are none. A seed is made where there is none yet.
    pub(super) async fn own_secrets(
        &self,
        wanted: &Wanted,
        mut given: Given,
    ) -> Result<Result<Keys, Said>, ReconcileError> {
        let secrets = &wanted.engine.definition.secrets;
        if given.seed.is_none() && need_a_seed(secrets) {
            match make_seed(&self.beside(), &self.id).await {
                Ok(seed) => given.seed = seed,
                Err(kube::Error::Api(status)) if status.code == 403 => {
                    return Ok(Err(Said::SeedNotMade { why: status.message.clone() }));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(derived(secrets, &given).map_err(Incomplete::said))
    }

    /// Those of the Secrets beside the Store that were made for it, and go with it. One that somebody wrote stays.
    pub(super) async fn made_secrets(&self) -> Result<Vec<String>, ReconcileError> {
        let own = self.labelled_secrets().await?;
        let is_named_so = |name: &String| {
            *name == self.id.credentials_secret()
                || *name == self.id.seed_secret()
                || *name == self.id.certificate_secret()
                || ActionId::is_secret_of(name, &self.id)
                || self.is_mail(name)
        };
        Ok(own.into_iter().filter(is_named_so).collect())
    }

    /// Takes away what let the store in at mail servers of its own that it has no more.
    pub(super) async fn drop_old_logins(&mut self, wanted: &Wanted) -> Result<(), ReconcileError> {
        let used = wanted.mail.as_ref().and_then(Relay::secret);
        let mut own = self.labelled_secrets().await?;
        own.retain(|name| self.is_mail(name) && Some(name.as_str()) != used);
        for name in own {
            let command = commands::delete_secret(&name, &self.context.config.namespace);
            if let Err(error) = self.run_through(command).await {
                // It goes with the next change, or with the store.
                tracing::warn!(store = %self.id, %error, "what let the store in at another mail server is left");
            }
        }
        Ok(())
    }

    fn is_mail(&self, secret: &str) -> bool {
        secret.starts_with(&self.id.mail_secrets())
    }

    /// Names of the Secrets beside the Store that say that they were made for it.
    async fn labelled_secrets(&self) -> Result<Vec<String>, ReconcileError> {
        let of_store = ListParams::default().labels(&format!("{STORE_LABEL}={}", self.id));
        let found = self.beside().list_metadata(&of_store).await?.items;
        Ok(found
            .iter()
            .filter(|secret| is_own(secret.labels(), &self.id))
            .map(ResourceExt::name_any)
            .collect())
    }

    /// The password that came with an action, unless it is gone.
    pub(super) async fn new_password(&self, action: &ActionId) -> Result<Option<AdminPassword>, kube::Error> {
        let secret = self.beside().get_opt(&action.secret(&self.id)).await?;
        let password = |secret: &Secret| {
            let text = secret.data.as_ref()?.get(NEW_PASSWORD)?;
            AdminPassword::parse(std::str::from_utf8(&text.0).ok()?).ok()
        };
        Ok(secret.filter(|secret| is_own(secret.labels(), &self.id)).as_ref().and_then(password))
    }

    pub(super) fn beside(&self) -> Api<Secret> {
        Api::namespaced(self.context.client.clone(), &self.context.config.namespace)
    }
}

/// The store's seed: the one that is there, whoever made it first.
async fn make_seed(secrets: &Api<Secret>, id: &StoreId) -> Result<Option<Seed>, kube::Error> {
    match secrets.create(&PostParams::default(), &seed_alone(id, &Seed::random())).await {
        Ok(made) => Ok(seed(&made)),
        Err(kube::Error::Api(status)) if status.code == 409 => {
            secrets.get(&id.seed_secret()).await.map(|found| seed(&found))
        }
        Err(error) => Err(error),
    }
}

fn seed(secret: &Secret) -> Option<Seed> {
    Seed::parse(std::str::from_utf8(&secret.data.as_ref()?.get(SEED)?.0).ok()?)
}

#[cfg(test)]
mod tests {
    use fake_cluster::Cluster;

    use super::*;

    #[tokio::test]
    async fn a_seed_is_made_once_and_is_the_same_ever_after_for_whoever_asks() {
        let cluster = Cluster::new();
        let secrets: Api<Secret> = Api::namespaced(cluster.client(), "storeyard");
        let [id, other] = ["atelier-nord", "casa-verde"].map(|id| StoreId::parse(id).unwrap());
        let (one, two) = tokio::join!(make_seed(&secrets, &id), make_seed(&secrets, &id));
        let (one, two) = (one.unwrap().unwrap(), two.unwrap().unwrap());
        assert_eq!(one, two);
        assert_eq!(make_seed(&secrets, &id).await.unwrap(), Some(one.clone()));
        assert_ne!(make_seed(&secrets, &other).await.unwrap(), Some(one));
        assert_eq!(cluster.kept_names("secrets"), [id.seed_secret(), other.seed_secret()]);
    }

    #[tokio::test]
    async fn a_secret_of_that_name_that_is_no_seed_is_none() {
        let cluster = Cluster::new();
        let id = StoreId::parse("atelier-nord").unwrap();
        cluster.keep("secrets", &id.seed_secret(), serde_json::json!({ "password": "aHVzaA==" }));
        let secrets: Api<Secret> = Api::namespaced(cluster.client(), "storeyard");
        assert_eq!(make_seed(&secrets, &id).await.unwrap(), None);
    }
}
