//! What of a log is not told: the store's own secrets wherever they stand and however they are written, and what looks like somebody else's.
//! Done in the operator, before a line is searched, counted or sent.

use std::fmt;

use k8s_openapi::ByteString;

use super::escaped;

/// In the place of what is not told.
pub const HIDDEN: &str = "•••";
/// What is shorter is in every other line by chance, and no secret that Storeyard makes is.
const SHORTEST: usize = 6;
/// What stands before a value that is nobody's business, in small letters.
const NAMES: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "private_key",
    "authorization",
    "set-cookie",
    "cookie",
    "session_id",
    "signature",
];
/// Whose value goes on to the end of the line.
const WHOLE: [&str; 3] = ["authorization", "set-cookie", "cookie"];
/// Values that say whether there is one.
const NO_SECRETS: [&str; 7] = ["yes", "no", "true", "false", "null", "none", "nil"];

/// What is hidden of one store's logs. Does not print.
#[derive(Clone, Default)]
pub struct Redaction(Vec<String>);

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redaction({} texts)", self.0.len())
    }
}

impl Redaction {
    /// Of these secrets; those of several lines by each.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts: Vec<String> = secrets
            .into_iter()
            .flat_map(str::lines)
            .map(str::trim)
            .filter(|secret| secret.len() >= SHORTEST)
            .flat_map(ways_of_writing)
            .collect();
        // One that is in another is looked for after that one, so that nothing is left of either.
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        texts.dedup();
        Self(texts)
    }

    pub fn apply(&self, text: &str) -> String {
        let mut told = text.to_owned();
        for secret in &self.0 {
            if told.contains(secret.as_str()) {
                told = told.replace(secret.as_str(), HIDDEN);
            }
        }
        without_named(&without_passwords_in_addresses(&told))
    }
}

/// As it is, in an address, in JSON, and as a server's password file or a header has it.
fn ways_of_writing(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let mut ways = vec![secret.to_owned(), escaped(secret), json[1..json.len() - 1].to_owned()];
    // As base64 is how Kubernetes writes bytes.
    if let Ok(serde_json::Value::String(base64)) =
        serde_json::to_value(ByteString(secret.as_bytes().to_vec()))
    {
        ways.push(base64);
    }
    // A form writes a space so.
    ways.push(escaped(secret).replace("%20", "+"));
    ways
}

/// `https://user:•••@host/`
fn without_passwords_in_addresses(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        told.push_str(before);
        told.push_str("://");
        let end = after.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).unwrap_or(after.len());
        let (authority, after) = after.split_at(end);
        match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
            Some((user, host)) => told.push_str(&format!("{user}:{HIDDEN}@{host}")),
            None => told.push_str(authority),
        }
        rest = after;
    }
    told.push_str(rest);
    told
}

/// `password=•••`, `"token":"•••"`, `Authorization: •••`
fn without_named(text: &str) -> String {
    // Letters of ASCII alone change, so that places are the same in both.
    let small = text.to_ascii_lowercase();
    let mut told = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((found, name)) = first_name(&small, at) {
        let after = found + name.len();
        let Some(value) = value_after(&text[after..]).map(|start| after + start) else {
            told.push_str(&text[at..after]);
            at = after;
            continue;
        };
        let end = value + length(&text[value..], WHOLE.contains(&name));
        let is_secret = !NO_SECRETS.contains(&small[value..end].trim())
            && end > value
            && !text[value..end].starts_with(HIDDEN);
        told.push_str(&text[at..value]);
        told.push_str(if is_secret { HIDDEN } else { &text[value..end] });
        at = end;
    }
    told.push_str(&text[at..]);
    told
}

/// The first of the names from there on; of several at one place the longest.
fn first_name(small: &str, from: usize) -> Option<(usize, &'static str)> {
    let found = NAMES.iter().filter_map(|name| Some((from + small[from..].find(name)?, *name)));
    found.min_by_key(|(at, name)| (*at, std::cmp::Reverse(name.len())))
}

/// Where the value begins, if what follows a name says that one comes: `=`, `:` or `=>`, with quotes and spaces around it.
fn value_after(rest: &str) -> Option<usize> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let mut place = rest.trim_start_matches(is_of_name);
    // A word that only begins like one of the names is another.
    if rest.len() - place.len() > 12 {
        return None;
    }
    place = place.trim_start_matches(['"', '\'', '\\', ']']).trim_start();
    place = place.strip_prefix("=>").or_else(|| place.strip_prefix([':', '=']))?;
    place = place.trim_start().trim_start_matches(['"', '\'', '\\']);
    Some(rest.len() - place.len())
}

fn length(value: &str, whole: bool) -> usize {
    let ends = if whole { "\"'\\" } else { "\"'\\&,;)}]<> \t" };
    value.find(|c: char| ends.contains(c)).unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "correct horse \"battery\"";

    fn redaction() -> Redaction {
        Redaction::of(["0123456789abcdef", "abc", "0123456789", SECRET])
    }

    #[test]
    fn a_secret_of_the_store_is_hidden_however_it_is_written() {
        for (text, told) in [
            ("it is correct horse \"battery\".", "it is •••."),
            ("/?p=correct%20horse%20%22battery%22&a=1", "/?p=•••&a=1"),
            ("p: correct+horse+%22battery%22", "p: •••"),
            (r#"{"p":"correct horse \"battery\""}"#, r#"{"p":"•••"}"#),
            ("Y29ycmVjdCBob3JzZSAiYmF0dGVyeSI=", "•••"),
            ("0123456789abcdef and 0123456789", "••• and •••"),
            ("abc is in every other word", "abc is in every other word"),
        ] {
            assert_eq!(redaction().apply(text), told);
        }
        assert_eq!(format!("{:?}", Redaction::of(["0123456789"])), "Redaction(2 texts)");
    }

    #[test]
    fn what_is_called_a_secret_is_hidden_whosever_it_is() {
        for (text, told) in [
            ("DB_PASSWORD=hunter22 next", "DB_PASSWORD=••• next"),
            ("GET /?token=abcdef&x=1 HTTP/1.1", "GET /?token=•••&x=1 HTTP/1.1"),
            (r#"{"access_token":"abc.def","level":"info"}"#, r#"{"access_token":"•••","level":"info"}"#),
            ("Authorization: Bearer abc.def", "Authorization: •••"),
            ("'Set-Cookie' => 'a=b; Path=/'", "'Set-Cookie' => '•••'"),
            ("postgres://shop:hunter22@database:5432/shop", "postgres://shop:•••@database:5432/shop"),
            ("https://a.example/x@y:z", "https://a.example/x@y:z"),
            (
                "Access denied for user 'shop' (using password: YES)",
                "Access denied for user 'shop' (using password: YES)",
            ),
            ("the password is wrong", "the password is wrong"),
            ("secret", "secret"),
            ("secret=", "secret="),
        ] {
            assert_eq!(Redaction::default().apply(text), told);
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_secret_is_left_whatever_stands_around_it(before in "\\PC{0,40}", after in "\\PC{0,40}") {
            let told = redaction().apply(&format!("{before}{SECRET}{after}"));
            prop_assert!(!told.contains(SECRET));
        }

        #[test]
        fn whatever_a_line_says_is_gone_through(text in "\\PC{0,200}", odd in "(password|token|://|@|:|=|\"|é|•){0,20}") {
            redaction().apply(&text);
            redaction().apply(&odd);
        }
    }
}
