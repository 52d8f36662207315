//! Plugins, themes and translations that a platform brings to all of its shops, beside WooCommerce: zips that are given in a folder once, kept
//! in the cache, and in every image until others are given.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::bill::{Component, Kind, Licence, Terms};
use crate::command;
use crate::env::Env;

/// Names the folder.
const VARIABLE: &str = "STOREYARD_PLUGINS";
/// Given instead of a folder it removes those that are kept.
const FORGET: &str = "none";
/// Of the cache.
const FOLDER: &str = "plugins";
/// Where they are in an image.
const BUNDLED: &str = "/usr/share/storeyard/bundled";
/// Prints what the file says of itself that a plugin, a theme or a translation begins with: its path in the zip and its first lines.
const PRINT: &str = "
import json, re, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
for name in sorted(archive.namelist()):
    for pattern, word in ((r'[^/]+/style[.]css', 'Theme Name:'), (r'[^/]+/[^/]+[.]php', 'Plugin Name:'),
                          (r'(?!admin-|continents-cities-)[^/]+[.]po', 'PO-Revision-Date:')):
        if re.fullmatch(pattern, name):
            text = archive.read(name)[:8192].decode('utf-8', 'replace')
            if word in text:
                print(json.dumps({'main': name, 'text': text}))
                sys.exit()
";

/// A plugin, a theme or a translation in a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Brought {
    zip: PathBuf,
    /// Where in the image it comes.
    folder: &'static str,
    /// The file that it begins with: of a plugin or theme below the folder that is in the zip.
    main: String,
    version: String,
}

#[derive(Deserialize)]
struct Printed {
    main: String,
    text: String,
}

/// All that is brought.
#[derive(Debug, Default)]
pub(super) struct All {
    /// With the zips in it; none where nothing is brought.
    pub(super) folder: Option<PathBuf>,
    brought: Vec<Brought>,
}

/// What is brought: the zips of the folder that is given, else those that are kept.
///
/// # Errors
/// One of them is no plugin or theme.
pub(super) fn find(env: &Env) -> Result<All> {
    let cache = env.paths.cache.join(FOLDER);
    fs::create_dir_all(&cache)?;
    let given = env::var_os(VARIABLE);
    match given.as_deref() {
        Some(word) if word == OsStr::new(FORGET) => replace(&cache, &[])?,
        Some(folder) => {
            let zips = zips(Path::new(folder)).with_context(|| format!("{VARIABLE} names no folder"))?;
            let all = zips.iter().map(|zip| read(zip)).collect::<Result<Vec<_>>>()?;
            ensure!(!all.is_empty(), "{VARIABLE} names {}, which has no zip in it", folder.display());
            replace(&cache, &zips)?;
        }
        None => {}
    }
    let brought = zips(&cache)?.iter().map(|zip| read(zip)).collect::<Result<Vec<_>>>()?;
    if !brought.is_empty() {
        let told: Vec<String> = brought.iter().map(Brought::to_string).collect();
        env.reporter.found(format!("{}, in every image; {VARIABLE}={FORGET} forgets them", told.join(", ")));
    }
    Ok(All { folder: (!brought.is_empty()).then_some(cache), brought })
}

impl All {
    /// For the image's bill.
    pub(super) fn components(&self) -> impl Iterator<Item = Component> {
        self.brought.iter().map(|one| Component {
            kind: Kind::WordPressPlugin,
            name: one.name().to_owned(),
            version: one.version.clone(),
            licence: Licence::InTerms,
            terms: Terms::File(format!("{BUNDLED}/{}/{}", one.folder, one.main)),
        })
    }
}

impl Brought {
    fn name(&self) -> &str {
        let main = self.main.as_str();
        main.split_once('/').map_or_else(|| main.trim_end_matches(".po"), |(folder, _)| folder)
    }
}

impl std::fmt::Display for Brought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name(), self.version)
    }
}

fn read(zip: &Path) -> Result<Brought> {
    let mut print = Command::new("python3");
    print.args(["-c", PRINT]).arg(zip);
    let none = || format!("{} is no zip of a plugin, theme or translation", zip.display());
    let printed: Printed =
        serde_json::from_str(&command::output(&mut print).with_context(none)?).with_context(none)?;
    let Printed { main, text } = printed;
    let (folder, version) = match Path::new(&main).extension().and_then(OsStr::to_str) {
        Some("po") => (translated(&text), field(&text, "PO-Revision-Date").split(' ').next()),
        Some("css") => ("themes", super::woocommerce::header(&text, "Version")),
        _ => ("plugins", super::woocommerce::header(&text, "Version")),
    };
    let version = version.filter(|version| !version.is_empty()).unwrap_or("0").to_owned();
    Ok(Brought { zip: zip.to_owned(), folder, main, version })
}

/// Where WordPress looks for a translation: it says itself what it is of, as WordPress' own directory writes it.
fn translated(text: &str) -> &'static str {
    match field(text, "Project-Id-Version").split(' ').next() {
        Some("Plugins") => "languages/plugins",
        Some("Themes") => "languages/themes",
        _ => "languages",
    }
}

/// A field of the header that a translation begins with; empty where there is none.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let of = |line: &'a str| line.strip_prefix('"')?.strip_prefix(name)?.strip_prefix(": ");
    let value = text.lines().find_map(of).unwrap_or_default();
    value.split("\\n").next().unwrap_or_default()
}

fn zips(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut zips = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("zip")) {
            zips.push(path);
        }
    }
    zips.sort();
    Ok(zips)
}

/// Keeps these instead of what is kept. They may be the same.
fn replace(cache: &Path, zips: &[PathBuf]) -> Result<()> {
    let half_made = cache.with_extension("half-made");
    if half_made.exists() {
        fs::remove_dir_all(&half_made)?;
    }
    fs::create_dir_all(&half_made)?;
    for zip in zips {
        let name = zip.file_name().unwrap_or_default();
        fs::copy(zip, half_made.join(name)).with_context(|| format!("{} cannot be kept", zip.display()))?;
    }
    fs::remove_dir_all(cache)?;
    fs::rename(&half_made, cache).with_context(|| format!("{} cannot be written", cache.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zips of these files, by the zip's name; the folder goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, zips: &[(&str, &str, &str)]) -> Self {
            let path = env::temp_dir().join(format!("storeyard-brought-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            for (zip, file, content) in zips {
                let file = path.join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(&file, content).unwrap();
                let top = file.strip_prefix(&path).unwrap().iter().next().unwrap();
                let mut pack = Command::new("python3");
                pack.args(["-m", "zipfile", "-c", zip]).arg(top).current_dir(&path);
                command::output(&mut pack).unwrap();
                let top = path.join(top);
                if top.is_dir() { fs::remove_dir_all(top).unwrap() } else { fs::remove_file(top).unwrap() }
            }
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    const PLUGIN: (&str, &str, &str) =
        ("a.zip", "gateway/gateway.php", "<?php\n/**\n * Plugin Name: Gateway\n * Version: 9.1\n */\n");
    const THEME: (&str, &str, &str) =
        ("b.zip", "atelier/style.css", "/*\nTheme Name: Atelier\nVersion: 2.0\n*/\n");

    #[test]
    fn a_plugin_and_a_theme_are_known_by_what_they_begin_with() {
        let folder = Folder::new("known", &[PLUGIN, THEME]);
        let all: Vec<Brought> = zips(&folder.0).unwrap().iter().map(|zip| read(zip).unwrap()).collect();
        let told: Vec<String> = all.iter().map(Brought::to_string).collect();
        assert_eq!(told, ["gateway 9.1", "atelier 2.0"]);
        let components: Vec<Component> = All { folder: None, brought: all }.components().collect();
        let terms = |at: usize| components[at].terms.clone();
        assert_eq!(terms(0), Terms::File(format!("{BUNDLED}/plugins/gateway/gateway.php")));
        assert_eq!(terms(1), Terms::File(format!("{BUNDLED}/themes/atelier/style.css")));
    }

    #[test]
    fn a_translation_says_what_it_is_of_and_of_when() {
        let pack = |zip, file, of: &str| {
            let text = format!(
                "# Translation\nmsgid \"\"\nmsgstr \"\"\n\"PO-Revision-Date: 2026-05-04 10:11:12+0000\\n\"\n\"Project-Id-Version: {of}\\n\"\n"
            );
            (zip, file, text)
        };
        let packs = [
            pack("a.zip", "de_DE.po", "WordPress - 7.1.x"),
            pack("b.zip", "woocommerce-de_DE.po", "Plugins - WooCommerce - Stable (latest release)"),
            pack("c.zip", "atelier-de_DE.po", "Themes - Atelier"),
        ];
        let packs = packs.each_ref().map(|(zip, file, text)| (*zip, *file, text.as_str()));
        let folder = Folder::new("translations", &packs);
        let all: Vec<Brought> = zips(&folder.0).unwrap().iter().map(|zip| read(zip).unwrap()).collect();
        let told: Vec<String> = all.iter().map(Brought::to_string).collect();
        assert_eq!(told, ["de_DE 2026-05-04", "woocommerce-de_DE 2026-05-04", "atelier-de_DE 2026-05-04"]);
        let terms: Vec<Terms> = All { folder: None, brought: all }.components().map(|it| it.terms).collect();
        let expected = ["de_DE.po", "plugins/woocommerce-de_DE.po", "themes/atelier-de_DE.po"];
        assert_eq!(terms, expected.map(|file| Terms::File(format!("{BUNDLED}/languages/{file}"))));
    }

    #[test]
    fn what_is_neither_is_refused_by_its_name() {
        let folder = Folder::new("neither", &[("c.zip", "notes/readme.txt", "Plugin Name: none")]);
        let refused = read(&folder.0.join("c.zip")).unwrap_err().to_string();
        assert!(refused.ends_with("c.zip is no zip of a plugin, theme or translation"), "{refused}");
        fs::write(folder.0.join("d.zip"), "<html>not found</html>").unwrap();
        assert!(read(&folder.0.join("d.zip")).is_err());
    }

    #[test]
    fn what_is_given_takes_the_place_of_what_is_kept_and_can_be_given_from_there() {
        let (folder, cache) = (Folder::new("given", &[PLUGIN, THEME]), Folder::new("kept", &[]));
        let names = || -> Vec<String> {
            let kept = zips(&cache.0).unwrap();
            kept.iter().map(|zip| zip.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        replace(&cache.0, &zips(&folder.0).unwrap()).unwrap();
        assert_eq!(names(), ["a.zip", "b.zip"]);
        let kept = zips(&cache.0).unwrap();
        replace(&cache.0, &kept[1..]).unwrap();
        assert_eq!(names(), ["b.zip"]);
        replace(&cache.0, &[]).unwrap();
        assert!(names().is_empty());
    }
}
