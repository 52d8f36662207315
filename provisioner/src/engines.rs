//! The engines that this platform offers: what their charts' `engine.yaml` say, with what the configuration chooses. Read once, when a
//! process starts.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use engine::{Engine, EngineError, Options, Probe, Sizes, option};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::{Egress, EngineCard, EngineKey, EngineNote, MailMode, PlanCard, PlanName, Versions};

use crate::{
    config::{Config, EgressRules},
    relay,
    resource::hexadecimal,
};

/// What an engine is called beside its chart.
const DEFINITION: &str = "engine.yaml";

/// An engine as the configuration has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EngineConfig {
    /// A folder, an archive or an `oci://` address with its version after `@`.
    chart: String,
    /// The engine's definition, where the chart has none that could be read.
    #[serde(default)]
    definition: Option<PathBuf>,
    #[serde(default)]
    images: BTreeMap<String, String>,
    /// What is in which image, by its reference. Of one that is not named, its tag is told.
    #[serde(default)]
    versions: BTreeMap<String, Versions>,
    #[serde(default)]
    options: Options,
    /// Merged last over what the operator gives the chart.
    #[serde(default)]
    values: serde_json::Map<String, serde_json::Value>,
}

/// An engine that stores can be made of.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedEngine {
    pub key: EngineKey,
    pub definition: Engine,
    pub chart: Chart,
    pub images: BTreeMap<String, String>,
    /// What those images have in them, in the order of the definition.
    pub versions: Versions,
    /// What is chosen, and what holds where nothing is.
    pub options: Options,
    pub values: serde_json::Map<String, serde_json::Value>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// As the configuration has it.
    pub reference: String,
    /// Of all that is in it. One of a registry is named by its version, and has none.
    pub digest: String,
}

/// Why an engine cannot be offered. Displays as a sentence for whoever runs the platform.
#[derive(Debug, thiserror::Error)]
pub enum EngineConfigError {
    #[error(
        "The engine {key} is not known: {path} cannot be read, {source}. Give a folder with an {DEFINITION} in engines.{key}.chart, or \
         the file's own path in engines.{key}.definition"
    )]
    Unreadable { key: EngineKey, path: String, source: io::Error },
    #[error(
        "The engine {key} is not known: its chart {chart} is no folder, so its {DEFINITION} has to be named in engines.{key}.definition"
    )]
    NoDefinition { key: EngineKey, chart: String },
    #[error("The engine {key} is not understood: in {path}, {source}")]
    Refused { key: EngineKey, path: String, source: EngineError },
    #[error("The engine {key} has no image {image}: give its full reference in engines.{key}.images.{image}")]
    NoImage { key: EngineKey, image: String },
    #[error(
        "The engine {key} has nothing to do with the image {image}: take engines.{key}.images.{image} away"
    )]
    UnknownImage { key: EngineKey, image: String },
    #[error("The engine {key} does not take its options: engines.{key}.options.{source}")]
    Options { key: EngineKey, source: option::OptionError },
}

impl EngineConfig {
    /// Reads what the engine says, and holds the configuration against it.
    ///
    /// # Errors
    /// The definition cannot be read or is wrong, or the configuration does not fit it.
    pub(crate) fn offered(self, key: EngineKey) -> Result<OfferedEngine, EngineConfigError> {
        let folder = Path::new(&self.chart);
        let path = match self.definition {
            Some(path) => path,
            None if folder.extension().is_some_and(|end| end == "tgz") || self.chart.contains("://") => {
                return Err(EngineConfigError::NoDefinition { key, chart: self.chart });
            }
            None => folder.join(DEFINITION),
        };
        let unreadable = |path: &Path, source| EngineConfigError::Unreadable {
            key: key.clone(),
            path: path.display().to_string(),
            source,
        };
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
        let definition = Engine::parse(&text).map_err(|source| EngineConfigError::Refused {
            key: key.clone(),
            path: path.display().to_string(),
            source,
        })?;
        let digest = if self.chart.contains("://") {
            String::new()
        } else {
            digest(folder).map_err(|error| unreadable(folder, error))?
        };
        let is_given = |image: &&String| self.images.contains_key(*image);
        if let Some(image) = definition.images.iter().find(|image| !is_given(image)) {
            return Err(EngineConfigError::NoImage { key, image: image.clone() });
        }
        if let Some(image) = self.images.keys().find(|image| !definition.images.contains(image)) {
            return Err(EngineConfigError::UnknownImage { key, image: image.clone() });
        }
        let carried = definition.images.iter().filter_map(|image| {
            let reference = self.images.get(image)?;
            let told = self.versions.get(reference).filter(|told| !told.is_empty());
            Some(told.cloned().unwrap_or_else(|| Versions::of_image(image, reference)))
        });
        let versions = Versions::together(carried);
        let options = definition
            .options
            .settled(&self.options)
            .map_err(|source| EngineConfigError::Options { key: key.clone(), source })?;
        Ok(OfferedEngine {
            key,
            definition: definition.under(&options),
            chart: Chart { reference: self.chart, digest },
            images: self.images,
            versions,
            options,
            values: self.values,
        })
    }
}

impl OfferedEngine {
    pub fn sizes(&self, plan: PlanName) -> Option<&Sizes> {
        self.definition.plans.get(&plan)
    }

    /// What it is called, with what is chosen.
    pub fn title(&self) -> &str {
        self.definition.title(&self.options)
    }

    /// What somebody who chooses this engine, or has a store of it, has to know.
    pub fn notes(&self, mail: MailMode, config: &Config) -> Vec<EngineNote> {
        let is_unlimited = !config.volume_sizes_enforced && !self.definition.volumes.is_empty();
        let said = self.definition.notes(&self.options, mail).cloned().map(EngineNote::Said);
        said.chain(is_unlimited.then_some(EngineNote::SizesNotEnforced)).collect()
    }

    /// How its shop is asked whether it answers.
    pub fn probe(&self) -> &Probe {
        self.definition.probe(&self.options)
    }

    /// What a store of it may be allowed to reach, beginning with what it may where nobody chooses.
    pub fn egress(&self, rules: &EgressRules) -> Vec<Egress> {
        if self.definition.has_egress() { rules.offered() } else { vec![Egress::None] }
    }

    /// As the form offers it.
    pub fn card(&self, config: &Config) -> EngineCard {
        let plans = self.definition.plans.iter();
        let egress = self.egress(&config.egress);
        // Of a store that is made as the form begins.
        let mail = relay::mode(config.relay(self, egress.first().copied().unwrap_or_default(), None));
        EngineCard {
            key: self.key.clone(),
            title: self.title().to_owned(),
            summary: self.definition.summary(&self.options).clone(),
            versions: self.versions.clone(),
            notes: self.notes(mail, config),
            account: self.definition.account,
            plans: plans.map(|(name, sizes)| PlanCard::new(*name, sizes.allowance())).collect(),
            egress,
            questions: self.definition.questions(&self.options).cloned().collect(),
        }
    }
}

/// A short name of what is in a file, or in all files of a folder.
fn digest(chart: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    list(chart, chart, &mut files)?;
    files.sort();
    let mut digest = Sha256::new();
    for (name, path) in files {
        let content = fs::read(path)?;
        for part in [name.as_bytes(), &content] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
    }
    Ok(hexadecimal(&digest.finalize()[..8]))
}

fn list(path: &Path, root: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        files.push((name, path.to_owned()));
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(&entry?.path(), root, files)?;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::*;

    /// A chart in a folder that goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let path = std::env::temp_dir().join(format!("storeyard-chart-{:x}", rand::random::<u64>()));
            fs::create_dir_all(path.join("templates")).unwrap();
            let folder = Self(path);
            folder.write(DEFINITION, include_str!("../../charts/woocommerce/engine.yaml"));
            folder.write("templates/page.yaml", "kind: Service");
            folder
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join(name), text).unwrap();
        }

        fn offered(&self, change: impl FnOnce(&mut Value)) -> Result<OfferedEngine, EngineConfigError> {
            let images = json!({ "wordpress": "localhost/wordpress:1", "mariadb": "localhost/mariadb:1" });
            let mut config = json!({ "chart": self.0, "images": images });
            change(&mut config);
            let config: EngineConfig = serde_json::from_value(config).unwrap();
            config.offered(EngineKey::parse("shop").unwrap())
        }

        fn refused(&self, change: impl FnOnce(&mut Value)) -> String {
            self.offered(change).unwrap_err().to_string()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    fn engines_in(folder: &str) -> Vec<PathBuf> {
        let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let engines: Vec<PathBuf> = folders.filter(|folder| !folder.ends_with("platform")).collect();
        assert!(!engines.is_empty(), "{folder}");
        engines
    }

    #[test]
    fn every_chart_of_an_engine_has_a_definition_that_is_understood() {
        for folder in ["../charts", "../docs/engines"].into_iter().flat_map(engines_in) {
            let text = fs::read_to_string(folder.join(DEFINITION)).unwrap();
            assert_eq!(Engine::parse(&text).map(drop), Ok(()), "{}", folder.display());
        }
    }

    #[test]
    fn a_definition_that_is_wrong_is_refused_with_file_field_and_sentence() {
        let folder = Folder::new();
        let text = include_str!("../../charts/woocommerce/engine.yaml");
        folder.write(DEFINITION, &text.replace("path: /wp-admin/", "path: wp-admin"));
        let sentence = folder.refused(|_| {});
        for part in ["engine.yaml", "admin.path (line ", "write a path below the shop's address"] {
            assert!(sentence.contains(part), "{sentence}");
        }
    }

    #[test]
    fn a_chart_without_a_definition_says_where_one_can_be_named() {
        let folder = Folder::new();
        fs::remove_file(folder.0.join(DEFINITION)).unwrap();
        assert!(folder.refused(|_| {}).contains("engines.shop.definition"));
        for chart in ["oci://registry.example/charts/shop@1.2.3", "/charts/shop.tgz"] {
            let sentence = folder.refused(|config| config["chart"] = json!(chart));
            assert!(sentence.contains(chart) && sentence.contains("engines.shop.definition"), "{sentence}");
        }
    }

    #[test]
    fn a_definition_may_stand_apart_from_its_chart() {
        let folder = Folder::new();
        let engine = folder.offered(|config| {
            config["chart"] = json!("oci://registry.example/charts/shop@1.2.3");
            config["definition"] = json!(folder.0.join(DEFINITION));
        });
        let engine = engine.unwrap();
        assert_eq!(engine.chart.digest, "");
        assert_eq!(engine.title(), "WooCommerce");
    }

    #[test]
    fn a_packed_chart_has_its_definition_apart_and_is_known_by_what_is_in_it() {
        let folder = Folder::new();
        let engine = |content: &str| {
            folder.write("shop-1.2.3.tgz", content);
            let engine = folder.offered(|config| {
                config["chart"] = json!(folder.0.join("shop-1.2.3.tgz"));
                config["definition"] = json!(folder.0.join(DEFINITION));
            });
            engine.unwrap().chart.digest
        };
        let first = engine("packed");
        assert_eq!(first.len(), 16);
        assert!(engine("packed") == first && engine("packed anew") != first);
    }

    #[test]
    fn a_configuration_that_does_not_fit_the_engine_is_refused_by_name() {
        let folder = Folder::new();
        let sentence = folder.refused(|config| config["images"] = json!({ "wordpress": "a:1" }));
        assert!(sentence.contains("engines.shop.images.mariadb"), "{sentence}");
        let sentence = folder.refused(|config| config["images"]["redis"] = json!("a:1"));
        assert!(sentence.contains("engines.shop.images.redis"), "{sentence}");
        let sentence = folder.refused(|config| config["options"] = json!({ "plug": true }));
        assert!(sentence.contains("engines.shop.options.plug is not one of"), "{sentence}");
        let sentence = folder.refused(|config| config["options"] = json!({ "plugins": "mine" }));
        assert!(
            sentence.contains("options.plugins is mine, but has to be one of own, managed"),
            "{sentence}"
        );
    }

    #[test]
    fn what_cannot_sell_is_not_offered_as_a_shop() {
        let plain = Folder::new().offered(|config| config["options"] = json!({ "plugin": false })).unwrap();
        let card = plain.card(&crate::config::tests::example());
        assert_eq!(card.title, "WordPress");
        assert!(card.notes.iter().any(|note| note.to_string().contains("without products or a cart")));
        let asked: Vec<&str> = card.questions.iter().map(|question| question.name.as_str()).collect();
        assert_eq!(asked, ["language", "timeZone"]);
    }

    #[test]
    fn a_part_that_is_not_chosen_is_none_of_the_shop() {
        let folder = Folder::new();
        let size = "{requests: {cpu: 1m, memory: 16Mi}, limits: {cpu: 1m, memory: 16Mi}}";
        let text = include_str!("../../charts/woocommerce/engine.yaml")
            .replacen("\nparts:\n", "\nparts:\n  - {when: {plugin: false}, name: blog, title: Blog}\n", 1)
            .replace("    parts:\n", &format!("    parts:\n      blog: {size}\n"));
        folder.write(DEFINITION, &text);
        let has_blog = |plugin: bool| {
            let engine = folder.offered(|config| config["options"] = json!({ "plugin": plugin })).unwrap();
            let is_sized = engine.definition.plans.values().all(|sizes| sizes.parts.contains_key("blog"));
            (engine.definition.part("blog").is_some(), is_sized)
        };
        assert_eq!(has_blog(false), (true, true));
        assert_eq!(has_blog(true), (false, false));
    }

    #[test]
    fn a_chart_that_changed_has_another_digest() {
        let folder = Folder::new();
        let digest = || folder.offered(|_| {}).unwrap().chart.digest;
        let first = digest();
        assert_eq!(first, digest());
        folder.write("templates/page.yaml", "kind: Deployment");
        let second = digest();
        folder.write("templates/more.yaml", "");
        assert!(first != second && second != digest(), "{first} {second}");
    }
}
