//! The site's files: the page's WebAssembly, its style and the public files, compressed ahead of time.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::command;
use crate::env::Env;
use crate::key::{Key, files_below};
use crate::progress::Step;

/// Raise it when the way of building changes.
const RECIPE: &str = "3";
/// Leptos asks for `pkg/storeyard.{js,wasm,css}`: `LEPTOS_OUTPUT_NAME` in `.cargo/config.toml`.
const NAME: &str = "storeyard";
/// What the page is compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";
/// Of the checkout.
const STYLE: &str = "style";
const PUBLIC: &str = "public";
/// What a first page may load at most, compressed.
pub(crate) const MODULE_BUDGET: u64 = 150_000;
pub(crate) const SCRIPT_BUDGET: u64 = 10_000;
/// What gets smaller by compressing.
const COMPRESSIBLE: [&str; 7] = ["js", "wasm", "css", "svg", "html", "txt", "json"];

/// Builds the site and gives back its folder.
///
/// # Errors
/// A build fails.
pub fn build(env: &Env) -> Result<PathBuf> {
    ensure_target(env)?;
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
                .args(["--config", &nameless(env)?])
                .current_dir(&env.paths.checkout)
                .env("CARGO_TARGET_DIR", env.paths.target()),
        )?;
        Ok(env.paths.target().join(TARGET).join(PROFILE).join("frontend.wasm"))
    })?;

    let style = style(&env.paths.checkout.join(STYLE))?;
    let public = env.paths.checkout.join(PUBLIC);
    let bytes = fs::read(&module).with_context(|| format!("{} cannot be read", module.display()))?;
    if let Some(place) = builders(env).into_iter().find(|place| tells_of(&bytes, place)) {
        bail!("the module for browsers tells of {}: whoever loads a page could read it", place.display());
    }
    let key = Key::new().part(RECIPE).part(bytes).part(&style).folder(&public)?.short();
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
    env.reporter.step("putting the site together", "build-site", |step| {
        step.detail("binding the module to its script");
        lay_out(&env.paths.checkout, &module, &half_made)?;
        step.detail("");
        compress(&half_made, step)?;
        fits(&half_made.join("pkg"))
    })?;
    fs::rename(&half_made, &site).with_context(|| format!("{} cannot be put in place", site.display()))?;
    Ok(site)
}

/// Puts the site together, without anything compressed, in a folder in which nothing is, or will stay.
///
/// # Errors
/// The module cannot be bound, or a file cannot be read or written.
pub(crate) fn lay_out(checkout: &Path, module: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let (pkg, public) = (folder.join("pkg"), checkout.join(PUBLIC));
    fs::create_dir_all(&pkg)?;
    bind(module, &pkg)?;
    fs::write(pkg.join(format!("{NAME}.css")), style(&checkout.join(STYLE))?)?;
    for file in files_below(&public)? {
        let target = folder.join(file.strip_prefix(&public).unwrap_or(&file));
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&file, target)?;
    }
    Ok(())
}

/// Compiles the page's module quickly, whatever size it has, for whoever waits for it.
///
/// # Errors
/// It does not compile.
pub(crate) fn module_at_hand(env: &Env) -> Result<PathBuf> {
    ensure_target(env)?;
    let mut build = Command::new("cargo");
    build
        .args(["build", "--locked", "--package", "frontend", "--target", TARGET])
        .current_dir(&env.paths.checkout)
        .env("CARGO_TARGET_DIR", env.paths.target());
    ensure!(command::shown(&mut build)?.success(), "the page does not compile");
    Ok(env.paths.target().join(TARGET).join("debug/frontend.wasm"))
}

/// Where the builder keeps what the module is made of.
fn builders(env: &Env) -> Vec<PathBuf> {
    let home = std::env::home_dir();
    let cargo =
        std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home.clone()?.join(".cargo")));
    [Some(env.paths.checkout.clone()), cargo, home].into_iter().flatten().collect()
}

/// The configuration by which no path of the builder is in the module: places in the source are told of panics, and named by those.
fn nameless(env: &Env) -> Result<String> {
    // Of several that fit the last one counts, so the longest come last.
    let flags: Vec<String> =
        builders(env).iter().rev().map(|place| format!("--remap-path-prefix={}=", place.display())).collect();
    Ok(format!("build.rustflags={}", serde_json::to_string(&flags)?))
}

fn tells_of(module: &[u8], place: &Path) -> bool {
    let below = [place.as_os_str().as_encoded_bytes(), b"/"].concat();
    module.windows(below.len()).any(|part| part == below)
}

/// # Errors
/// A page would load more than it may.
fn fits(folder: &Path) -> Result<()> {
    for (file, budget) in [("wasm", MODULE_BUDGET), ("js", SCRIPT_BUDGET)] {
        let path = folder.join(format!("{NAME}.{file}.br"));
        let bytes = path.metadata().with_context(|| format!("{} is not there", path.display()))?.len();
        if bytes > budget {
            bail!("{NAME}.{file} has {bytes} bytes compressed, and a page may load {budget} of it");
        }
    }
    Ok(())
}

/// Adds rustc's target for the browser where rustup does not have it.
fn ensure_target(env: &Env) -> Result<()> {
    let libraries = command::output(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", TARGET])
            .current_dir(&env.paths.checkout),
    )?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    env.reporter.step(&format!("adding rustc's target {TARGET}"), "tools-rust-target", |step| {
        command::logged(
            step,
            Command::new("rustup").args(["target", "add", TARGET]).current_dir(&env.paths.checkout),
        )
    })
}

/// Writes the module as a browser loads it, and the script that loads it.
fn bind(module: &Path, folder: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(module)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("{} cannot be made ready for browsers", module.display()))?;
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
    fn the_module_is_bound_by_the_version_it_was_compiled_with() {
        let lock = include_str!("../../Cargo.lock");
        let version = |package: &str| {
            let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
            rest.split('"').next()
        };
        assert!(version("wasm-bindgen").is_some());
        assert_eq!(version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
    }

    #[test]
    fn a_page_that_would_load_more_than_it_may_is_not_built() {
        let folder = std::env::temp_dir().join(format!("storeyard-budget-test-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |file: &str, bytes: u64| fs::write(folder.join(file), vec![0; bytes as usize]).unwrap();
        write("storeyard.js.br", SCRIPT_BUDGET);
        write("storeyard.wasm.br", MODULE_BUDGET);
        let fitting = fits(&folder);
        write("storeyard.wasm.br", MODULE_BUDGET + 1);
        let larger = fits(&folder);
        fs::remove_dir_all(&folder).unwrap();
        fitting.unwrap();
        let told = larger.unwrap_err().to_string();
        assert!(told.starts_with("storeyard.wasm has 150001 bytes"), "{told}");
    }

    #[test]
    fn a_path_of_the_builder_is_found_in_a_module() {
        let module = b"\0asm at /home/ada/.cargo/registry/x.rs";
        assert!(tells_of(module, Path::new("/home/ada")));
        assert!(!tells_of(module, Path::new("/home/bo")));
    }

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
