//! An engine is a folder, not Rust: what is shipped knows none by name.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the names stand of what shipped engines are made of, each a folder.
const NAMED_IN: [&str; 2] = ["charts", "images"];
/// What is in those folders and no part of an engine.
const PLATFORM: &str = "platform";

/// Crates whose code is in a shipped program, or in the page. The one exception is xtask, which is in neither: it makes the images of the
/// engine that ships, and tries it.
const SHIPPED: [&str; 8] =
    ["access", "app", "engine", "frontend", "listen", "provisioner", "server", "store"];

#[test]
fn no_shipped_code_names_an_engine() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout");
    let names: Vec<String> = NAMED_IN.iter().flat_map(|folder| folders(&checkout.join(folder))).collect();
    assert!(names.contains(&"woocommerce".to_owned()), "{names:?}");
    let mut found = Vec::new();
    for folder in SHIPPED {
        for file in sources(&checkout.join(folder).join("src")) {
            let name = file.strip_prefix(checkout).expect("a file of the checkout").display().to_string();
            let text = fs::read_to_string(&file).expect("a source file is text");
            let lines = before_tests(&text).lines().enumerate();
            let naming = lines.filter(|(_, line)| {
                let line = line.to_lowercase();
                names.iter().any(|name| line.contains(name))
            });
            found.extend(naming.map(|(n, line)| format!("{name}:{}: {}", n + 1, line.trim())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Names of the folders in a folder, but for the platform's.
fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder of folders");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name != PLATFORM).collect()
}

/// What stands before the tests of a file, which are at its end.
fn before_tests(text: &str) -> &str {
    let marks = text.match_indices("#[cfg(test)]\n");
    let opens_a_module = |(at, mark): &(usize, &str)| {
        text[at + mark.len()..]
            .lines()
            .next()
            .is_some_and(|line| line.contains("mod ") && line.ends_with('{'))
    };
    marks.into_iter().find(opens_a_module).map_or(text, |(at, _)| &text[..at])
}

/// Files of Rust below a folder, but for those that are all tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}
