//! The definitions of other people's objects, each from its Go module, pinned by `go.sum`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::go;
use crate::command;
use crate::paths::Paths;

/// Those of the prometheus-operator.
///
/// # Errors
/// The module cannot be downloaded, or is not what was pinned.
pub fn prometheus_operator(paths: &Paths) -> Result<PathBuf> {
    let module = "github.com/prometheus-operator/prometheus-operator";
    Ok(downloaded(paths, "xtask/prometheus-operator", module)?.join("example/prometheus-operator-crd"))
}

/// Those of cert-manager.
///
/// # Errors
/// As [`prometheus_operator`].
pub fn cert_manager(paths: &Paths) -> Result<PathBuf> {
    Ok(downloaded(paths, "xtask/cert-manager", "github.com/cert-manager/cert-manager")?.join("deploy/crds"))
}

/// The folder of a module that the go.mod in `pinned` names.
fn downloaded(paths: &Paths, pinned: &str, module: &str) -> Result<PathBuf> {
    let mut download = go(&paths.checkout.join(pinned));
    let told = command::output(download.args(["mod", "download", "-json", module]))?;
    let told: Value = serde_json::from_str(&told).context("go's answer is no JSON")?;
    told["Dir"].as_str().map(PathBuf::from).context("go does not say where the module is")
}
