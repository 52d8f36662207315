//! Asking over HTTP on loopback, with curl: a page's first byte, a form, and whether a shop answers.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::door::Session;
use crate::command;
use crate::interrupt;

const SHOP_ANSWERS: Duration = Duration::from_secs(120);
pub(super) const POSTCARD: &str = "application/x-postcard";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
const STORE_API: &str = "/wp-json/wc/store/v1/products?per_page=1";

/// An answer's status, how long its first byte and its last one took, and where it redirects to.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) first_byte: Duration,
    pub(super) whole: Duration,
    pub(super) redirect: String,
}

/// Requests `url`; a body makes it a POST of that type.
pub(super) fn request(url: &str, body: Option<(&str, &str)>, session: Option<&Session>) -> Result<Answer> {
    let mut curl = Command::new("curl");
    // A form is answered as a browser without a script is, with a redirect.
    let accept = if body.is_some_and(|(kind, _)| kind == POSTCARD) { POSTCARD } else { "text/html" };
    curl.args([
        "--silent",
        "--max-time",
        "30",
        "--output",
        "/dev/null",
        "--header",
        &format!("Accept: {accept}"),
    ]);
    curl.args(["--write-out", "%{http_code} %{time_starttransfer} %{time_total} %{redirect_url}"]);
    if let Some((kind, _)) = body {
        // Passwords are in it, and argv is for everybody to read.
        curl.args(["--header", &format!("Content-Type: {kind}"), "--data-binary", "@-"]);
    }
    if let Some(Session { cookies }) = session {
        curl.arg("--cookie").arg(cookies).arg("--cookie-jar").arg(cookies);
    }
    let printed = command::output_with_input(curl.arg(url), body.map(|(_, text)| text))?;
    let mut words = printed.split(' ');
    let mut next = || words.next().with_context(|| format!("curl printed {printed:?}"));
    let status = next()?.parse()?;
    let mut seconds = || -> Result<Duration> { Ok(Duration::from_secs_f64(next()?.parse()?)) };
    let (first_byte, whole) = (seconds()?, seconds()?);
    Ok(Answer { status, first_byte, whole, redirect: words.next().unwrap_or_default().to_owned() })
}

/// Where a shop answers as one.
pub(super) fn front(host: &str, plugin: bool) -> String {
    format!("http://{host}{}", if plugin { STORE_API } else { "/" })
}

/// Waits until a shop answers as one: what the operator waits for, too.
pub(super) fn await_shop(host: &str, plugin: bool) -> Result<()> {
    let url = front(host, plugin);
    let started = Instant::now();
    while request(&url, None, None)?.status != 200 {
        if started.elapsed() > SHOP_ANSWERS {
            bail!("{url} did not answer within {} s", SHOP_ANSWERS.as_secs());
        }
        interrupt::sleep(Duration::from_millis(100))?;
    }
    Ok(())
}

/// The last part of a path in a URL.
pub(super) fn last_segment(url: &str) -> Option<String> {
    Path::new(url).file_name().map(|name| name.to_string_lossy().into_owned())
}
