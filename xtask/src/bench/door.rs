//! Coming in: the first user is made, and curl keeps the session.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::shop;
use crate::cluster::Cluster;
use crate::env::Env;
use crate::platform;

/// The journeys sign in with the same.
const NAME: &str = "ada";
const PASSWORD: &str = "correct+horse+battery+staple";

/// Whoever asks with these cookies is signed in.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) cookies: PathBuf,
}

/// Makes the first user of the dashboard at `address`, whose token is in the Secret `keys`.
///
/// # Errors
/// There is one already, or the dashboard does not answer.
pub(super) fn come_in(
    env: &Env,
    cluster: &Cluster,
    address: &str,
    namespace: &str,
    keys: &str,
) -> Result<Session> {
    let cookies = env.paths.stage().join(format!("cookies-{namespace}"));
    fs::create_dir_all(env.paths.stage())?;
    fs::write(&cookies, "")?;
    let session = Session { cookies };
    let token = platform::token_in(cluster, namespace, keys)?;
    let form = format!("token={token}&name={NAME}&password={PASSWORD}");
    let answer = shop::request(&format!("{address}/set-up"), Some((shop::FORM, &form)), Some(&session))?;
    if answer.status != 303 {
        bail!("making the first user was answered with {answer:?}");
    }
    Ok(session)
}
