//! What is linked into the platform's programs, beside what its image has from Debian. It changes only with what they depend on, and so is kept
//! between builds; a first time, it is listed while the programs are compiled.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::bill::{self, Component};
use crate::env::Env;
use crate::key::Key;
use crate::site;

/// Goes into every key: raise it when the way of listing changes.
const RECIPE: &str = "1";
/// What programs in images are compiled for.
pub(super) const NATIVE: &str =
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" };
/// What goes into images beside the binary.
const PROGRAMS: [&str; 2] = ["helm", "kubectl"];

/// Lists it, unless that was done; the programs have to be there, and the binary need not.
///
/// # Errors
/// cargo or go fails, or something comes without terms.
pub fn ensure(env: &Env) -> Result<()> {
    let list = list(env)?;
    if list.exists() {
        return Ok(());
    }
    env.reporter.step("listing what is linked into the programs", "linked", |step| {
        let mut linked = bill::crates(&env.paths.checkout, "server", NATIVE)?;
        linked.extend(bill::crates(&env.paths.checkout, "frontend", site::TARGET)?);
        for name in PROGRAMS {
            step.detail(name);
            linked.extend(bill::modules(&env.tools.made(name, name).path, &env.paths.cache)?);
        }
        // Only the newest is of use; older images have theirs inside.
        let folder = folder(env);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let half_made = list.with_extension("half-made");
        fs::write(&half_made, serde_json::to_vec(&linked)?)?;
        fs::rename(&half_made, &list).with_context(|| format!("{} cannot be put in place", list.display()))
    })
}

/// The list.
pub(super) fn into_platform(env: &Env) -> Result<Vec<Component>> {
    ensure(env)?;
    let list = list(env)?;
    let text = fs::read(&list).with_context(|| format!("{} cannot be read", list.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is damaged: remove it", list.display()))
}

fn folder(env: &Env) -> PathBuf {
    env.paths.cache.join("linked")
}

/// Named by all that the list follows from: what crates are locked and with which features, and which programs.
fn list(env: &Env) -> Result<PathBuf> {
    let mut key = Key::new().part(RECIPE);
    for manifest in MANIFESTS {
        let path = env.paths.checkout.join(manifest);
        key = key.part(fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?);
    }
    for name in PROGRAMS {
        key = key.part(env.tools.made(name, name).key);
    }
    Ok(folder(env).join(format!("{}.json", key.short())))
}

/// Every file that says what `server` and `frontend` are linked from.
const MANIFESTS: [&str; 11] = [
    "Cargo.lock",
    "Cargo.toml",
    "rust-toolchain.toml",
    "access/Cargo.toml",
    "app/Cargo.toml",
    "engine/Cargo.toml",
    "frontend/Cargo.toml",
    "listen/Cargo.toml",
    "provisioner/Cargo.toml",
    "server/Cargo.toml",
    "store/Cargo.toml",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_of_the_workspace_counts_but_those_that_are_not_in_the_platform() {
        let checkout = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for manifest in MANIFESTS {
            assert!(checkout.join(manifest).exists(), "{manifest}");
        }
        let workspace = fs::read_to_string(checkout.join("Cargo.toml")).unwrap();
        let members = workspace.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
        for member in members.trim_matches(['[', ']']).split(", ").map(|member| member.trim_matches('"')) {
            let counts = MANIFESTS.contains(&format!("{member}/Cargo.toml").as_str());
            assert!(counts || NOT_IN_PLATFORM.contains(&member), "{member}");
        }
    }

    /// What is in no image, or in one of its own.
    const NOT_IN_PLATFORM: [&str; 3] = ["fake-cluster", "storefront", "xtask"];
}
