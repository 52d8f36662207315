//! The site's files: the page's WebAssembly, its style and the public files, compressed ahead of time.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command;
use crate::env::Env;
use crate::key::{Key, files_below};
use crate::progress::Step;

/// Raise it when the way of building changes.
const RECIPE: &str = "1";
/// Leptos asks for `pkg/storeyard.{js,wasm,css}`: `LEPTOS_OUTPUT_NAME` in `.cargo/config.toml`.
const NAME: &str = "storeyard";
/// What the page is compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";
/// What gets smaller by compressing.
const COMPRESSIBLE: [&str; 7] = ["js", "wasm", "css", "svg", "html", "txt", "json"];

/// Builds the site and gives back its folder.
///
/// # Errors
/// A build fails.
pub fn build(env: &Env) -> Result<PathBuf> {
    env.tools.build_wasm_bindgen(&env.paths, &env.reporter)?;
    let module = env.reporter.step("compiling the page", "build-page", |step| {
        command::logged(
            step,
            Command::new("cargo")
                .args([
                    "build",
                    "--locked",
                    "--package",
                    "frontend",
                    "--profile",
                    PROFILE,
                    "--target",
                    TARGET,
                ])
                .current_dir(&env.paths.checkout)
                .env("CARGO_TARGET_DIR", env.paths.target()),
        )?;
        Ok(env.paths.target().join(TARGET).join(PROFILE).join("frontend.wasm"))
    })?;

    let style = style(&env.paths.checkout.join("style"))?;
    let public = env.paths.checkout.join("public");
    let bytes = fs::read(&module).with_context(|| format!("{} cannot be read", module.display()))?;
    let bindgen = env.tools.wasm_bindgen.path();
    let key = Key::new()
        .part(RECIPE)
        .part(bindgen.as_os_str().as_encoded_bytes())
        .part(bytes)
        .part(&style)
        .folder(&public)?
        .short();
    let sites = env.paths.cache.join("site");
    let site = sites.join(&key);
    if site.is_dir() {
        return Ok(site);
    }
    // Nobody else is at work here: the lock is held. Older sites are in images by now.
    if sites.exists() {
        fs::remove_dir_all(&sites)?;
    }
    let half_made = sites.join("half-made");
    fs::create_dir_all(half_made.join("pkg"))?;
    env.reporter.step("putting the site together", "build-site", |step| {
        bind(env, &module, &half_made.join("pkg"), step)?;
        fs::write(half_made.join("pkg").join(format!("{NAME}.css")), style)?;
        for file in files_below(&public)? {
            let target = half_made.join(file.strip_prefix(&public).unwrap_or(&file));
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(&file, target)?;
        }
        compress(&half_made, step)
    })?;
    fs::rename(&half_made, &site).with_context(|| format!("{} cannot be put in place", site.display()))?;
    Ok(site)
}

fn bind(env: &Env, module: &Path, folder: &Path, step: &Step) -> Result<()> {
    command::logged(
        step,
        Command::new(env.tools.wasm_bindgen.path())
            .args([
                "--target",
                "web",
                "--no-typescript",
                "--remove-name-section",
                "--remove-producers-section",
            ])
            .args(["--out-name", NAME, "--out-dir"])
            .arg(folder)
            .arg(module),
    )?;
    fs::rename(folder.join(format!("{NAME}_bg.wasm")), folder.join(format!("{NAME}.wasm")))
        .context("wasm-bindgen made no module")
}

/// Every style sheet, in the order of their names.
fn style(folder: &Path) -> Result<String> {
    let sheets = files_below(folder)?;
    let sheets = sheets.iter().filter(|file| extension(file) == Some("css"));
    let sheets: Vec<String> = sheets.map(fs::read_to_string).collect::<std::io::Result<_>>()?;
    Ok(sheets.join("\n"))
}

fn compress(site: &Path, step: &Step) -> Result<()> {
    let files = files_below(site)?;
    for file in files.iter().filter(|file| extension(file).is_some_and(|name| COMPRESSIBLE.contains(&name))) {
        command::logged(step, Command::new("brotli").args(["--quality=11", "--keep", "--force"]).arg(file))?;
        command::logged(step, Command::new("gzip").args(["-9", "--no-name", "--keep", "--force"]).arg(file))?;
    }
    Ok(())
}

fn extension(file: &Path) -> Option<&str> {
    file.extension().and_then(OsStr::to_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheets_follow_each_other_by_name() {
        let folder = std::env::temp_dir().join(format!("storeyard-style-test-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in [("20-b.css", "b{}"), ("10-a.css", "a{}"), ("notes.txt", "no")] {
            fs::write(folder.join(name), text).unwrap();
        }
        let style = style(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(style, "a{}\nb{}");
    }
}
