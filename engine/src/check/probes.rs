use http::{HeaderName, HeaderValue};
use serde_saphyr::Spanned;

use super::{path, when};
use crate::{
    EngineError, Options, Probe, Secret, file,
    placeholder::{Piece, pieces},
    probe::{Header, Json, Kind, Rule, Statuses, Verdict, Word},
};

/// The probes that depend on options, and the last one, which does not.
pub(super) fn probes(
    probes: Spanned<Vec<Spanned<file::Probe>>>,
    options: &Options,
    secrets: &[Secret],
) -> Result<(Vec<Probe>, Probe), EngineError> {
    let place = Spanned::new((), probes.referenced, probes.defined);
    let checked = probes.value.into_iter().enumerate();
    let mut checked: Vec<Probe> = checked
        .map(|(n, one)| probe(one, options, secrets, &format!("probes[{n}]")))
        .collect::<Result<_, _>>()?;
    match checked.pop().filter(|last| last.when.0.is_empty()) {
        Some(last) => Ok((checked, last)),
        None => Err(EngineError::at(
            &place,
            "probes",
            "leave a choice of options without a probe: let the last one have no `when`",
        )),
    }
}

fn probe(
    probe: Spanned<file::Probe>,
    options: &Options,
    secrets: &[Secret],
    field: &str,
) -> Result<Probe, EngineError> {
    let place = Spanned::new((), probe.referenced, probe.defined);
    let file::Probe { when: condition, path: asked, headers, answers } = probe.value;
    let condition = when(condition, options, field)?;
    let asked = path(asked, format!("{field}.path"))?;
    let headers = headers
        .into_iter()
        .map(|(name, value)| header(&name, &value, secrets, &format!("{field}.headers.{name}")));
    let headers = headers.collect::<Result<_, _>>()?;
    let answers = answers.into_iter().enumerate();
    let answers: Vec<Rule> =
        answers.map(|(n, one)| rule(&one, &format!("{field}.answers[{n}]"))).collect::<Result<_, _>>()?;
    if !answers.iter().any(|rule| rule.verdict == Verdict::Ready) {
        return Err(EngineError::at(
            &place,
            format!("{field}.answers"),
            "have none with `ready: true`, so that no store would ever be ready",
        ));
    }
    Ok(Probe { when: condition, path: asked, headers, answers })
}

fn header(
    name: &str,
    value: &Spanned<String>,
    secrets: &[Secret],
    field: &str,
) -> Result<(HeaderName, Header), EngineError> {
    let refused = |sentence: String| EngineError::at(value, field, sentence);
    let name: HeaderName =
        name.parse().map_err(|_| refused(format!("is no header: {name} cannot be a header's name")))?;
    let secret = |name: &str| match name.strip_prefix("secrets.") {
        Some(key) if secrets.iter().any(|secret| secret.key == key) => Ok(key.to_owned()),
        _ => Err(format!("has $({name}): what can stand there is $(secrets.KEY), with a key of `secrets`")),
    };
    let pieces = pieces(&value.value, secret).map_err(refused)?;
    let header = match <[Piece<String>; 1]>::try_from(pieces) {
        Ok([Piece::Of(key)]) => Header::Secret(key),
        Ok([Piece::Text(text)]) if HeaderValue::from_str(&text).is_ok() => Header::Text(text),
        _ => {
            return Err(refused(
                "is neither a text that a header can have nor one $(secrets.KEY) alone".to_owned(),
            ));
        }
    };
    Ok((name, header))
}

fn rule(answer: &Spanned<file::Answer>, field: &str) -> Result<Rule, EngineError> {
    let refused = |sentence: String| EngineError::at(answer, field, sentence);
    let file::Answer { status, headers, body, json, ready, says } = &answer.value;
    let status = Statuses::parse(status)
        .ok_or_else(|| refused(format!("has the status {status}: write 200, 3xx or 500-599")))?;
    if let Some(name) = headers.keys().find(|name| name.parse::<HeaderName>().is_err()) {
        return Err(refused(format!("looks at the header {name}, which cannot be a header's name")));
    }
    if let Some(json) = json
        && !json.at.is_empty()
        && !json.at.starts_with('/')
    {
        return Err(refused(format!("looks at {} in the JSON: a place in it begins with /", json.at)));
    }
    let verdict = match (ready, says) {
        (true, None) => Verdict::Ready,
        (false, Some(says)) if !says.trim().is_empty() => Verdict::Says(pieces(says, word).map_err(refused)?),
        _ => {
            return Err(refused(
                "has to say one thing: `ready: true`, or what it means in `says`, as in “the shop …”"
                    .to_owned(),
            ));
        }
    };
    // A redirect and an error are never a shop, whatever an engine takes them for.
    if verdict == Verdict::Ready && !(status.first >= 200 && status.last < 300) {
        return Err(refused("is ready at a status other than 2xx, at which no shop is".to_owned()));
    }
    let json = json.as_ref().map(|json| Json {
        at: json.at.clone(),
        kind: match json.is {
            file::Kind::Array => Kind::Array,
            file::Kind::Object => Kind::Object,
            file::Kind::Text => Kind::Text,
            file::Kind::Number => Kind::Number,
        },
        not_empty: json.not_empty,
    });
    Ok(Rule { status, headers: headers.clone(), body: body.clone(), json, verdict })
}

fn word(name: &str) -> Result<Word, String> {
    match name {
        "status" => Ok(Word::Status),
        "location" => Ok(Word::Location),
        _ => Err(format!("says $({name}): what can stand there is $(status) and $(location)")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PAGE, assert_refused};
    use crate::Engine;

    #[test]
    fn there_is_a_probe_under_all_options() {
        assert_refused("  - path: /\n", "  - when: {fancy: false}\n    path: /\n", "probes", "no `when`");
        let (probes, actions) =
            (PAGE.find("  - when: {fancy: true}\n    path").unwrap(), PAGE.find("actions:").unwrap());
        assert_refused(&PAGE[probes..actions], "  []\n", "probes", "no `when`");
    }

    #[test]
    fn what_is_asked_is_a_path_with_headers_that_can_be_sent() {
        assert_refused("path: /fancy", "path: fancy", "probes[0].path", "such as");
        assert_refused("path: /fancy", "path: /a b", "probes[0].path", "such as");
        assert_refused("{x-key: $(secrets.token)}", "{x key: a}", "probes[0].headers.x key", "name");
        assert_refused("$(secrets.token)", "$(secrets.tokens)", "probes[0].headers.x-key", "a key of");
        assert_refused("$(secrets.token)", "a$(secrets.token)", "probes[0].headers.x-key", "alone");
        assert_refused("$(secrets.token)", "\"a\\nb\"", "probes[0].headers.x-key", "alone");
    }

    #[test]
    fn an_answer_has_one_meaning() {
        let field = "probes[1].answers[0]";
        assert_refused("body: Welcome, ready: true", "body: Welcome", field, "one thing");
        assert_refused("body: Welcome, ready: true", "ready: true, says: a", field, "one thing");
        assert_refused("{status: 200, body", "{status: ok, body", field, "write 200");
        assert_refused("body: Welcome", "headers: {a b: c}", field, "header's name");
        assert_refused("body: Welcome", "json: {at: products, is: array}", field, "begins with /");
        assert_refused("leads to $(location)", "leads to $(place)", "probes[1].answers[1]", "$(location)");
    }

    #[test]
    fn nothing_but_success_is_ready() {
        assert_refused(
            "{status: 200, body: Welcome",
            "{status: 200-302, body: Welcome",
            "probes[1].answers[0]",
            "2xx",
        );
        assert_refused("body: Welcome, ready: true", "says: a", "probes[1].answers", "ever be ready");
    }

    #[test]
    fn the_first_answer_that_fits_counts() {
        let engine = Engine::parse(PAGE).unwrap();
        let probe = engine.probe(&engine.options);
        let mut headers = http::HeaderMap::new();
        headers.insert("location", http::HeaderValue::from_static("/set-up"));
        let judge = |status, body| probe.judge(crate::probe::Answer { status, headers: &headers, body });
        assert_eq!(judge(200, "<h1>Welcome</h1>"), Ok(()));
        assert_eq!(judge(200, "<h1>Goodbye</h1>").unwrap_err().to_string(), "answers, but not as the shop");
        assert_eq!(judge(302, "").unwrap_err().to_string(), "leads to /set-up");
    }
}
