//! `cargo xtask up`: Storeyard on this machine.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use store::Scheme;

use crate::cluster::Cluster;
use crate::command;
use crate::env::Env;
use crate::images::{Packages, engines, linked, platform as platform_images};
use crate::interrupt;
use crate::lanes::side_by_side;
use crate::node::{self, Was, pebble};
use crate::platform::{self, Installation};
use crate::preflight::{self, Purpose};

/// Where the dashboard is; the machine itself resolves names under `localhost`.
pub const HOST: &str = "dashboard.localhost";
/// What is shown to whoever has not signed in.
pub const DOOR: &str = "/sign-in";
/// Where the node's ingress controller listens for http.
pub const INGRESS: &str = "127.0.0.1:80";
const LOOPBACK: &str = "127.0.0.1";
const ANSWER: Duration = Duration::from_secs(60);
/// What one request may take.
const REQUEST: Duration = Duration::from_secs(10);

/// What came up.
#[derive(Debug)]
pub struct Up {
    pub cluster: Cluster,
    /// Whether the node was there already.
    pub was: Was,
}

/// Storeyard itself, up.
#[derive(Debug)]
pub struct Platform {
    /// For the first user; none once that one was made.
    pub token: Option<String>,
}

/// Brings up the node and nothing in it.
///
/// # Errors
/// Something is missing on the machine, or a part does not come up.
pub fn node(env: &Env, purpose: Purpose) -> Result<Up> {
    preflight::check(env, purpose)?;
    env.tools.build_node_programs(&env.paths, &env.reporter)?;
    let was = node::ensure_up(env)?;
    Ok(Up { cluster: Cluster::embedded(env), was })
}

/// Brings up the node and Storeyard in it, from this checkout: the node beside what is compiled for it.
///
/// # Errors
/// As [`node`], or Storeyard does not answer.
pub fn all(env: &Env, purpose: Purpose, packages: Packages, scheme: Scheme) -> Result<Platform> {
    preflight::check(env, purpose)?;
    let (_, compiled) = side_by_side(
        || {
            env.tools.build_node_programs(&env.paths, &env.reporter)?;
            linked::ensure(env)?;
            node::ensure_up(env)?;
            engines::ensure(env)
        },
        || platform_images::compile(env),
    )?;
    let cluster = Cluster::embedded(env);
    let images = platform_images::ensure(env, &compiled, packages)?;
    node::import_missing(env, &images.all())?;
    let mut installation = Installation::main();
    let mut values = vec![platform::local_values(env)];
    if scheme == Scheme::Https {
        installation.values = pebble::trusted(env, &cluster, &installation.name)?;
        values.push(platform::local_tls_values(env));
    }
    platform::install(env, &cluster, &installation, &platform::References::local(&images)?, &values)?;
    await_answer(env, scheme, HOST)?;
    Ok(Platform { token: platform::token(&cluster, &installation)? })
}

/// Waits until a dashboard answers: over TLS, when its certificate was issued.
///
/// # Errors
/// It does not.
pub fn await_answer(env: &Env, scheme: Scheme, host: &str) -> Result<()> {
    let address = format!("{scheme}://{host}/");
    let ask = || match scheme {
        Scheme::Http => status(INGRESS, host, DOOR),
        Scheme::Https => status_over_tls(&pebble::root_file(env), LOOPBACK, host, DOOR),
    };
    env.reporter.step(&address, "address", |_| {
        let started = Instant::now();
        loop {
            match ask() {
                Ok(status) if is_answer(status) => return Ok(()),
                answer if started.elapsed() > ANSWER => {
                    let answer =
                        answer.map_or_else(|error| format!("{error:#}"), |status| format!("status {status}"));
                    bail!(
                        "{address} did not answer within {} s, its last answer was: {answer}",
                        ANSWER.as_secs()
                    )
                }
                _ => interrupt::sleep(Duration::from_millis(200))?,
            }
        }
    })
}

/// Whether the dashboard answers so: with the sign-in, or on to the first user's page.
pub fn is_answer(status: u16) -> bool {
    matches!(status, 200 | 303)
}

/// The status of one HTTP request.
///
/// # Errors
/// Nobody answers, or not in HTTP.
pub fn status(address: &str, host: &str, path: &str) -> Result<u16> {
    status_within(REQUEST, address, host, path)
}

/// The status of one request over TLS, to whoever can show at that address a certificate that one of the authorities has signed.
///
/// # Errors
/// Nobody answers, or nobody who is to be trusted.
pub fn status_over_tls(authorities: &Path, address: &str, host: &str, path: &str) -> Result<u16> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{http_code}"])
        .args(["--max-time", &REQUEST.as_secs().to_string(), "--resolve", &format!("{host}:443:{address}")])
        .arg("--cacert")
        .arg(authorities)
        .arg(format!("https://{host}{path}"));
    command::output(&mut curl)?.parse().context("curl told no status")
}

fn status_within(limit: Duration, address: &str, host: &str, path: &str) -> Result<u16> {
    let address = address.parse().with_context(|| format!("{address} is no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))
        .with_context(|| format!("nobody listens on {address}"))?;
    stream.set_read_timeout(Some(limit))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 12];
    match stream.read_exact(&mut start) {
        Ok(()) => {}
        // What the kernel calls a read that took too long.
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            bail!("there was no answer within {} s", limit.as_secs())
        }
        Err(error) => return Err(error).context("the connection ended without an answer"),
    }
    let start = String::from_utf8_lossy(&start);
    start
        .strip_prefix("HTTP/1.1 ")
        .and_then(|status| status.parse().ok())
        .with_context(|| format!("the answer begins with {start:?}"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_server_that_says_nothing_is_told_in_a_sentence() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = silent.local_addr().unwrap().to_string();
        let error = status_within(Duration::from_secs(1), &address, HOST, DOOR).unwrap_err();
        assert_eq!(format!("{error:#}"), "there was no answer within 1 s");
    }

    #[test]
    fn the_status_is_that_of_the_first_line() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap().to_string();
        let answering = thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let mut request = [0; 16];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 303 See Other\r\n\r\n").unwrap();
        });
        assert_eq!(status(&address, HOST, DOOR).unwrap(), 303);
        answering.join().unwrap();
    }
}
