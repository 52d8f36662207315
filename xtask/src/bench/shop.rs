//! Asking over HTTP on loopback, with curl: a page's first byte, a form, and whether a shop answers.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::door::Session;
use crate::command;

pub(super) const POSTCARD: &str = "application/x-postcard";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// An answer's status and size, how long its first byte and its last one took, and where it redirects to.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) bytes: u64,
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
    curl.args([
        "--write-out",
        "%{http_code} %{size_download} %{time_starttransfer} %{time_total} %{redirect_url}",
    ]);
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
    let (status, bytes) = (next()?.parse()?, next()?.parse()?);
    let mut seconds = || -> Result<Duration> { Ok(Duration::from_secs_f64(next()?.parse()?)) };
    let (first_byte, whole) = (seconds()?, seconds()?);
    Ok(Answer { status, bytes, first_byte, whole, redirect: words.next().unwrap_or_default().to_owned() })
}

/// A page as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// Reads a page. The headers are one to a line; they may be secret.
pub(super) fn read(url: &str, headers: &str) -> Result<Read> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--max-time", "30", "--include", "--http1.1", "--header", "@-", url]);
    let printed = command::output_with_input(&mut curl, Some(headers))?;
    parse(&printed).with_context(|| format!("curl printed {printed:?}"))
}

/// As it is on the wire.
fn parse(printed: &str) -> Option<Read> {
    let (head, body) = printed.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.parse::<HeaderName>().ok()?, value.trim().parse::<HeaderValue>().ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(header) {
        headers.append(name, value);
    }
    Some(Read { status, headers, body: body.to_owned() })
}

/// The last part of a path in a URL.
pub(super) fn last_segment(url: &str) -> Option<String> {
    Path::new(url).file_name().map(|name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_its_headers_whatever_stands_in_its_body() {
        let read =
            parse("HTTP/1.1 200 OK\r\nLink: <a>\r\nlink: <b>\r\nDate: 12:00\r\n\r\none\r\n\r\ntwo").unwrap();
        assert_eq!((read.status, read.body.as_str()), (200, "one\r\n\r\ntwo"));
        assert_eq!(read.headers.get_all("link").iter().collect::<Vec<_>>(), ["<a>", "<b>"]);
        assert_eq!(read.headers["date"], "12:00");
        assert_eq!(parse("nothing"), None);
    }
}
