//! What a store's own secrets are made from: the Secret that was given, and a seed that stays the same for as long as the store does.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt, api::PostParams};
use store::StoreId;

use super::{ReconcileError, reconcile::Reconcile};
use crate::{
    act::secrets::{Given, Unusable, derived, need_a_seed},
    resource::Wanted,
    stores::credentials::{SEED, Seed, is_own, seed_alone},
};

impl Reconcile<'_> {
    /// What was given, or what is wrong with it. A seed that was made for the store counts before one that somebody wrote later.
    pub(super) async fn given(&self, wanted: &Wanted) -> Result<Result<Given, Unusable>, ReconcileError> {
        let secrets = self.beside();
        let made = self.id.seed_secret();
        let (given, made) = tokio::try_join!(secrets.get_opt(&wanted.credentials), secrets.get_opt(&made))?;
        let Some(given) = given else { return Ok(Err(Unusable::Missing(wanted.credentials.clone()))) };
        Ok(Given::read(&given, wanted).map(|mut given| {
            given.seed = made.as_ref().and_then(seed).or(given.seed);
            given
        }))
    }

    /// The secrets of a store that is being made, or why there are none. A seed is made where there is none yet.
    pub(super) async fn own_secrets(
        &self,
        wanted: &Wanted,
        mut given: Given,
    ) -> Result<Result<BTreeMap<String, String>, String>, ReconcileError> {
        let secrets = &wanted.engine.definition.secrets;
        if given.seed.is_none() && need_a_seed(secrets) {
            match make_seed(&self.beside(), &self.id).await {
                Ok(seed) => given.seed = seed,
                Err(kube::Error::Api(status)) if status.code == 403 => {
                    return Ok(Err(format!("The cluster does not let a seed be made: {}", status.message)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(derived(secrets, &given).map_err(|error| error.to_string()))
    }

    /// Those of the Secrets beside the Store that were made for it, and go with it. One that somebody wrote stays.
    pub(super) async fn made_secrets(&self) -> Result<Vec<String>, ReconcileError> {
        let secrets = self.beside();
        let names = [self.id.credentials_secret(), self.id.seed_secret()];
        let (credentials, seed) =
            tokio::try_join!(secrets.get_metadata_opt(&names[0]), secrets.get_metadata_opt(&names[1]))?;
        let found = [credentials, seed].into_iter().flatten();
        Ok(found.filter(|secret| is_own(secret.labels(), &self.id)).map(|secret| secret.name_any()).collect())
    }

    fn beside(&self) -> Api<Secret> {
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
