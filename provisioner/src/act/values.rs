//! What the chart is given. Nothing in it is secret: credentials are named, not told.

use serde_json::{Map, Value, json};
use store::plan::Resources;

use crate::{
    act::manifests::{CREDENTIALS, cpu, gibibytes, memory, pull_secret_name},
    config::{Config, EngineConfig},
    resource::Wanted,
};

pub fn values(wanted: &Wanted, config: &Config, engine: &EngineConfig) -> Value {
    let size = wanted.plan.size();
    let host = wanted.id.host(&config.domain_suffix);
    let tls = &config.ingress.tls;
    let secret = match (tls.enabled, tls.is_per_shop()) {
        (false, _) => String::new(),
        (true, true) => format!("{}-tls", wanted.id.release()),
        (true, false) => tls.secret_name.clone(),
    };
    let mut values = json!({
        "store": { "id": wanted.id, "title": wanted.name },
        "url": format!("{}://{host}", config.scheme),
        "host": host,
        "credentials": { "existingSecret": CREDENTIALS },
        "images": engine.images,
        "imagePullPolicy": "IfNotPresent",
        "imagePullSecrets": config.image_pull_secrets.iter().map(|name| pull_secret_name(name)).collect::<Vec<_>>(),
        "ingress": {
            "enabled": true,
            "className": config.ingress.class_name,
            "annotations": config.ingress.annotations,
            "tls": { "enabled": tls.enabled, "secretName": secret },
        },
        "persistence": {
            "storageClass": config.storage_class,
            "database": gibibytes(size.database_volume),
            "uploads": gibibytes(size.uploads),
        },
        "resources": { "wordpress": resources(size.web), "mariadb": resources(size.database) },
        "running": wanted.running,
        "plugin": engine.plugin,
        "sampleProducts": engine.sample_products,
    });
    if let Value::Object(map) = &mut values {
        merge(map, &engine.values);
    }
    values
}

fn resources(resources: Resources) -> Value {
    json!({
        "requests": { "cpu": cpu(resources.cpu_request), "memory": memory(resources.memory_request) },
        "limits": { "cpu": cpu(resources.cpu_limit), "memory": memory(resources.memory_limit) },
    })
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
    use store::Engine;

    use super::*;
    use crate::{config::tests::example, resource::view::tests::resource};

    fn of(config: &Config) -> Value {
        values(&resource(1).wanted().unwrap(), config, config.engine(Engine::WooCommerce).unwrap())
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
        config.engines.values_mut().for_each(|engine| engine.values = own.as_object().unwrap().clone());
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
        assert_eq!(of(&config)["ingress"]["tls"]["secretName"], "wildcard");
    }

    #[test]
    fn images_are_pulled_with_the_copies_of_the_platforms_secrets() {
        let mut config = example();
        assert_eq!(of(&config)["imagePullSecrets"], json!([]));
        config.image_pull_secrets = vec!["registry".into()];
        assert_eq!(of(&config)["imagePullSecrets"], json!(["pull-registry"]));
    }
}
