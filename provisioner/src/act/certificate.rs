//! Certificates as a store's namespace has them, since an Ingress finds no Secret but those beside it: a copy of the one of all shops, or one
//! that was issued for the store alone.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt;
use serde_json::{Value, json};
use store::StoreId;

use super::manifests::metadata;
use crate::{relay::version, resource::CERTIFICATE_VERSION_ANNOTATION, stores::credentials};

/// What the copy is called, whatever the platform's is.
pub const CERTIFICATE: &str = "certificate";
const KEYS: [&str; 2] = ["tls.crt", "tls.key"];
const KIND: &str = "kubernetes.io/tls";
/// Its annotations say by whom and for what a certificate was issued, without which another one is.
const ISSUER: &str = "cert-manager.io/";

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The Secret {name} with the certificate of all shops has nothing at the key {key}: make it with `kubectl create secret tls`."
)]
pub struct NoCertificate {
    name: String,
    key: &'static str,
}

/// The copy of the platform's, which says of which version that is.
pub fn copy(id: &StoreId, of_platform: &Secret) -> Result<Value, NoCertificate> {
    let mut data = json!({});
    for key in KEYS {
        let value = of_platform.data.as_ref().and_then(|data| data.get(key));
        let value = value.filter(|value| !value.0.is_empty());
        data[key] = json!(value.ok_or_else(|| NoCertificate { name: of_platform.name_any(), key })?);
    }
    let mut metadata = metadata(id, CERTIFICATE);
    metadata["annotations"] = json!({ CERTIFICATE_VERSION_ANNOTATION: version(&of_platform.metadata) });
    Ok(json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": KIND, "data": data }))
}

/// The Secret of a certificate that is the store's alone.
pub fn own_name(id: &StoreId) -> String {
    format!("{}-tls", id.release())
}

/// What is kept of it beside the Store when its namespace goes; None where there is no certificate in it.
pub(crate) fn kept(id: &StoreId, issued: &Secret) -> Option<Secret> {
    let value = |key: &str| Some((key.to_owned(), issued.data.as_ref()?.get(key)?.clone()));
    let data: BTreeMap<_, _> = KEYS.into_iter().map(value).collect::<Option<_>>()?;
    let mut kept = credentials::certificate(id);
    kept.metadata.annotations = Some(of_issuer(issued));
    kept.type_ = Some(KIND.to_owned());
    kept.data = Some(data);
    Some(kept)
}

/// The same in the store's namespace again, for whoever issued it to go on with.
pub(crate) fn restored(id: &StoreId, kept: &Secret) -> Value {
    let metadata =
        json!({ "name": own_name(id), "namespace": id.namespace(), "annotations": of_issuer(kept) });
    json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": KIND, "data": kept.data })
}

fn of_issuer(secret: &Secret) -> BTreeMap<String, String> {
    let annotations = secret.annotations().iter().filter(|(name, _)| name.starts_with(ISSUER));
    annotations.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(data: &Value) -> Secret {
        let metadata = json!({ "name": "wildcard", "uid": "u", "resourceVersion": "7" });
        serde_json::from_value(json!({ "metadata": metadata, "data": data })).unwrap()
    }

    fn id() -> StoreId {
        StoreId::parse("atelier-nord-x7k2q").unwrap()
    }

    #[test]
    fn a_copy_has_the_certificate_and_its_key_and_says_of_which_version_they_are() {
        let of_platform = secret(&json!({ "tls.crt": "Yw==", "tls.key": "aw==", "ca.crt": "YQ==" }));
        let copy = copy(&id(), &of_platform).unwrap();
        assert_eq!(copy["metadata"]["namespace"], "store-atelier-nord-x7k2q");
        assert_eq!(copy["metadata"]["annotations"][CERTIFICATE_VERSION_ANNOTATION], "u.7");
        assert_eq!(copy["data"], json!({ "tls.crt": "Yw==", "tls.key": "aw==" }));
    }

    #[test]
    fn half_a_certificate_is_refused_by_the_key_that_it_lacks() {
        for (data, key) in [
            (json!({ "tls.crt": "Yw==" }), "tls.key"),
            (json!({ "tls.crt": "", "tls.key": "aw==" }), "tls.crt"),
        ] {
            let refused = copy(&id(), &secret(&data)).unwrap_err().to_string();
            assert!(refused.contains("wildcard") && refused.contains(key), "{refused}");
        }
    }

    #[test]
    fn what_was_issued_comes_back_as_it_was_with_its_issuers_word_and_nobody_elses() {
        let mut issued = secret(&json!({ "tls.crt": "Yw==", "tls.key": "aw==", "ca.crt": "YQ==" }));
        let told = [("cert-manager.io/issuer-name", "letsencrypt"), ("meta.helm.sh/release-name", "x")];
        issued.annotations_mut().extend(told.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let kept = kept(&id(), &issued).unwrap();
        assert!(kept.name_any() == id().certificate_secret() && credentials::is_own(kept.labels(), &id()));
        let again = restored(&id(), &kept);
        assert_eq!(again["metadata"]["name"], "store-atelier-nord-x7k2q-tls");
        assert_eq!(again["metadata"]["annotations"], json!({ "cert-manager.io/issuer-name": "letsencrypt" }));
        assert_eq!(again["data"], json!({ "tls.crt": "Yw==", "tls.key": "aw==" }));
        assert_eq!(super::kept(&id(), &secret(&json!({ "tls.key": "aw==" }))), None);
    }
}
