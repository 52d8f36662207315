//! Journeys over https, whose certificates Traefik gets from a real ACME server. The trial moves there from http, as a platform does, and from
//! then on people sign in at an identity provider too.

use anyhow::Result;

use super::journeys::{drive, install_modules, playwright_on};
use super::provider::Provider;
use super::tally::Tally;
use crate::env::Env;
use crate::node::pebble;
use crate::trial::Trial;

/// # Errors
/// The trial does not move, npx cannot be started, or the run was interrupted.
pub(super) fn run(env: &Env, trial: &mut Trial) -> Result<Tally> {
    install_modules(env)?;
    let provider = Provider::start(env, trial)?;
    let tested = trial.speak_https(env, &provider.values()).and_then(|()| {
        let mut playwright = playwright_on(env, trial);
        playwright
            .env("STOREYARD_ROOT", pebble::root_file(env))
            .env("STOREYARD_INTERMEDIATE", pebble::intermediate_file(env))
            .env("STOREYARD_PROVIDER_CERTIFICATE", &provider.certificate)
            .args(["--config", "tls.config.ts"]);
        drive(env, "journeys over https in Chromium", "test-tls", &mut playwright)
    });
    provider.end()?;
    tested
}
