//! What the product is made of: that its dependencies may be depended on, and that no secret is published with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::checks::check_one;
use super::tally::Tally;
use crate::command;
use crate::env::Env;

/// What gitleaks calls the planted secret.
const PLANTED_RULE: &str = "github-pat";

/// A program that cannot be built is a failed check, and the other's checks go on.
///
/// # Errors
/// The run was interrupted.
pub(super) fn run(env: &Env) -> Result<Tally> {
    let cargo_deny = env.tools.build_cargo_deny(&env.paths, &env.reporter);
    let mut tally = Tally::once(("cargo-deny is built", cargo_deny), || {
        check_one(env, "dependencies are allowed", "test-deny", &mut deny(env))
    })?;
    let gitleaks = env.tools.build_gitleaks(&env.paths, &env.reporter);
    tally.add(Tally::once(("gitleaks is built", gitleaks), || secrets(env))?);
    Ok(tally)
}

fn secrets(env: &Env) -> Result<Tally> {
    let mut tally = Tally::default();
    for (title, log, what) in [
        ("history holds no secret", "test-secrets-history", "git"),
        ("files hold no secret", "test-secrets-files", "dir"),
    ] {
        tally.add(check_one(env, title, log, gitleaks(env, what).args(["--verbose", "."]))?);
    }
    tally.add(Tally::of("a planted secret is found", planted_secret_is_found(env))?);
    Ok(tally)
}

/// An exception that nothing needs any more fails like a dependency that is not allowed.
fn deny(env: &Env) -> Command {
    let mut deny = Command::new(env.tools.cargo_deny());
    deny.args(["--locked", "check"])
        .args(
            ["unmatched-skip", "unnecessary-skip", "license-exception-not-encountered"]
                .map(|lint| format!("-D{lint}")),
        )
        .args(["bans", "licenses", "sources"])
        .current_dir(&env.paths.checkout);
    deny
}

/// `what`: `git` for every commit, `dir` for the files as they are.
fn gitleaks(env: &Env, what: &str) -> Command {
    let mut gitleaks = Command::new(env.tools.gitleaks.program("gitleaks"));
    gitleaks
        .args([what, "--no-banner", "--no-color", "--redact", "--ignore-gitleaks-allow", "--config"])
        .arg(env.paths.checkout.join(".gitleaks.toml"))
        .current_dir(&env.paths.checkout);
    gitleaks
}

/// A scanner that finds nothing may also be one that does not look.
fn planted_secret_is_found(env: &Env) -> Result<()> {
    let folder = env.paths.stage().join("planted");
    fs::create_dir_all(&folder)?;
    let digits: String =
        Sha256::digest(b"planted").iter().take(18).map(|byte| format!("{byte:02x}")).collect();
    fs::write(folder.join("settings.yaml"), format!("token: ghp_{digits}\n"))?;
    let found = findings(env, &folder);
    fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
    let rules: Vec<String> = found?.into_iter().map(|finding| finding.rule).collect();
    ensure!(rules == [PLANTED_RULE], "gitleaks found {rules:?} where [{PLANTED_RULE:?}] was planted");
    Ok(())
}

#[derive(Deserialize)]
struct Finding {
    #[serde(rename = "RuleID")]
    rule: String,
}

fn findings(env: &Env, folder: &Path) -> Result<Vec<Finding>> {
    let mut gitleaks = gitleaks(env, "dir");
    gitleaks.args(["--exit-code", "0", "--report-format", "json", "--report-path", "-"]);
    Ok(serde_json::from_str(&command::output(gitleaks.arg(folder))?)?)
}
