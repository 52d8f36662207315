//! What the chart is given. Nothing in it is secret: credentials are named, not told.

use engine::{Facts, values::Ingress};
use serde_json::{Map, Value};

use crate::{
    act::{
        certificate::{self, CERTIFICATE},
        manifests::{CREDENTIALS, pull_secret_name},
    },
    config::Config,
    relay::Relay,
    resource::Wanted,
};

pub fn values(wanted: &Wanted, config: &Config) -> Value {
    let engine = &wanted.engine;
    let host = wanted.id.host(&config.domain_suffix);
    let tls = &config.ingress.tls;
    let secret = match (tls.enabled, tls.is_per_shop()) {
        (false, _) => String::new(),
        (true, true) => certificate::own_name(&wanted.id),
        (true, false) => CERTIFICATE.to_owned(),
    };
    let pull_secrets: Vec<String> =
        config.image_pull_secrets.iter().map(|name| pull_secret_name(name)).collect();
    let mail = wanted.mail.as_ref().map(Relay::server);
    let mut values = engine.definition.values.fill(&Facts {
        id: wanted.id.as_str(),
        title: wanted.name.as_str(),
        url: &format!("{}://{host}", config.scheme),
        host: &host,
        secret: CREDENTIALS,
        pull_secrets: &pull_secrets,
        storage_class: &config.storage_class,
        ingress: Ingress {
            class: &config.ingress.class_name,
            annotations: &config.ingress.annotations,
            tls: tls.enabled,
            tls_secret: &secret,
        },
        scheduling: &config.scheduling,
        images: &engine.images,
        options: &engine.options,
        chosen: &wanted.options,
        sizes: &wanted.sizes,
        running: wanted.running,
        egress: wanted.egress,
        safe_mode: wanted.safe_mode,
        mail: mail.as_ref(),
    });
    merge(&mut values, &engine.values);
    values.into()
}

/// As helm merges values: maps by key, everything else replaced.
fn merge(into: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (into.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        config::tests::{engine_of, example},
        resource::view::tests::resource,
    };

    fn of(config: &Config) -> Value {
        values(&resource().wanted(config).unwrap(), config)
    }

    #[test]
    fn the_chart_is_told_who_and_where_it_is() {
        let values = of(&example());
        assert_eq!(values["store"], json!({ "id": "atelier-nord-x7k2q", "title": "Atelier Nord" }));
        assert_eq!(values["url"], "http://store-atelier-nord-x7k2q.localhost");
        assert_eq!(values["resources"]["mariadb"]["limits"]["memory"], "384Mi");
    }

    #[test]
    fn values_name_credentials_and_hold_none() {
        let text = of(&example()).to_string();
        assert!(text.contains(r#""existingSecret":"credentials""#));
        for secret in ["password", "ada@atelier.example"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }

    #[test]
    fn what_the_configuration_adds_wins_and_leaves_its_neighbours() {
        let mut config = example();
        let own = json!({ "persistence": { "database": "9Gi" }, "extra": [1] });
        engine_of(&mut config).values = own.as_object().unwrap().clone();
        let values = of(&config);
        assert_eq!(values["persistence"]["database"], "9Gi");
        assert_eq!(values["persistence"]["uploads"], "3Gi");
        assert_eq!(values["extra"], json!([1]));
    }

    #[test]
    fn a_certificate_is_the_stores_own_unless_one_is_named() {
        let mut config = example();
        config.ingress.tls.enabled = true;
        assert_eq!(of(&config)["ingress"]["tls"]["secretName"], "store-atelier-nord-x7k2q-tls");
        config.ingress.tls.secret_name = "wildcard".into();
        assert_eq!(of(&config)["ingress"]["tls"]["secretName"], CERTIFICATE);
    }

    #[test]
    fn images_are_pulled_with_the_copies_of_the_platforms_secrets() {
        let mut config = example();
        assert_eq!(of(&config)["imagePullSecrets"], json!([]));
        config.image_pull_secrets = vec!["registry".into()];
        assert_eq!(of(&config)["imagePullSecrets"], json!(["pull-registry"]));
    }
}
