//! The engines that the platform carries: each chart with an `engine.yaml`. And the images that are built from their folder alone: each
//! `images/<name>` with an `image.yaml` in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::carried::Version;
use super::program::Program;
use super::recipe::{Builder, Recipe};
use super::{Image, Packages, npm};
use crate::env::Env;

const DESCRIPTION: &str = "image.yaml";
const DEFINITION: &str = "engine.yaml";

/// What an `image.yaml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// The component whose version the image has; it is Storeyard's where none is named.
    version: Option<String>,
    /// Titles of components, by their names.
    #[serde(default)]
    told: BTreeMap<String, String>,
    /// Where in the image its npm packages are listed.
    npm: Option<String>,
    /// The crate of this checkout whose program it runs.
    program: Option<String>,
}

/// What an `engine.yaml` says of images.
#[derive(Debug, Deserialize)]
struct Definition {
    images: Vec<String>,
}

/// Names of the images of each engine, by the name of its chart.
///
/// # Errors
/// A definition cannot be read.
pub fn carried(checkout: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let definitions: BTreeMap<String, Definition> = described(&checkout.join("charts"), DEFINITION)?;
    Ok(definitions.into_iter().map(|(name, definition)| (name, definition.images)).collect())
}

/// Makes the images whose archives are missing.
///
/// # Errors
/// A build fails.
pub fn ensure(env: &Env) -> Result<()> {
    make(env, &mut Builder::new(env, Packages::Kept)?).map(drop)
}

/// Images by their names: made if their archives are missing, or if they lack the newest packages where those are wanted.
pub(super) fn make(env: &Env, builder: &mut Builder<'_>) -> Result<BTreeMap<String, Image>> {
    let described = described(&env.paths.checkout.join("images"), DESCRIPTION)?;
    let made = described.into_iter().map(|(name, description)| {
        let image = builder.image(&recipe(env, &name, description)?)?;
        Ok((name, image))
    });
    made.collect()
}

fn recipe<'a>(env: &Env, name: &str, description: Description) -> Result<Recipe<'a>> {
    let version = description.version.map_or(Version::Storeyard, Version::Package);
    let mut recipe = Recipe::new(name, version);
    recipe.told = description.told.into_iter().collect();
    if let Some(list) = description.npm {
        recipe.linked = Box::new(move |container| npm::components(container, &list));
    }
    if let Some(name) = description.program {
        let program = Program::compile(env, &name)?;
        recipe.extra.extend(program.files());
        recipe.linked = Box::new(move |_| program.crates());
    }
    Ok(recipe)
}

/// What stands in `file` of each folder that has one, by the folder's name.
fn described<T: DeserializeOwned>(folders: &Path, file: &str) -> Result<BTreeMap<String, T>> {
    let unread = |path: &Path| format!("{} cannot be read", path.display());
    let mut described = BTreeMap::new();
    for entry in fs::read_dir(folders).with_context(|| unread(folders))? {
        let entry = entry?;
        let file = entry.path().join(file);
        if !file.exists() {
            continue;
        }
        let text = fs::read_to_string(&file).with_context(|| unread(&file))?;
        let description =
            serde_saphyr::from_str(&text).with_context(|| format!("{} is not understood", file.display()))?;
        described.insert(entry.file_name().to_string_lossy().into_owned(), description);
    }
    Ok(described)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// What platform.rs makes.
    const OF_CODE: [&str; 3] = ["mariadb", "platform", "wordpress"];

    fn checkout() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn every_folder_of_an_image_is_described_or_has_code_of_its_own() {
        let images = checkout().join("images");
        let described: BTreeMap<String, Description> = described(&images, DESCRIPTION).unwrap();
        for entry in fs::read_dir(images).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert_ne!(described.contains_key(&name), OF_CODE.contains(&name.as_str()), "{name}");
        }
        assert!(
            described
                .values()
                .all(|it| it.version.as_ref().is_none_or(|version| it.told.contains_key(version))),
            "{described:?}"
        );
    }

    #[test]
    fn every_engine_has_images_that_are_made_here() {
        let carried = carried(&checkout()).unwrap();
        assert!(carried.len() > 1 && !carried.contains_key("platform"), "{carried:?}");
        for (engine, images) in carried {
            assert!(!images.is_empty(), "{engine}");
            for image in images {
                assert!(checkout().join("images").join(&image).is_dir(), "{engine}: {image}");
            }
        }
    }
}
