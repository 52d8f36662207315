//! Asking over HTTP on loopback, with curl: a page's first byte, a form, and whether a shop answers.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::door::Session;
use crate::command;

pub(super) const POSTCARD: &str = "application/x-postcard";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

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

/// A page's status and body. The headers are one to a line; they may be secret.
pub(super) fn read(url: &str, headers: &str) -> Result<(u16, String)> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--max-time", "30", "--header", "@-", "--write-out", "\n%{http_code}", url]);
    let printed = command::output_with_input(&mut curl, Some(headers))?;
    let (body, status) = printed.rsplit_once('\n').with_context(|| format!("curl printed {printed:?}"))?;
    Ok((status.trim().parse()?, body.to_owned()))
}

/// The last part of a path in a URL.
pub(super) fn last_segment(url: &str) -> Option<String> {
    Path::new(url).file_name().map(|name| name.to_string_lossy().into_owned())
}
