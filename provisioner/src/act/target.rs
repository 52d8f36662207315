//! What a store's release is to be made from, and the names by which it is known whether it already is.

use std::sync::Arc;

use engine::size::Disk;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Address, AdminEmail, Egress, Millis, Options, StoreId, StoreName};

use super::{
    manifests::{limits, policies},
    values::values,
};
use crate::{
    config::Config,
    observe::volumes::Volumes,
    relay::Relay,
    resource::{Wanted, change::Release, hexadecimal},
};

/// Hexadecimal digits of a name: two of them and a dash fit a label's value.
const DIGITS: usize = 12;

/// What helm is given, and its name.
#[derive(Clone, Debug)]
pub struct Target {
    pub release: Release,
    pub values: Value,
}

/// What is wanted of the store's release.
pub fn target(wanted: &Wanted, config: &Config, volumes: Option<&Volumes>) -> Target {
    let offer = offer(wanted, config);
    let mut sized = wanted.clone();
    sized.sizes.volumes.extend(volumes.into_iter().flatten().map(|(name, size)| (name.clone(), Disk(*size))));
    let values = values(&sized, config);
    let own = digits(&named(&values, wanted, config).finalize());
    let release = Release {
        id: format!("{offer}-{own}"),
        offer,
        plan: wanted.plan,
        running: wanted.running,
        safe_mode: wanted.safe_mode,
        address: Address { scheme: config.scheme, host: wanted.id.host(&config.domain_suffix) },
        versions: wanted.engine.versions.clone(),
        updated: false,
        since: None,
    };
    Target { release, values }
}

/// The same for all stores of an engine: the name of what one would be made from that everybody could have asked for.
fn offer(wanted: &Wanted, config: &Config) -> String {
    let anybodys = anybodys(wanted, config);
    let wanted = anybodys.as_ref().unwrap_or(wanted);
    let chart = &wanted.engine.chart;
    let named = named(&values(wanted, config), wanted, config);
    digits(&named.chain_update(&chart.reference).chain_update(&chart.digest).finalize())
}

/// What stands around the chart counts as well: a platform that fences its stores otherwise offers something else.
fn named(values: &Value, wanted: &Wanted, config: &Config) -> Sha256 {
    let engine = &wanted.engine.definition;
    let around = [
        limits(&wanted.id, engine, &wanted.sizes, &config.ingress.tls),
        policies(&wanted.id, engine, wanted.outward(), config),
    ];
    let login = wanted.mail.as_ref().and_then(Relay::secret).unwrap_or_default();
    Sha256::new()
        .chain_update(values.to_string())
        .chain_update(Value::from(around.concat()).to_string())
        .chain_update(login)
}

fn anybodys(wanted: &Wanted, config: &Config) -> Option<Wanted> {
    let (plan, sizes) = wanted.engine.definition.plans.first_key_value()?;
    Some(Wanted {
        id: StoreId::parse("shop-00000").ok()?,
        name: StoreName::parse("Shop").ok()?,
        engine: Arc::clone(&wanted.engine),
        plan: *plan,
        sizes: sizes.clone(),
        user: None,
        email: AdminEmail::parse("admin@shop.example").ok()?,
        owner: None,
        running: true,
        egress: Egress::None,
        safe_mode: false,
        mail: config.mail.relay().filter(|_| wanted.engine.definition.has_mail()).cloned(),
        options: wanted.engine.definition.settled(&Options::new()).ok()?,
        change_asked: None,
        credentials: String::new(),
        retry: None,
        created: Millis(0),
        requested: Millis(0),
        deleting: None,
    })
}

fn digits(digest: &[u8]) -> String {
    hexadecimal(&digest[..DIGITS / 2])
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::PlanName;

    use super::*;
    use crate::{
        config::tests::{engine_of, example},
        relay::{Mail, tests::relay},
        resource::view::tests::resource,
    };

    /// Of a store under a configuration that is changed before, and which is changed itself after.
    fn release(configure: impl FnOnce(&mut Config), change: impl FnOnce(&mut Wanted)) -> Release {
        let mut config = example();
        configure(&mut config);
        let mut wanted = resource().wanted(&config).unwrap();
        change(&mut wanted);
        target(&wanted, &config, None).release
    }

    #[test]
    fn the_same_is_made_from_the_same_and_its_name_fits_a_label() {
        let one = release(|_| (), |_| ());
        assert_eq!(one, release(|_| (), |_| ()));
        assert!(one.id.len() <= 63 && one.id.starts_with(&one.offer), "{}", one.id);
    }

    #[test]
    fn what_a_store_asks_for_is_its_own_and_what_the_platform_gives_is_everybodys() {
        let one = release(|_| (), |_| ());
        let stopped = release(|_| (), |wanted| wanted.running = false);
        assert!(stopped.offer == one.offer && stopped.id != one.id);
        let safe = release(|_| (), |wanted| wanted.safe_mode = true);
        assert!(safe.offer == one.offer && safe.id != one.id && safe.safe_mode);
        let larger = release(
            |_| (),
            |wanted| {
                wanted.plan = PlanName::Large;
                wanted.sizes = wanted.engine.sizes(PlanName::Large).unwrap().clone();
            },
        );
        assert!(larger.offer == one.offer && larger.id != one.id);
        let german = release(|_| (), |wanted| drop(wanted.options.insert("language".into(), "de_DE".into())));
        assert!(german.offer == one.offer && german.id != one.id);
        let image = |config: &mut Config| {
            engine_of(config).images.insert("wordpress".into(), "localhost/wordpress:2".into());
        };
        assert_ne!(release(image, |_| ()).offer, one.offer);
    }

    #[test]
    fn a_chart_of_other_content_is_another_one() {
        let chart = |config: &mut Config| engine_of(config).chart.digest.push('0');
        assert_ne!(release(chart, |_| ()).offer, release(|_| (), |_| ()).offer);
    }

    #[test]
    fn another_mail_server_is_offered_to_all_and_told_to_those_that_get_there() {
        let mail = |config: &mut Config| config.mail = Mail::Smtp(relay(&json!({})));
        let (before, closed) = (release(|_| (), |_| ()), release(mail, |_| ()));
        assert_ne!(closed.offer, before.offer);
        let values = |mail: fn(&mut Config)| {
            let mut config = example();
            mail(&mut config);
            target(&resource().wanted(&config).unwrap(), &config, None).values["mail"].clone()
        };
        assert_eq!(values(|config| config.mail = Mail::Smtp(relay(&json!({}))))["mode"], "none");
        let near = |config: &mut Config| {
            config.mail =
                Mail::Smtp(relay(&json!({ "credentials": "smtp", "to": { "cidrs": ["192.0.2.7/32"] } })));
        };
        let told = json!({ "mode": "smtp", "host": "mail.example.com", "port": 587, "tls": "starttls", "from": "shop@example.com" });
        assert_eq!(values(near), told);
        let open = |config: &mut Config| {
            config.mail = Mail::Smtp(relay(&json!({ "to": { "cidrs": ["192.0.2.7/32"] } })));
        };
        assert_ne!(release(near, |_| ()).offer, release(open, |_| ()).offer, "the server asks who it is");
    }

    #[test]
    fn to_be_told_what_is_in_an_image_is_no_change() {
        let told = |config: &mut Config| {
            engine_of(config).versions = store::Versions::parse("Shop 1.2").unwrap();
        };
        let (before, after) = (release(|_| (), |_| ()), release(told, |_| ()));
        assert_eq!(after.id, before.id);
        assert_eq!(after.versions.line(), "Shop 1.2");
    }

    #[test]
    fn volumes_are_as_large_as_they_can_be_made() {
        let config = example();
        let wanted = resource().wanted(&config).unwrap();
        let volumes = [("database".to_owned(), 9)].into();
        let values = target(&wanted, &config, Some(&volumes)).values;
        assert_eq!(values["persistence"]["database"], "9Gi");
        assert_eq!(values["persistence"]["uploads"], "3Gi");
    }
}
