//! What a store's release is to be made from, and the names by which it is known whether it already is.

use std::{fs, io, path::Path};

use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Address, AdminEmail, AdminUser, Millis, Plan, StoreId, StoreName};

use super::{
    manifests::{gibibytes, limits, policies},
    values::values,
};
use crate::{
    config::{Config, EngineConfig},
    observe::volumes::Volumes,
    resource::{Wanted, change::Release},
};

/// Hexadecimal digits of a name: two of them and a dash fit a label's value.
const DIGITS: usize = 12;

/// What helm is given, and its name.
#[derive(Clone, Debug)]
pub struct Target {
    pub release: Release,
    pub values: Value,
}

/// What an engine's chart is at the moment. A folder may have other content under the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartContent(String);

impl ChartContent {
    /// # Errors
    /// The folder or archive cannot be read.
    pub fn read(chart: &str) -> io::Result<Self> {
        let mut digest = Sha256::new();
        if chart.starts_with("oci://") {
            // Its version is in the address.
            digest.update(chart);
        } else {
            add(&mut digest, Path::new(chart))?;
        }
        Ok(Self(digits(&digest.finalize())))
    }
}

fn add(digest: &mut Sha256, path: &Path) -> io::Result<()> {
    if !path.is_dir() {
        let name = path.file_name().unwrap_or_default();
        digest.update(name.as_encoded_bytes());
        digest.update(fs::read(path)?);
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| add(digest, entry))
}

/// What is wanted of the store's release.
pub fn target(
    wanted: &Wanted,
    config: &Config,
    engine: &EngineConfig,
    chart: &ChartContent,
    volumes: Option<&Volumes>,
) -> Target {
    let mut values = values(wanted, config, engine);
    for (name, size) in volumes.into_iter().flatten() {
        values["persistence"][name] = gibibytes(*size).into();
    }
    let offer = offer(wanted, config, engine, chart);
    let own = digits(&named(&values, wanted, config).finalize());
    let release = Release {
        id: format!("{offer}-{own}"),
        offer,
        plan: wanted.plan,
        running: wanted.running,
        address: Address { scheme: config.scheme, host: wanted.id.host(&config.domain_suffix) },
        updated: false,
        since: None,
    };
    Target { release, values }
}

/// The same for all stores of an engine: the name of what one would be made from that everybody could have asked for.
fn offer(wanted: &Wanted, config: &Config, engine: &EngineConfig, chart: &ChartContent) -> String {
    let anybodys = anybodys(wanted);
    let wanted = anybodys.as_ref().unwrap_or(wanted);
    let values = values(wanted, config, engine);
    digits(&named(&values, wanted, config).chain_update(&chart.0).finalize())
}

/// What stands around the chart counts as well: a platform that fences its stores otherwise offers something else.
fn named(values: &Value, wanted: &Wanted, config: &Config) -> Sha256 {
    let around =
        [limits(&wanted.id, wanted.plan, &config.ingress.tls), policies(&wanted.id, &config.ingress)];
    Sha256::new().chain_update(values.to_string()).chain_update(Value::from(around.concat()).to_string())
}

fn anybodys(wanted: &Wanted) -> Option<Wanted> {
    Some(Wanted {
        id: StoreId::parse("shop-00000").ok()?,
        name: StoreName::parse("Shop").ok()?,
        engine: wanted.engine,
        plan: Plan::Small,
        user: AdminUser::parse("admin").ok()?,
        email: AdminEmail::parse("admin@shop.example").ok()?,
        owner: None,
        running: true,
        change_asked: None,
        attempt: 1,
        created: Millis(0),
        requested: Millis(0),
        deleting: None,
    })
}

fn digits(digest: &[u8]) -> String {
    digest.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use store::Engine;

    use super::*;
    use crate::{config::tests::example, resource::view::tests::resource};

    fn release(change: impl FnOnce(&mut Wanted, &mut Config)) -> Release {
        let (mut wanted, mut config) = (resource(1).wanted().unwrap(), example());
        change(&mut wanted, &mut config);
        let engine = config.engine(Engine::WooCommerce).unwrap();
        target(&wanted, &config, engine, &ChartContent("0".into()), None).release
    }

    #[test]
    fn the_same_is_made_from_the_same_and_its_name_fits_a_label() {
        let one = release(|_, _| ());
        assert_eq!(one, release(|_, _| ()));
        assert!(one.id.len() <= 63 && one.id.starts_with(&one.offer), "{}", one.id);
    }

    #[test]
    fn what_a_store_asks_for_is_its_own_and_what_the_platform_gives_is_everybodys() {
        let one = release(|_, _| ());
        let stopped = release(|wanted, _| wanted.running = false);
        assert!(stopped.offer == one.offer && stopped.id != one.id);
        let larger = release(|wanted, _| wanted.plan = Plan::Large);
        assert!(larger.offer == one.offer && larger.id != one.id);
        let image = |_: &mut Wanted, config: &mut Config| {
            let engine = config.engines.get_mut(&Engine::WooCommerce).unwrap();
            engine.images.insert("wordpress".into(), "localhost/wordpress:2".into());
        };
        assert_ne!(release(image).offer, one.offer);
    }

    #[test]
    fn a_chart_of_other_content_is_another_one() {
        let folder = std::env::temp_dir().join(format!("storeyard-chart-test-{}", std::process::id()));
        fs::create_dir_all(folder.join("templates")).unwrap();
        let content = |text: &str| {
            fs::write(folder.join("templates/a.yaml"), text).unwrap();
            ChartContent::read(folder.to_str().unwrap()).unwrap()
        };
        let (one, same, other) = (content("a: 1"), content("a: 1"), content("a: 2"));
        fs::remove_dir_all(&folder).unwrap();
        assert!(one == same && one != other);
        assert!(ChartContent::read("/nowhere/at/all").is_err());
    }
}
