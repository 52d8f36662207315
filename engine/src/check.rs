//! What has to hold of an engine, beyond its shape.

mod actions;
mod asks;
mod parts;
mod probes;
mod texts;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::Spanned;
use store::{AccountRule, PlanName};

use self::texts::{line, text};
use crate::{
    Choice, Declared, Engine, EngineError, Name, Note, Options, Secret, Sizes, Volume, When, file, option,
    secret::{DIGITS, Source},
};

/// As long as a card on the form has room for.
const MAX_TITLE: usize = 40;
const MAX_SUMMARY: usize = 200;

pub(crate) fn engine(file: file::File) -> Result<Engine, EngineError> {
    let name = name(file.title, file.summary, "")?;
    let admin_path = path(file.admin.path, "admin.path")?;
    let account = file.admin.sign_in;
    let images = names(file.images, "images")?;
    let options = options(file.options)?;
    let variants = variants(file.variants, &options)?;
    let notes = notes(file.notes, &options)?;
    let asks = asks::asks(file.asks, &options)?;
    let parts = parts::parts(file.parts, &options)?;
    let volumes = volumes(file.volumes)?;
    let plans = plans(file.plans, &parts, &volumes)?;
    let secrets = secrets(file.secrets, account)?;
    let no_settings = Options::new();
    let settings = plans.values().next().map_or(&no_settings, |sizes| &sizes.settings);
    let known = values::Known {
        images: &images,
        options: &options.defaults,
        asks: &asks,
        parts: &parts,
        volumes: &volumes,
        settings,
    };
    let values = values::template(file.values.value, &known)?;
    let (exceptions, probe) = probes::probes(file.probes, &options, &secrets)?;
    let actions = actions::actions(file.actions, &parts)?;
    Ok(Engine {
        name,
        variants,
        admin_path,
        account,
        images,
        options,
        notes,
        asks,
        parts,
        volumes,
        plans,
        secrets,
        values,
        exceptions,
        probe,
        actions,
    })
}

fn name(title: Spanned<String>, summary: Spanned<file::Text>, of: &str) -> Result<Name, EngineError> {
    Ok(Name {
        title: line(title, &format!("{of}title"), MAX_TITLE)?,
        summary: text(summary, &format!("{of}summary"), MAX_SUMMARY)?,
    })
}

fn variants(variants: Vec<file::Variant>, known: &Declared) -> Result<Vec<(When, Name)>, EngineError> {
    let checked = variants.into_iter().enumerate().map(|(n, variant)| {
        let field = format!("variants[{n}]");
        let when = when(Some(variant.when), known, &field)?;
        Ok((when, name(variant.title, variant.summary, &format!("{field}."))?))
    });
    checked.collect()
}

/// A path as a browser asks for it, with or without a query.
fn path(path: Spanned<String>, field: impl std::fmt::Display) -> Result<String, EngineError> {
    let is_one = path.value.starts_with('/')
        && path.value.parse::<http::uri::PathAndQuery>().is_ok_and(|it| it.as_str() == path.value);
    if !is_one {
        return Err(EngineError::at(
            &path,
            field,
            format!("is “{}”: write a path below the shop's address, such as /admin/", path.value),
        ));
    }
    Ok(path.value)
}

/// Names of things that stand in a list, each once.
fn names(names: Vec<Spanned<String>>, field: &str) -> Result<Vec<String>, EngineError> {
    let mut known = BTreeSet::new();
    for (n, name) in names.iter().enumerate() {
        let field = format!("{field}[{n}]");
        is_name(name, &field)?;
        if !known.insert(&name.value) {
            return Err(EngineError::at(name, field, format!("names {} a second time", name.value)));
        }
    }
    Ok(names.into_iter().map(|name| name.value).collect())
}

fn volumes(volumes: file::Titled) -> Result<Vec<Volume>, EngineError> {
    let (names, titles): (Vec<_>, Vec<_>) = volumes.0.into_iter().unzip();
    let names = self::names(names, "volumes")?;
    let titled = names.into_iter().zip(titles).map(|(name, title)| {
        let title = match title {
            Some(title) => text(title, &format!("volumes.{name}"), MAX_TITLE)?,
            None => name.as_str().into(),
        };
        Ok(Volume { name, title })
    });
    titled.collect()
}

/// An RFC 1123 label, but that capitals are allowed within, as in a chart's values.
fn is_name(name: &Spanned<String>, field: &str) -> Result<(), EngineError> {
    let is_one = (1..=63).contains(&name.value.len())
        && name.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && name.value.as_bytes()[0].is_ascii_alphabetic();
    if is_one {
        return Ok(());
    }
    Err(EngineError::at(
        name,
        field,
        format!("is “{}”: a name has letters, digits and dashes, and begins with a letter", name.value),
    ))
}

fn options(options: BTreeMap<String, Spanned<file::Declared>>) -> Result<Declared, EngineError> {
    let mut declared = Declared::default();
    for (name, option) in options {
        let field = format!("options.{name}");
        let place = Spanned::new(name, option.referenced, option.defined);
        is_name(&place, &field)?;
        let default = match option.value {
            file::Declared::Any(default) => default,
            file::Declared::OneOf(words) => {
                let default = words.first().cloned().unwrap_or_default();
                if words.len() < 2 || words.iter().any(String::is_empty) {
                    return Err(EngineError::at(
                        &place,
                        field,
                        "leaves nothing to choose: list at least two words, the one first that holds where none is chosen",
                    ));
                }
                declared.words.insert(place.value.clone(), words);
                Choice::Text(default)
            }
        };
        declared.defaults.insert(place.value, default);
    }
    Ok(declared)
}

/// What has to be chosen for something to hold.
fn when(when: Option<Spanned<Options>>, known: &Declared, field: &str) -> Result<When, EngineError> {
    let Some(when) = when else { return Ok(When::default()) };
    known
        .check(&when.value)
        .map_err(|error| EngineError::at(&when, format!("{field}.when"), format!("cannot be: {error}")))?;
    Ok(When(when.value))
}

fn notes(notes: Vec<file::Note>, known: &Declared) -> Result<Vec<Note>, EngineError> {
    const MAX_NOTE: usize = 400;
    let checked = notes.into_iter().enumerate().map(|(n, note)| {
        let field = format!("notes[{n}]");
        Ok(Note {
            when: when(note.when, known, &field)?,
            mail: note.mail,
            text: text(note.text, &format!("{field}.text"), MAX_NOTE)?,
        })
    });
    checked.collect()
}

fn plans(
    plans: Spanned<BTreeMap<PlanName, Spanned<file::Sizes>>>,
    parts: &[crate::Part],
    volumes: &[Volume],
) -> Result<BTreeMap<PlanName, Sizes>, EngineError> {
    if plans.value.is_empty() {
        return Err(EngineError::at(
            &plans,
            "plans",
            "are none: give at least one of small, medium and large",
        ));
    }
    let mut usual = None;
    let checked = plans.value.into_iter().map(|(plan, sizes)| {
        let field = format!("plans.{}", plan.key());
        let place = Spanned::new((), sizes.referenced, sizes.defined);
        let file::Sizes { parts: of_parts, volumes: of_volumes, settings } = sizes.value;
        let settings = self::settings(settings, usual.as_ref(), &place, &format!("{field}.settings"))?;
        usual.get_or_insert_with(|| settings.clone());
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let of_parts = sized(of_parts, &names, &place, &format!("{field}.parts"))?;
        for (name, resources) in &of_parts {
            is_sensible(resources, &format!("{field}.parts.{name}"))?;
        }
        let names: Vec<&str> = volumes.iter().map(|volume| volume.name.as_str()).collect();
        let of_volumes = sized(of_volumes, &names, &place, &format!("{field}.volumes"))?;
        Ok((
            plan,
            Sizes {
                parts: of_parts.into_iter().map(|(name, resources)| (name, resources.value)).collect(),
                volumes: of_volumes.into_iter().map(|(name, disk)| (name, disk.value)).collect(),
                settings,
            },
        ))
    });
    checked.collect()
}

/// What a plan sets, which has to be what the plan before it does.
fn settings(
    settings: BTreeMap<String, Spanned<option::Choice>>,
    usual: Option<&Options>,
    place: &Spanned<()>,
    field: &str,
) -> Result<Options, EngineError> {
    for (name, choice) in &settings {
        let field = format!("{field}.{name}");
        is_name(&Spanned::new(name.clone(), choice.referenced, choice.defined), &field)?;
        match usual.map(|usual| usual.get(name)) {
            Some(None) => {
                return Err(EngineError::at(
                    choice,
                    field,
                    "is set by this plan and not by another: let every plan set it",
                ));
            }
            Some(Some(other)) if other.kind() != choice.value.kind() => {
                return Err(EngineError::at(
                    choice,
                    field,
                    format!("has to be {}, as in another plan", other.kind()),
                ));
            }
            _ => {}
        }
    }
    if let Some(missing) =
        usual.into_iter().flat_map(BTreeMap::keys).find(|name| !settings.contains_key(*name))
    {
        return Err(EngineError::at(place, format!("{field}.{missing}"), "is missing: another plan sets it"));
    }
    Ok(settings.into_iter().map(|(name, choice)| (name, choice.value)).collect())
}

/// A size for each name, and for nothing else.
fn sized<T>(
    sizes: BTreeMap<String, Spanned<T>>,
    names: &[&str],
    place: &Spanned<()>,
    field: &str,
) -> Result<BTreeMap<String, Spanned<T>>, EngineError> {
    if let Some((name, size)) = sizes.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        let known = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        return Err(EngineError::at(
            size,
            format!("{field}.{name}"),
            format!("gives a size to what there is not: there is {known}"),
        ));
    }
    if let Some(missing) = names.iter().find(|name| !sizes.contains_key(**name)) {
        return Err(EngineError::at(place, format!("{field}.{missing}"), "is missing: give it a size"));
    }
    Ok(sizes)
}

fn is_sensible(resources: &Spanned<crate::Resources>, field: &str) -> Result<(), EngineError> {
    let crate::Resources { requests, limits } = resources.value;
    // Of the two, one that is not said is the namespace's default, which depends on the platform's version: say both or neither.
    if requests.ephemeral_storage.is_some() != limits.ephemeral_storage.is_some() {
        return Err(EngineError::at(
            resources,
            field,
            "says of ephemeral-storage only what is requested, or only the limit: say both, or neither",
        ));
    }
    let is_more = requests.cpu > limits.cpu
        || requests.memory > limits.memory
        || requests.ephemeral_storage > limits.ephemeral_storage;
    if is_more {
        return Err(EngineError::at(
            resources,
            field,
            "requests more than its limits allow: raise the limits, or request less",
        ));
    }
    Ok(())
}

fn secrets(secrets: Vec<Spanned<file::Secret>>, account: AccountRule) -> Result<Vec<Secret>, EngineError> {
    let mut known = BTreeSet::new();
    let mut checked = Vec::new();
    for (n, secret) in secrets.into_iter().enumerate() {
        let field = format!("secrets[{n}]");
        let refused = |sentence: String| Err(EngineError::at(&secret, &field, sentence));
        let file::Secret { key, from, prefix, digits, public } = &secret.value;
        let is_key = (1..=253).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if !is_key {
            return refused(format!(
                "has the key “{key}”: a Secret's key has letters, digits and - . _ only"
            ));
        }
        if !known.insert(key.clone()) {
            return refused(format!("names the key {key} a second time"));
        }
        if *from == file::From::User && account == AccountRule::Email {
            return refused(format!(
                "takes {key} from the user name, which nobody gives: admin.signIn is email"
            ));
        }
        if *from != file::From::Seed && (prefix.is_some() || digits.is_some()) {
            return refused(format!("has a prefix or digits for {key}, which go with `from: seed` only"));
        }
        if *from != file::From::Seed && public.is_some() {
            return refused(format!("shows {key} to everybody: what can be public is what has `from: seed`"));
        }
        let digits = digits.unwrap_or(*DIGITS.end());
        if !DIGITS.contains(&digits) {
            return refused(format!(
                "asks for {digits} digits of {key}: there can be {} to {}",
                DIGITS.start(),
                DIGITS.end()
            ));
        }
        let from = match from {
            file::From::User => Source::User,
            file::From::Email => Source::Email,
            file::From::Password => Source::Password,
            file::From::MailUser => Source::MailUser,
            file::From::MailPassword => Source::MailPassword,
            file::From::MailAuthorities => Source::MailAuthorities,
            file::From::Seed => Source::Seed {
                prefix: prefix.clone().unwrap_or_default(),
                digits,
                public: public
                    .clone()
                    .map(|title| text(title, &format!("{field}.public"), MAX_TITLE))
                    .transpose()?,
            },
        };
        checked.push(Secret { key: key.clone(), from });
    }
    Ok(checked)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use store::MailMode;

    use super::*;

    /// The smallest engine there is.
    pub(crate) const PAGE: &str = r#"
title: Page
summary: One page
variants:
  - {when: {fancy: true}, title: Gallery, summary: Many pages}
admin: {path: /admin/, signIn: email}
images: [page]
options: {greeting: hello, fancy: false}
notes:
  - {when: {fancy: true}, text: It is fancy.}
  - text: It sells nothing.
  - {mail: none, text: It sends nothing.}
parts:
  - {name: data, title: Data, port: 5432}
  - name: web
    title: Web
    port: 8080
    public: true
    reaches: [data]
    helpers:
      - {name: cron, resources: {requests: {cpu: 1m, memory: 16Mi}, limits: {cpu: 100m, memory: 32Mi}}}
asks:
  - {name: colour, title: Colour, choices: {red: Bright red, blue: Blue}, default: blue}
  - {when: {fancy: true}, name: zone, title: Time zone, choices: [UTC, Europe/Berlin], default: UTC, suggest: timeZone}
volumes: [files]
plans:
  small:
    parts:
      data: &tiny {requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 100m, memory: 32Mi}}
      web: *tiny
    volumes: {files: 1Gi}
    settings: {workers: 2, cache: 16}
secrets:
  - {key: email, from: email}
  - {key: token, from: seed, prefix: pk_, digits: 64, public: Page key}
values:
  host: $(host)
  image: $(images.page)
  greeting: "$(options.greeting), $(title)"
  colour: $(asks.colour)
  resources: $(resources.web)
probes:
  - when: {fancy: true}
    path: /fancy
    headers: {x-key: $(secrets.token)}
    answers: [{status: 200, ready: true}]
  - path: /
    answers:
      - {status: 200, body: Welcome, ready: true}
      - {status: 3xx, says: "leads to $(location)"}
    notices: [{headers: {x-page-tired: yes}, says: is tired}]
actions:
  dump: {part: data, command: [dump-all]}
  signIn: {part: web, command: [let-in], path: "/in?token=$(token)"}
"#;

    /// The field that `PAGE` is refused for when `from` is replaced by `to`, and the sentence.
    #[track_caller]
    fn refused(from: &str, to: &str) -> (String, String) {
        assert!(PAGE.contains(from), "{from}");
        match Engine::parse(&PAGE.replacen(from, to, 1)) {
            Err(EngineError::Field { field, line, column, sentence }) => {
                assert!(line > 0 && column > 0, "{field} has no place");
                (field, sentence)
            }
            other => panic!("{other:?}"),
        }
    }

    /// What is said of the shape of `PAGE` when `from` is replaced by `to`.
    #[track_caller]
    fn misshapen(from: &str, to: &str) -> String {
        assert!(PAGE.contains(from), "{from}");
        match Engine::parse(&PAGE.replacen(from, to, 1)) {
            Err(EngineError::Shape(sentence)) => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn assert_refused(from: &str, to: &str, field: &str, word: &str) {
        let (refused, sentence) = refused(from, to);
        assert_eq!(refused, field, "{sentence}");
        assert!(sentence.contains(word), "{sentence}");
    }

    #[test]
    fn the_smallest_engine_is_understood() {
        let engine = Engine::parse(PAGE).unwrap();
        assert_eq!(engine.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["data", "web"]);
        assert_eq!(engine.parts[0].labels["app.kubernetes.io/component"], "data");
        let notes = |options: &Options, mail| {
            engine.notes(options, mail).map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(notes(&engine.options.defaults, MailMode::Smtp), "It sells nothing.");
        assert_eq!(notes(&engine.options.defaults, MailMode::None), "It sells nothing. It sends nothing.");
        assert_eq!(engine.probe(&engine.options.defaults).path, "/");
        let fancy = engine.options.settled(&[("fancy".to_owned(), true.into())].into()).unwrap();
        let name = |options: &Options| format!("{}: {}", engine.title(options), engine.summary(options));
        assert_eq!(name(&engine.options.defaults), "Page: One page");
        assert_eq!(name(&fancy), "Gallery: Many pages");
        assert_eq!(notes(&fancy, MailMode::Smtp), "It is fancy. It sells nothing.");
        assert_eq!(engine.probe(&fancy).secrets().collect::<Vec<_>>(), ["token"]);
    }

    #[test]
    fn an_error_tells_the_field_the_place_and_what_to_do() {
        let error = Engine::parse(&PAGE.replace("path: /admin/", "path: admin")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "admin.path (line 6, column 15) is “admin”: write a path below the shop's address, such as /admin/."
        );
    }

    #[test]
    fn a_field_that_there_is_not_is_named_with_its_place() {
        let sentence = misshapen("    port: 8080", "    prot: 8080");
        assert!(sentence.contains("prot") && sentence.contains("port"), "{sentence}");
        assert!(sentence.contains("line 17"), "{sentence}");
    }

    #[test]
    fn a_field_that_is_missing_is_named() {
        let sentence = misshapen("summary: One page\n", "");
        assert!(sentence.contains("summary"), "{sentence}");
    }

    #[test]
    fn what_is_no_yaml_is_refused_with_its_place() {
        assert!(misshapen("title: Page", "title: [Page").contains("line"));
        assert!(misshapen("title: Page", "title: Page\ntitle: Other").contains("title"));
    }

    #[test]
    fn amounts_that_are_none_are_refused_with_what_to_write() {
        assert!(misshapen("cpu: 10m", "cpu: ten").contains("such as 2 or 250m"));
        assert!(misshapen("memory: 16Mi", "memory: 16").contains("such as 640Mi"));
        assert!(misshapen("files: 1Gi", "files: 1Ti").contains("such as 3Gi"));
        assert!(misshapen("port: 8080", "port: 80800").contains("line 17"));
        assert!(misshapen("  small:", "  tiny:").contains("tiny"));
        assert!(misshapen("signIn: email", "signIn: phone").contains("phone"));
        assert!(misshapen("  dump:", "  drop:").contains("drop"));
    }

    #[test]
    fn a_title_and_a_summary_are_one_line_that_has_room() {
        assert_refused("title: Page", "title: \"\"", "title", "one line");
        assert_refused("title: Page", &format!("title: {}", "x".repeat(41)), "title", "at most 40");
        assert_refused("summary: One page", "summary: \"a\\nb\"", "summary", "one line");
        assert_refused("title: Gallery", "title: \"\"", "variants[0].title", "one line");
    }

    #[test]
    fn names_are_names_and_stand_once() {
        assert_refused("images: [page]", "images: [a page]", "images[0]", "begins with a letter");
        assert_refused("images: [page]", "images: [page, page]", "images[1]", "second time");
        assert_refused("volumes: [files]", "volumes: [files, files]", "volumes[1]", "second time");
        assert_refused("volumes: [files]", "volumes: {files: \"\"}", "volumes.files", "one line");
        assert_refused("{greeting: hello", "{g.reeting: hello", "options.g.reeting", "begins with a letter");
    }

    #[test]
    fn what_depends_on_an_option_names_one_that_there_is_and_its_kind() {
        let (field, sentence) = refused("when: {fancy: true}, text", "when: {fency: true}, text");
        assert_eq!(field, "notes[0].when");
        assert!(sentence.contains("it has fancy, greeting"), "{sentence}");
        assert_refused(
            "when: {fancy: true}, text",
            "when: {fancy: much}, text",
            "notes[0].when",
            "true or false",
        );
        assert_refused(
            "when: {fancy: true}\n    path",
            "when: {greeting: 7}\n    path",
            "probes[0].when",
            "a text",
        );
        assert_refused("text: It sells nothing.", "text: \"\"", "notes[1].text", "one line");
        assert_refused(
            "when: {fancy: true}, title",
            "when: {fency: true}, title",
            "variants[0].when",
            "it has fancy, greeting",
        );
    }

    #[test]
    fn an_option_that_is_one_of_several_words_has_the_first_where_none_is_chosen() {
        let with =
            |words: &str| PAGE.replacen("fancy: false}", &format!("fancy: false, color: {words}}}"), 1);
        let engine = Engine::parse(&with("[red, blue]")).unwrap();
        assert_eq!(engine.options.defaults["color"].to_string(), "red");
        for words in ["[]", "[red]", "[red, \"\"]"] {
            let refused = Engine::parse(&with(words)).unwrap_err().to_string();
            assert!(refused.starts_with("options.color") && refused.contains("at least two"), "{refused}");
        }
        let noted =
            with("[red, blue]").replacen("when: {fancy: true}, text", "when: {color: green}, text", 1);
        let refused = Engine::parse(&noted).unwrap_err().to_string();
        assert!(refused.contains("one of red, blue"), "{refused}");
    }

    #[test]
    fn a_plan_sizes_what_there_is_and_nothing_else() {
        assert_refused("      web: *tiny\n", "", "plans.small.parts.web", "missing");
        assert_refused("      web: *tiny", "      wep: *tiny", "plans.small.parts.wep", "there is data, web");
        assert_refused("{files: 1Gi}", "{}", "plans.small.volumes.files", "missing");
        assert_refused(
            "{files: 1Gi}",
            "{files: 1Gi, more: 1Gi}",
            "plans.small.volumes.more",
            "there is files",
        );
        assert_refused(
            "{requests: {cpu: 10m, memory: 16Mi}",
            "{requests: {cpu: 10m, memory: 64Mi}",
            "plans.small.parts.data",
            "raise the limits",
        );
        let none = PAGE.find("  small:").unwrap();
        let after = PAGE.find("secrets:").unwrap();
        let (field, _) = refused(&PAGE[none..after], "  {}\n");
        assert_eq!(field, "plans");
    }

    #[test]
    fn every_plan_sets_the_same() {
        let with_medium = |settings: &str| {
            let medium = format!(
                "  medium:\n    parts: {{data: *tiny, web: *tiny}}\n    volumes: {{files: 1Gi}}\n    settings: {settings}\nsecrets:"
            );
            refused("secrets:", &medium)
        };
        let (field, sentence) = with_medium("{workers: 4}");
        assert_eq!(field, "plans.medium.settings.cache");
        assert!(sentence.contains("is missing"), "{sentence}");
        let (field, sentence) = with_medium("{workers: 4, cache: 32, threads: 1}");
        assert_eq!(field, "plans.medium.settings.threads");
        assert!(sentence.contains("let every plan set it"), "{sentence}");
        let (field, sentence) = with_medium("{workers: many, cache: 32}");
        assert_eq!(field, "plans.medium.settings.workers");
        assert!(sentence.contains("a whole number"), "{sentence}");
        assert_refused(
            "{workers: 2,",
            "{w.orkers: 2,",
            "plans.small.settings.w.orkers",
            "begins with a letter",
        );
    }

    #[test]
    fn a_secret_comes_from_where_there_is_something() {
        assert_refused("{key: email, from: email}", "{key: user, from: user}", "secrets[0]", "nobody gives");
        assert_refused("{key: email,", "{key: e mail,", "secrets[0]", "letters, digits");
        assert_refused("{key: token,", "{key: email,", "secrets[1]", "second time");
        assert_refused("from: email}", "from: email, digits: 64}", "secrets[0]", "from: seed");
        assert_refused("digits: 64", "digits: 65", "secrets[1]", "32 to 64");
    }

    #[test]
    fn only_what_is_derived_from_the_seed_can_be_public_and_only_where_it_is_said() {
        let engine = Engine::parse(PAGE).unwrap();
        let public: Vec<_> =
            engine.secrets.iter().filter_map(|it| Some((it.key.as_str(), it.public()?))).collect();
        assert_eq!(public, [("token", &"Page key".into())]);
        assert_refused("from: email}", "from: email, public: E-mail}", "secrets[0]", "from: seed");
        assert_refused("public: Page key", "public: \"\"", "secrets[1].public", "is empty");
    }

    proptest! {
        #[test]
        fn whatever_a_definition_says_is_read_or_refused(text in prop_oneof![any::<String>(), "[a-z:{}\\[\\] &*!|>\\n-]{0,300}"]) {
            let _read = Engine::parse(&text);
        }

        #[test]
        fn a_definition_in_which_something_else_stands_is_read_or_refused(
            from in 0..PAGE.len(), length in 0..40usize, text in prop_oneof![any::<String>(), "[a-z0-9:{}\\[\\] &*$./-]{0,30}"],
        ) {
            let to = (from + length).min(PAGE.len());
            let mut page = PAGE.to_owned();
            page.replace_range(page.floor_char_boundary(from)..page.floor_char_boundary(to), &text);
            if let Err(error) = Engine::parse(&page) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn a_definition_that_names_itself_again_and_again_ends() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let before = format!("*a{}", n - 1);
            bomb += &format!("a{n}: &a{n} [{}]\n", [before.as_str(); 9].join(", "));
        }
        assert!(Engine::parse(&bomb).is_err());
        assert!(Engine::parse(&format!("title: {}x{}", "[".repeat(100_000), "]".repeat(100_000))).is_err());
    }
}
