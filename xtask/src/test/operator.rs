//! What the operator's tests have to know of the cluster, in the file that they read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::env::Env;
use crate::trial::Trial;

/// What their stores are made of where a test says nothing else.
const ENGINE: &str = "woocommerce";

/// Writes the file and answers where it is. The operator runs on this machine there, so the ingress is on loopback.
pub(super) fn describe(env: &Env, trial: &Trial) -> Result<PathBuf> {
    env.tools.build_mailpit(&env.paths, &env.reporter)?;
    let references = trial.references();
    let mut ingress = trial.config()?["ingress"].clone();
    ingress["address"] = "127.0.0.1:80".into();
    let description = json!({
        "kubeconfig": env.paths.kubeconfig(),
        "path": path(&[&env.tools.helm(), &env.tools.kubectl()])?,
        "engines": references.engines_of(&env.paths.checkout.join("charts")),
        "images": references.images(ENGINE),
        "plugin": references.plugin,
        "ingress": ingress,
        "mailpit": env.tools.mailpit.program("mailpit"),
    });
    let file = env.paths.stage().join("test-cluster.json");
    fs::create_dir_all(env.paths.stage())?;
    fs::write(&file, description.to_string())?;
    Ok(file)
}

/// The programs' folders, as in `PATH`.
fn path(programs: &[&Path]) -> Result<Value> {
    let folders = programs.iter().filter_map(|program| program.parent());
    let path = std::env::join_paths(folders).context("a folder of the cache has a colon in its name")?;
    Ok(path.to_string_lossy().into_owned().into())
}
