//! Nothing in the repository floats: every image reference has a tag that is no `latest`, and every manifest has its lock file.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const FLOATING: &str = "latest";
/// Values that charts have to refuse.
const REFUSED: &str = "/ci/bad/";
/// Manifests, and what each has beside it.
const LOCKED: [(&str, &str); 2] = [("go.mod", "go.sum"), ("package.json", "package-lock.json")];

#[test]
fn no_file_names_what_moves_by_itself() {
    let texts = texts();
    let found = texts.iter().flat_map(|(path, text)| {
        let overridden = overridden(path, &texts);
        floating(path, text).into_iter().filter(move |line| !is_overridden(line, &overridden))
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_a_locked_package_asks_for_as_the_latest_is_pinned_by_an_override() {
    let lock = ("end/package-lock.json", format!("\"a\": \"{FLOATING}\",\n\"b\": \"{FLOATING}\""));
    let manifest = ("end/package.json".to_owned(), r#"{"overrides": {"a": "1.2.3"}}"#.to_owned());
    let overridden = overridden(lock.0, &[manifest]);
    let mut lines = floating(lock.0, &lock.1);
    lines.retain(|line| !is_overridden(line, &overridden));
    assert_eq!(lines, [format!("end/package-lock.json: \"b\": \"{FLOATING}\"")]);
}

#[test]
fn every_manifest_has_its_lock_file() {
    let files = tracked();
    assert!(files.contains(&"Cargo.lock".to_owned()));
    for (manifest, lock) in LOCKED {
        let manifests: Vec<&String> = files.iter().filter(|file| file_name(file) == manifest).collect();
        assert!(!manifests.is_empty(), "there is no {manifest} any more");
        for found in manifests {
            let beside = Path::new(found).with_file_name(lock);
            assert!(files.iter().any(|file| Path::new(file) == beside), "{found} has no {lock}");
        }
    }
}

#[test]
fn references_are_found_where_images_are_named() {
    let yaml = "image: a/b:1 # why\nimages: {one: \"a/c\", two: d:2}\nimages:\n  three: e\n  four: \"\"\nother: f\n- {name: pod, image: \"{{x}}\", imagePullPolicy: Always}\n";
    assert_eq!(references("values.yaml", yaml), ["a/b:1", "a/c", "d:2", "e"]);
    let recipe = "ARG BASE=debian:trixie\nARG MORE=x\nFROM ${BASE}\nFROM alpine AS build\nFROM scratch\n";
    assert_eq!(references("Containerfile", recipe), ["debian:trixie", "alpine"]);
    assert_eq!(references("Containerfile", "FROM ${BASE}"), ["${BASE}"]);
}

#[test]
fn a_reference_without_a_tag_or_digest_floats() {
    for floats in ["a/b", "a.example:5000/b", &format!("a/b:{FLOATING}"), "${BASE}"] {
        assert!(!is_pinned(floats), "{floats}");
    }
    for pinned in ["b:1", "a.example:5000/b:1-woo", "a/b@sha256:0123", "$(images.web)"] {
        assert!(is_pinned(pinned), "{pinned}");
    }
}

#[test]
fn a_version_that_moves_is_found_in_any_file() {
    for (path, text) in [
        ("package.json", format!("\"typescript\": \"{FLOATING}\"")),
        ("Cargo.toml", format!("features = [\"{FLOATING}\"]")),
        ("src/lib.rs", format!("pull(\"debian:{FLOATING}\")")),
        ("README.md", format!("go install a.example/b@{FLOATING}")),
        ("cluster/node/dns.yaml", "image: coredns".to_owned()),
    ] {
        assert_eq!(floating(path, &text).len(), 1, "{path}: {text}");
    }
}

fn floating(path: &str, text: &str) -> Vec<String> {
    let unpinned = references(path, text).into_iter().filter(|reference| !is_pinned(reference));
    let words = text.lines().filter(|line| words(line).any(|word| moves(path, word))).map(str::trim);
    let mut found: Vec<&str> = words.collect();
    // One that is told as a reference need not be told again as a line.
    found.extend(unpinned.filter(|reference| !moves(path, reference)));
    found.into_iter().map(|what| format!("{path}: {what}")).collect()
}

/// Packages that a manifest of npm's gives in a version of its own, whoever asks for them. For its lock file alone.
fn overridden(path: &str, texts: &[(String, String)]) -> Vec<String> {
    let Some(folder) = path.strip_suffix("package-lock.json") else { return Vec::new() };
    let beside = format!("{folder}package.json");
    let manifest = texts.iter().find(|(path, _)| *path == beside).map(|(_, text)| text.as_str());
    let manifest: Value = serde_json::from_str(manifest.unwrap_or("null")).expect("a manifest is JSON");
    let overrides = manifest["overrides"].as_object().into_iter().flatten();
    overrides.map(|(name, _)| name.clone()).collect()
}

fn is_overridden(line: &str, overridden: &[String]) -> bool {
    overridden.iter().any(|name| line.contains(&format!(" \"{name}\": ")))
}

/// A word that stands for another version tomorrow. Code may use the word itself for other things.
fn moves(path: &str, word: &str) -> bool {
    let manifest = [".json", ".toml", ".yaml"].iter().any(|end| path.ends_with(end));
    let Some(rest) = word.strip_suffix(FLOATING) else { return false };
    match rest.strip_suffix([':', '@']) {
        Some(name) => !name.is_empty(),
        None => rest.is_empty() && manifest,
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || "\"'`,()[]{}<>".contains(c))
        .map(|word| word.trim_end_matches(['.', ';']))
}

/// Every image that a Containerfile or a YAML file names; a template's expressions and empty values are none.
fn references<'a>(path: &str, text: &'a str) -> Vec<&'a str> {
    match file_name(path) {
        "Containerfile" => text.lines().filter_map(|line| base(line, text)).collect(),
        name if name.ends_with(".yaml") => in_yaml(text),
        _ => Vec::new(),
    }
}

/// What a line of a Containerfile builds on; `${NAME}` stands for the default of that argument.
fn base<'a>(line: &'a str, recipe: &'a str) -> Option<&'a str> {
    let from = line.strip_prefix("FROM ")?.split_whitespace().next()?;
    let argument = from.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let default = argument.and_then(|name| {
        recipe.lines().find_map(|line| line.strip_prefix("ARG ")?.strip_prefix(name)?.strip_prefix('='))
    });
    (from != "scratch").then_some(default.unwrap_or(from))
}

fn in_yaml(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    // How far `images:` is indented, while in the block below it.
    let mut block = None;
    for line in text.lines().map(|line| line.split(" #").next().unwrap_or_default()) {
        let indent = line.len() - line.trim_start().len();
        block = block.filter(|outer| indent > *outer);
        if line.trim() == "images:" {
            block = Some(indent);
        }
        let in_flow = line.trim_start().starts_with("images: {");
        let pairs = line
            .split(['{', '}', ','])
            .filter_map(|pair| pair.trim_start_matches([' ', '-']).split_once(": "));
        for (key, value) in pairs {
            let value = value.trim().trim_matches('"');
            let names_image = key == "image" || (block.is_some() || in_flow) && key != "images";
            if names_image && !value.is_empty() {
                found.push(value);
            }
        }
    }
    found
}

fn is_pinned(reference: &str) -> bool {
    // What an engine's definition stands for is pinned where it is given.
    if reference.starts_with("$(") {
        return true;
    }
    let name = reference.rsplit('/').next().unwrap_or_default();
    match name.split_once(['@', ':']) {
        Some((_, tag)) => !tag.is_empty() && tag != FLOATING,
        None => false,
    }
}

fn texts() -> Vec<(String, String)> {
    let read = |path: String| Some((path.clone(), std::fs::read_to_string(checkout().join(path)).ok()?));
    let texts: Vec<_> =
        tracked().into_iter().filter(|path| !path.contains(REFUSED)).filter_map(read).collect();
    assert!(texts.len() > 100, "only {} files were looked at", texts.len());
    texts
}

fn tracked() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(checkout())
        .output()
        .expect("git lists the files");
    assert!(listed.status.success());
    String::from_utf8(listed.stdout)
        .expect("paths are UTF-8")
        .split_terminator('\0')
        .map(str::to_owned)
        .collect()
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
