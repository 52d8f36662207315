use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use serde_saphyr::Spanned;
use store::Text;

use super::{path, texts::each, when};
use crate::{
    Declared, EngineError, Probe, Secret, file,
    placeholder::{Piece, pieces},
    probe::{Clause, Header, Json, Kind, Notice, Rule, Statuses, Verdict, Word},
};

/// The probes that depend on options, and the last one, which does not.
pub(super) fn probes(
    probes: Spanned<Vec<Spanned<file::Probe>>>,
    options: &Declared,
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
    options: &Declared,
    secrets: &[Secret],
    field: &str,
) -> Result<Probe, EngineError> {
    let place = Spanned::new((), probe.referenced, probe.defined);
    let file::Probe { when: condition, path: asked, headers, answers, notices, then } = probe.value;
    let condition = when(condition, options, field)?;
    let then = then.map(|then| following(*then, options, secrets, &format!("{field}.then"))).transpose()?;
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
    let notices = notices.into_iter().enumerate();
    let notices =
        notices.map(|(n, one)| notice(&one, &format!("{field}.notices[{n}]"))).collect::<Result<_, _>>()?;
    Ok(Probe { when: condition, path: asked, headers, answers, notices, then: then.map(Box::new) })
}

/// Whatever holds of the probe before it.
fn following(
    then: Spanned<file::Probe>,
    options: &Declared,
    secrets: &[Secret],
    field: &str,
) -> Result<Probe, EngineError> {
    match &then.value.when {
        Some(condition) => Err(EngineError::at(
            condition,
            format!("{field}.when"),
            "is of a probe that follows another: say it of the first",
        )),
        None => probe(then, options, secrets, field),
    }
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

fn notice(notice: &Spanned<file::Notice>, field: &str) -> Result<Notice, EngineError> {
    let refused = |sentence: String| EngineError::at(notice, field, sentence);
    let file::Notice { headers, says } = &notice.value;
    if headers.is_empty() {
        return Err(refused("looks at no header, so it would be told of every answer".to_owned()));
    }
    are_headers(headers).map_err(refused)?;
    let (english, german) = each(says.clone(), &format!("{field}.says"), |says, field| {
        let clause = says.value.trim();
        if clause.is_empty() || clause.chars().any(char::is_control) {
            let sentence = "has to say in one line what is told, as in “the shop …”";
            return Err(EngineError::at(&says, field, sentence));
        }
        Ok(clause.to_owned())
    })?;
    Ok(Notice { headers: headers.clone(), says: Text::new(english, german) })
}

/// What an answer means, with what it may tell of it.
fn clause(says: &Spanned<file::Text>, field: &str) -> Result<Clause, EngineError> {
    let (english, german) = each(says.clone(), &format!("{field}.says"), |says, field| {
        if says.value.trim().is_empty() {
            return Err(EngineError::at(&says, field, "has to say something, as in “the shop …”"));
        }
        pieces(&says.value, word).map_err(|sentence| EngineError::at(&says, field, sentence))
    })?;
    Ok(Clause { english, german })
}

/// Whether answers can have them.
fn are_headers(headers: &BTreeMap<String, String>) -> Result<(), String> {
    match headers.keys().find(|name| name.parse::<HeaderName>().is_err()) {
        Some(name) => Err(format!("looks at the header {name}, which cannot be a header's name")),
        None => Ok(()),
    }
}

fn rule(answer: &Spanned<file::Answer>, field: &str) -> Result<Rule, EngineError> {
    let refused = |sentence: String| EngineError::at(answer, field, sentence);
    let file::Answer { status, headers, body, json, ready, says, log } = &answer.value;
    let status = Statuses::parse(status)
        .ok_or_else(|| refused(format!("has the status {status}: write 200, 3xx or 500-599")))?;
    are_headers(headers).map_err(refused)?;
    if let Some(json) = json
        && !json.at.is_empty()
        && !json.at.starts_with('/')
    {
        return Err(refused(format!("looks at {} in the JSON: a place in it begins with /", json.at)));
    }
    let verdict = match (ready, says) {
        (true, None) if log.is_empty() => Verdict::Ready,
        (false, Some(says)) => Verdict::Says { says: clause(says, field)?, log: log.clone() },
        _ => {
            return Err(refused(
                "has to say one thing: `ready: true`, or what it means in `says`, as in “the shop …”"
                    .to_owned(),
            ));
        }
    };
    if log.iter().any(|text| text.trim().is_empty()) {
        return Err(refused("looks for nothing in the log: write what the line has in it".to_owned()));
    }
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
        _ => Err(format!("has $({name}): what can stand there is $(status) and $(location)")),
    }
}

#[cfg(test)]
mod tests {
    use store::Said;

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
    fn what_is_asked_then_is_a_probe_like_the_first_and_has_its_conditions() {
        let then = "path: /fancy\n    then: {path: /more, headers: {x-more: $(secrets.email)}, answers: [{status: 200, ready: true}]}";
        let engine = Engine::parse(&PAGE.replace("path: /fancy", then)).unwrap();
        let probe = engine.probe(&[("fancy".to_owned(), true.into())].into());
        assert_eq!(probe.all().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["/fancy", "/more"]);
        assert_eq!(probe.secrets().collect::<Vec<_>>(), ["token", "email"]);
        let of_its_own = then.replace("{path: /more", "{when: {fancy: true}, path: /more");
        assert_refused("path: /fancy", &of_its_own, "probes[0].then.when", "of the first");
        assert_refused("path: /fancy", &then.replace("/more", "more"), "probes[0].then.path", "such as");
    }

    #[test]
    fn an_answer_has_one_meaning() {
        let field = "probes[1].answers[0]";
        assert_refused("body: Welcome, ready: true", "body: Welcome", field, "one thing");
        assert_refused("body: Welcome, ready: true", "ready: true, says: a", field, "one thing");
        assert_refused("body: Welcome, ready: true", "ready: true, log: [a]", field, "one thing");
        assert_refused("body: Welcome, ready: true", "says: a, log: [\"\"]", field, "in the log");
        assert_refused("{status: 200, body", "{status: ok, body", field, "write 200");
        assert_refused("body: Welcome", "headers: {a b: c}", field, "header's name");
        assert_refused("body: Welcome", "json: {at: products, is: array}", field, "begins with /");
        assert_refused(
            "leads to $(location)",
            "leads to $(place)",
            "probes[1].answers[1].says",
            "$(location)",
        );
        assert_refused("\"leads to $(location)\"", "\"\"", "probes[1].answers[1].says", "say something");
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
    fn why_stands_in_the_log_where_an_answer_says_so() {
        let text = PAGE.replacen(
            "{status: 200, body: Welcome",
            "{status: 500, says: is broken, log: [\"ERROR:\"]}\n      - {status: 200, body: Welcome",
            1,
        );
        let engine = Engine::parse(&text).unwrap();
        let headers = http::HeaderMap::new();
        let answer = crate::probe::Answer { status: 500, headers: &headers, body: "" };
        let no_answer = engine.probe(&engine.options.defaults).judge(answer).unwrap_err();
        assert_eq!(no_answer.to_string(), "The shop is broken.");
        let log = "INFO: a\n[web] ERROR: one\nERROR: two in x.php:7\\nStack trace:\\n#0\nINFO: b\n";
        assert_eq!(no_answer.line(log), Some("ERROR: two in x.php:7"));
        assert_eq!(no_answer.line("INFO: b\n"), None);
        assert_eq!(no_answer.because("ERROR: two").to_string(), "The shop is broken: “ERROR: two”.");
    }

    #[test]
    fn a_notice_is_of_a_header_and_says_something() {
        let field = "probes[1].notices[0]";
        assert_refused("{x-page-tired: yes}", "{}", field, "no header");
        assert_refused("{x-page-tired: yes}", "{a b: yes}", field, "header's name");
        assert_refused("says: is tired", "says: \"\"", &format!("{field}.says"), "in one line");
    }

    #[test]
    fn every_notice_that_fits_is_told() {
        let engine = Engine::parse(PAGE).unwrap();
        let probe = engine.probe(&engine.options.defaults);
        let mut headers = http::HeaderMap::new();
        let notices = |headers: &http::HeaderMap| {
            probe.notices(crate::probe::Answer { status: 200, headers, body: "Welcome" })
        };
        assert_eq!(notices(&headers), []);
        headers.insert("x-page-tired", http::HeaderValue::from_static("yes"));
        assert_eq!(notices(&headers).iter().map(Said::to_string).collect::<Vec<_>>(), ["The shop is tired."]);
    }

    #[test]
    fn the_first_answer_that_fits_counts() {
        let engine = Engine::parse(PAGE).unwrap();
        let probe = engine.probe(&engine.options.defaults);
        let mut headers = http::HeaderMap::new();
        headers.insert("location", http::HeaderValue::from_static("/set-up"));
        let judge = |status, body| probe.judge(crate::probe::Answer { status, headers: &headers, body });
        assert_eq!(judge(200, "<h1>Welcome</h1>"), Ok(()));
        assert_eq!(
            judge(200, "<h1>Goodbye</h1>").unwrap_err().to_string(),
            "The shop answers, but not as the shop."
        );
        assert_eq!(judge(302, "").unwrap_err().to_string(), "The shop leads to /set-up.");
    }
}
