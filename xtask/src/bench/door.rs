//! Coming in: the first user is made, and curl keeps the session.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::shop;
use crate::cluster::Cluster;
use crate::env::Env;
use crate::interrupt;
use crate::platform;

/// The journeys sign in with the same.
const NAME: &str = "ada";
const PASSWORD: &str = "correct+horse+battery+staple";

/// A workload that is ready is let in by the ingress a moment later.
const OPENS: Duration = Duration::from_secs(20);

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
    let began = Instant::now();
    loop {
        let answer = shop::request(&format!("{address}/set-up"), Some((shop::FORM, &form)), Some(&session))?;
        match answer.status {
            303 => return Ok(session),
            // The ingress has not heard of the pod yet, or the pod not of its users.
            503 if began.elapsed() < OPENS => interrupt::sleep(Duration::from_millis(200))?,
            _ => bail!("making the first user was answered with {answer:?}"),
        }
    }
}
