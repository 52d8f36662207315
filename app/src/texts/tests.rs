//! Nothing that a page says is said anywhere else, and nothing of it in one language alone.

mod engines;

use std::{collections::BTreeSet, fs, path::Path};

use access::audit::{Actor, Deed, Outcome};
use http::StatusCode;
use leptos::prelude::*;
use proc_macro2::{TokenStream, TokenTree};
use provisioner::window::{
    Level, Line, Logs, Metrics, Quantity, Restart, Series, client::AskError, prometheus,
};
use store::{
    ConditionKind, EngineNote, Language, ListQuery, Millis, Person, PersonId, Phase, PlanCard, RemovalKind,
    Role, Said, State, StoreSummary, StoreView, Text, Told, Verb, Vitals,
    time::Elapsed,
    view::{
        Ask, Evidence, Notice, Offered, OwnMailOffer, PodState, PodView, PublicValue, Source, TimelineEntry,
        TimelineKind, Undone, Volume,
    },
    vitals::{Answer, Restarts, Share, Usage},
};

use self::engines::{cards, form};
use crate::{
    api::jobs::{End, Ended, Jobs, UnderWay},
    components::{Whence, tray},
    door, fixtures, keys,
    me::Me,
    pages, palette,
    plain::{
        self,
        activity::{self, Event, What},
        audit, logs, metrics, people, selected,
    },
    texts::{errors, list},
    update::{GoneStore, Shown, Update, View},
};

/// What is a name, or code, and so the same in every language.
const NAMES: [&str; 7] =
    ["ArrowDown", "ArrowUp", "Enter", "Mac OS", "Storeyard", "storeyard user add", "Said(…)"];
/// Attributes that are read out or shown.
const SPOKEN: [&str; 6] = ["aria-label", "label", "title", "placeholder", "alt", "data-busy"];

#[test]
fn no_page_says_what_is_not_among_the_texts() {
    let mut found = Vec::new();
    for file in sources(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path()) {
        let source = fs::read_to_string(&file).unwrap();
        let tests = ["\n#[cfg(test)]\nmod ", "\n#[cfg(all(test"].map(|sign| source.find(sign));
        let code = &source[..tests.into_iter().flatten().min().unwrap_or(source.len())];
        let tokens: TokenStream = code.parse().unwrap();
        let mut said = Vec::new();
        in_code(tokens, &mut said);
        found.extend(said.into_iter().map(|said| format!("{}: {said}", file.display())));
    }
    assert!(found.is_empty(), "put it into app/src/texts:\n{}", found.join("\n"));
}

#[test]
fn a_text_outside_of_its_place_is_found_wherever_it_stands() {
    let said = |code: &str| {
        let mut said = Vec::new();
        in_code(code.parse().unwrap(), &mut said);
        said
    };
    for code in [
        r#"view! { <p class="muted">"nothing yet"</p> }"#,
        r#"view! { <nav aria-label="Main"></nav> }"#,
        r#"view! { <p>{if x { "Yes" } else { y() }}</p> }"#,
        r#"let told = format!("Try {n} again");"#,
        r#"fn told() -> &'static str { "it is gone." }"#,
        r#"view! { <p>{x.then(|| view! { <b>"gone"</b> })}</p> }"#,
    ] {
        assert_eq!(said(code).len(), 1, "{code}");
    }
    for code in [
        r#"view! { <p class="card empty" data-key="there">{texts::gone()}" · "</p> }"#,
        r#"tracing::info!(target: "audit", "Somebody came in.");"#,
        r#"view! { <a href="/stores" aria-current={x.then_some("page")}>"Storeyard"</a> }"#,
        r#"#[expect(clippy::x, reason = "It is so.")] fn f() {}"#,
    ] {
        assert!(said(code).is_empty(), "{code}");
    }
}

/// Files in which a text would be out of its place.
fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        match path.is_dir() {
            _ if ["texts", "fixtures", "language"].contains(&name.as_str()) => {}
            true => files.extend(sources(&path)),
            false if path.extension().is_some_and(|kind| kind == "rs") => files.push(path),
            false => {}
        }
    }
    files
}

/// Macros of which the text is for the log, and not for the page.
const FOR_THE_LOG: [&str; 6] = ["trace", "debug", "info", "warn", "error", "debug_assert_eq"];

fn in_code(tokens: TokenStream, said: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (n, token) in tokens.iter().enumerate() {
        let before = |back: usize| n.checked_sub(back).map(|at| tokens[at].to_string()).unwrap_or_default();
        match token {
            TokenTree::Group(group) => {
                let is_macro = before(1) == "!";
                let is_attribute = before(1) == "#" || (is_macro && before(2) == "#");
                if is_macro && before(2) == "view" {
                    in_view(group.stream(), said);
                } else if !(is_attribute || is_macro && FOR_THE_LOG.contains(&before(2).as_str())) {
                    in_code(group.stream(), said);
                }
            }
            TokenTree::Literal(literal) => {
                said.extend(text(&literal.to_string()).filter(|text| is_prose(text)));
            }
            _ => {}
        }
    }
}

fn in_view(tokens: TokenStream, said: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (n, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => in_code(group.stream(), said),
            TokenTree::Literal(literal) => {
                let Some(text) = text(&literal.to_string()) else { continue };
                let attribute = attribute(&tokens[..n]);
                let is_told = match &attribute {
                    Some(name) => SPOKEN.contains(&name.as_str()),
                    None => true,
                };
                if is_told
                    && text.chars().filter(|letter| letter.is_alphabetic()).count() > 1
                    && !is_name(&text)
                {
                    said.push(text);
                }
            }
            _ => {}
        }
    }
}

/// Whose value follows: `aria-label=`.
fn attribute(before: &[TokenTree]) -> Option<String> {
    let (equals, name) = before.split_last()?;
    (equals.to_string() == "=").then(|| {
        let parts = name.iter().rev().map(ToString::to_string);
        let parts: Vec<String> = parts.take_while(|part| part == "-" || is_word(part)).collect();
        // A word that follows another without a dash is another attribute's.
        let mut name = String::new();
        for part in &parts {
            if is_word(part) && name.chars().next().is_some_and(|first| first != '-') {
                break;
            }
            name.insert_str(0, part);
        }
        name
    })
}

fn is_word(part: &str) -> bool {
    part.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn text(literal: &str) -> Option<String> {
    literal.strip_prefix('"')?.strip_suffix('"').map(str::to_owned)
}

/// Whether it reads like what is said to people.
fn is_prose(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(char::is_uppercase)
        && text.chars().nth(1).is_some_and(|second| second.is_lowercase() || second == ' ');
    let ends = text.contains(' ') && text.ends_with(['.', '!', '?', '…']);
    let has_words = text.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    has_words && (begins || ends) && !is_name(text) && !text.contains('<')
}

fn is_name(text: &str) -> bool {
    NAMES.contains(&text) || text.ends_with(" · Storeyard")
}

/// What a German page may say as an English one does: names, code, and words that both languages have.
const SAME: [&str; 36] = [
    "Admin",
    "Administrator",
    "CPU",
    "Copy",
    "Details",
    "Deutsch",
    "English",
    "Exit-Code",
    "Host",
    "Info",
    "Internet",
    "Links",
    "Log",
    "Logs",
    "Name",
    "Namespace",
    "Page",
    "Page 1.2",
    "Plan",
    "Pods",
    "Port",
    "Release",
    "STARTTLS",
    "Shop",
    "Status",
    "Storeyard",
    "System",
    "TLS",
    "Test",
    "UTC",
    "Web",
    "Workloads",
    "9 min",
    "Logs · Atelier Nord · Storeyard",
    "ada@atelier.example",
    "in 9 s.",
];

#[test]
fn no_page_says_the_same_in_both_languages() {
    let (mut same, alike) = (BTreeSet::new(), engines::alike());
    for (name, render) in rendered() {
        let [english, german] = Language::ALL.map(|language| said(&told_in(language, render)));
        assert!(!german.is_empty(), "{name} is empty");
        let is_told = |text: &&String| text.chars().filter(|letter| letter.is_alphabetic()).count() > 2;
        for text in english.intersection(&german).filter(is_told) {
            if !SAME.contains(&text.as_str()) && !alike.contains(text) {
                same.insert(format!("{name}: {text}"));
            }
        }
    }
    assert!(
        same.is_empty(),
        "in English on a German page:\n{}",
        same.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn nothing_is_copied_in_english_from_a_german_page_but_what_is_told_on_it_in_english() {
    let mut sentences = 0;
    for (name, render) in rendered() {
        let [english, german] = Language::ALL.map(|language| told_in(language, render));
        let told_in_english: Vec<&str> = elements(&german, " lang=\"en\"").collect();
        let both = [&english, &german].map(|html| copied(html));
        for line in both[0].iter().filter(|line| line.contains(' ') && line.ends_with(['.', ':'])) {
            sentences += 1;
            assert!(
                !both[1].contains(line) || told_in_english.iter().any(|text| text.contains(line.as_str())),
                "{name}: {line}"
            );
        }
    }
    assert!(sentences > 9, "{sentences}");
}

/// The lines of what buttons copy.
fn copied(html: &str) -> BTreeSet<String> {
    let copies = html.split(" data-copy=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    copies.flat_map(|(text, _)| text.lines()).map(str::to_owned).collect()
}

/// What is within each element that begins so.
fn elements<'a>(html: &'a str, open: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(open).skip(1).filter_map(|rest| Some(rest.split_once('>')?.1.split_once('<')?.0))
}

fn ada() -> Person {
    Person { id: PersonId::parse("ada").unwrap(), name: "ada".into(), role: Role::Admin }
}

fn told_in(language: Language, render: impl FnOnce() -> String) -> String {
    Owner::new().with(|| {
        provide_context(language);
        provide_context(Me(Some(ada())));
        render()
    })
}

/// Its name, and what renders it.
type Page = (&'static str, fn() -> String);

/// Each page, with as much on it as it can have.
fn rendered() -> Vec<Page> {
    fn update(shown: Shown) -> Update {
        Update {
            shown,
            usually: Some(Elapsed(9_000)),
            vitals: Some(Ok(vitals(&parts()))),
            ..fixtures::shown(Phase::Ready)
        }
    }
    fn store(phase: Phase) -> String {
        let view = whole(phase);
        let page = View::Store(view.summary.id.clone());
        pages::page(&page, update(Shown::Store(Box::new(view)))).html
    }
    fn of_list(phases: &[Phase]) -> String {
        pages::page(&View::List(ListQuery::default()), fixtures::list(phases)).html
    }
    vec![
        ("sign-in", || {
            door::sign_in(
                "",
                &door::Ways { provider: Some("Idp".into()), leave: Some("/".into()), ..Default::default() },
                "/stores",
                "",
                None,
            )
        }),
        ("set-up", || door::set_up("", "", None)),
        ("list", || of_list(&Phase::ALL)),
        ("empty list", || of_list(&[])),
        ("nothing found", || {
            let query = ListQuery { search: "zz".into(), ..ListQuery::default() };
            let shown = Shown::List(
                [whole(Phase::Ready).summary].into_iter().collect::<store::Index>().page(&query, |_| true),
            );
            pages::page(&View::List(query), update(shown)).html
        }),
        ("queued", || store(Phase::Queued)),
        ("provisioning", || store(Phase::Provisioning)),
        ("ready", || store(Phase::Ready)),
        ("updating", || store(Phase::Updating)),
        ("suspended", || store(Phase::Suspended)),
        ("degraded", || store(Phase::Degraded)),
        ("failed", || store(Phase::Failed)),
        ("deleting", || store(Phase::Deleting)),
        ("told by codes, provisioning", || told_by_codes(Phase::Provisioning)),
        ("told by codes, ready", || told_by_codes(Phase::Ready)),
        ("told by codes, degraded", || told_by_codes(Phase::Degraded)),
        ("told by codes, failed", || told_by_codes(Phase::Failed)),
        ("told by codes, deleting", || told_by_codes(Phase::Deleting)),
        ("gone", || {
            let view = whole(Phase::Deleting);
            let id = view.summary.id.clone();
            let gone = GoneStore { view, at: fixtures::NOW.plus_seconds(9) };
            pages::page(&View::Store(id), update(Shown::Gone(Box::new(gone)))).html
        }),
        ("missing", || {
            pages::page(&View::Store(whole(Phase::Ready).summary.id), update(Shown::Missing)).html
        }),
        ("loading", || {
            pages::page(&View::Store(whole(Phase::Ready).summary.id), update(Shown::Loading)).html
        }),
        ("delete", || {
            let view = whole(Phase::Ready);
            pages::page(&View::Delete(view.summary.id.clone()), update(Shown::Store(Box::new(view)))).html
        }),
        ("nowhere", || pages::nowhere().html),
        ("new, of no engine", || form(Vec::new())),
        ("new", || form(cards(false))),
        ("new, of the last engine", || form(cards(false).into_iter().rev().collect())),
        ("new, as nobody runs it", || form(cards(true))),
        ("new, of the last engine, as nobody runs it", || form(cards(true).into_iter().rev().collect())),
        ("users", || {
            let row = |name: &str, stores| people::Row {
                id: PersonId::parse(name).unwrap(),
                role: Role::Member,
                stores,
            };
            let kept = people::Kept::default();
            people::users("", &ada(), &[row("ada", 0), row("bo", 1), row("cy", 7)], &kept, None)
        }),
        ("account", || people::account("", &ada(), true, None)),
        ("audit", || {
            audit::page(
                "",
                &ada(),
                &audit::Wanted::default(),
                &Ok(audit::Shown { records: Vec::new(), found: 0, page: 0 }),
            )
        }),
        ("activity", || {
            let event = |what| Event { at: fixtures::NOW, store: None, name: None, what };
            let by = PersonId::parse("bo").unwrap();
            let events = vec![
                event(What::Asked {
                    by: Actor::Stranger,
                    what: Deed::DeleteStore,
                    to: None,
                    outcome: Outcome::Refused,
                    times: 3,
                }),
                event(What::Told { by, what: Ask::Retry }),
                event(What::Became(Phase::Failed)),
                event(What::Note("A volume is full.".into(), Told::default())),
            ];
            let stale = Some("The cluster does not answer.".into());
            let shown = activity::Shown { events, page: 1, is_more: true, stale };
            activity::page("", &ada(), &activity::Wanted::default(), &Ok(shown))
        }),
        ("no activity", || {
            let bo = Person { role: Role::Member, ..ada() };
            activity::page("", &bo, &activity::Wanted::default(), &Ok(activity::Shown::default()))
        }),
        ("activity, unread", || {
            let why = list::still_reading().to_owned();
            activity::page("", &ada(), &activity::Wanted::default(), &Err(why))
        }),
        ("tray", || {
            let StoreSummary { id, name, phase, since, .. } = whole(Phase::Updating).summary;
            let job = UnderWay { id: id.clone(), name: name.clone(), phase, since, step: None };
            let ended =
                [End::Is(Phase::Failed, Some(ConditionKind::StorefrontReachable)), End::Gone, End::NoRecord];
            let ended = ended.map(|how| Ended { id: id.clone(), name: name.clone(), how, at: fixtures::NOW });
            let jobs = Jobs { under_way: vec![job], number: 4, ended: ended.into(), ..Jobs::default() };
            tray(&jobs, fixtures::NOW).to_html()
        }),
        ("palette", || palette::dialog().to_html()),
        ("palette's opener", || palette::opener().to_html()),
        ("keys", || keys::help(&ada()).to_html()),
        ("logs", || {
            let asked = logs::Asked::default();
            let none = Ok(provisioner::window::Logs::default());
            logs::page("", &ada(), &whole(Phase::Ready), "n", &asked, &none, fixtures::NOW)
        }),
        ("logs of its parts", || {
            let asked = logs::Asked::default();
            logs::page("", &ada(), &whole(Phase::Ready), "n", &asked, &Ok(logged(parts())), fixtures::NOW)
        }),
        ("metrics", || {
            let told = Ok(measured(parts()));
            metrics::page("", &ada(), &whole(Phase::Ready), &Whence::default(), &told, fixtures::NOW)
        }),
        ("metrics, unread", || {
            let told = Said::FollowersFull.into();
            let unread =
                Err(errors::of_window(&AskError::Refused { status: StatusCode::TOO_MANY_REQUESTS, told }));
            metrics::page("", &ada(), &whole(Phase::Ready), &Whence::default(), &unread, fixtures::NOW)
        }),
        ("several", || {
            selected::confirm("", &ada(), &ListQuery::default(), &[whole(Phase::Ready)], &[], true)
        }),
        ("several, not done", || {
            selected::told("", &ada(), &ListQuery::default(), Verb::Suspend, Vec::new())
        }),
        ("refused", || plain::refused("", &ada(), "/users", "")),
        ("no such store", || plain::no_such_store("", &ada())),
    ]
}

fn both(english: &str, german: &str) -> Text {
    Text::new(english, Some(german.into()))
}

/// What an engine calls what its stores consist of.
fn parts() -> Vec<(String, Text)> {
    vec![("web".into(), both("Web server", "Webserver")), ("database".into(), both("Database", "Datenbank"))]
}

/// A line of each.
fn logged(parts: Vec<(String, Text)>) -> Logs {
    let line = |(part, _): &(String, Text)| Line {
        at: fixtures::NOW,
        part: part.clone(),
        level: Level::Error,
        text: "It broke.".into(),
    };
    Logs { lines: parts.iter().map(line).collect(), parts, ..Logs::default() }
}

/// Each uses some of everything, and began anew.
fn measured(parts: Vec<(String, Text)>) -> Metrics {
    let restart = |(_, title): &(String, Text)| Restart {
        at: Millis(fixtures::NOW.0 - 60_000),
        part: title.clone(),
        times: 2,
        reason: "OOMKilled".into(),
    };
    let restarts = parts.iter().map(restart).collect();
    let of_part = |(name, title): &(String, Text)| {
        let (name, title) = (name.clone(), title.clone());
        Quantity::ALL.map(|of| Series {
            of,
            name: name.clone(),
            title: title.clone(),
            limit: Some(3_000.0),
            points: vec![(fixtures::NOW, 1_500.0)],
        })
    };
    let (since, vitals) = (fixtures::NOW, Some(vitals(&parts)));
    let series = parts.iter().flat_map(of_part).collect();
    let mut prometheus = prometheus::Told { at: "http://a:9090".into(), ..prometheus::Told::default() };
    for why in [Said::PartsUnknown, Said::PrometheusSilent { address: "http://a:9090".into() }] {
        prometheus.lacks(why);
    }
    Metrics { since, now: fixtures::NOW, series, restarts, vitals, prometheus: Some(prometheus) }
}

/// With as much as a store can have.
fn whole(phase: Phase) -> StoreView {
    let mut view = fixtures::view(phase);
    view.attempt = 2;
    let volume = |title, used| Volume { title, gibibytes: 2, used: Some(used) };
    view.volumes = vec![volume(both("database", "Datenbank"), 90), volume(both("files", "Dateien"), 2_040)];
    view.engine_notes = vec![
        EngineNote::Said(both("It sends no mail.", "Er sendet keine E-Mails.")),
        EngineNote::SizesNotEnforced,
    ];
    view.public = vec![PublicValue { title: both("Page key", "Schlüssel der Seite"), value: "pk_1".into() }];
    view.options = vec![both("Blue", "Blau"), "Mauve".into()];
    view.allowance = store::Allowance { cpu: 1500, memory: 1536, disk: 5 };
    view.upkeep.larger = vec![PlanCard::new(store::PlanName::Large, view.allowance)];
    let said = Told::from(Said::SettingUp).and(Said::Restarts { times: 2 });
    view.pods.push(PodView { name: "web-0".into(), state: PodState::Starting, detail: said.brief(), said });
    let own = Told::default();
    view.notices =
        vec![Notice { sentence: "A volume is full.".into(), said: own.clone(), since: fixtures::NOW }];
    view.ways_in = store::view::WaysIn { sign_in: true, set_password: true };
    view.deadline = Some(fixtures::NOW.plus_seconds(500));
    view.timeline_dropped = 3;
    view.upkeep.offered =
        Some(Offered { waits: "Its turn comes.".into(), said: own.clone(), versions: view.versions.clone() });
    view.upkeep.undone = Some(Undone { sentence: "It did not answer.".into(), said: own, at: fixtures::NOW });
    view.upkeep.other_egress = store::Egress::ALL.to_vec();
    view.upkeep.safe_mode = Some(false);
    view.upkeep.own_mail = OwnMailOffer::There;
    view
}

/// A store of which all that the operator says has codes.
fn told_by_codes(phase: Phase) -> String {
    let mut view = whole(phase);
    let waits = Told::from(vec![
        Said::Part { part: both("Web server", "Webserver") },
        Said::SettingUp,
        Said::Trouble,
        Said::PodsNotAdmitted { why: "exceeded quota".into() },
    ]);
    for kind in ConditionKind::ALL {
        let seen =
            view.conditions.get(kind).seen(view.conditions.get(kind).state, waits.clone(), fixtures::NOW);
        view.conditions.set(kind, seen);
    }
    for (kind, condition) in &mut view.removal {
        let said = match kind {
            RemovalKind::ReleaseUninstalled => Said::OthersFirst,
            RemovalKind::NamespaceDeleted => Said::RemovingNamespace,
            RemovalKind::VolumesDeleted => Said::RemovingVolumes { volumes: "pvc-1".into() },
        };
        *condition = condition.seen(State::InProgress, said, fixtures::NOW);
    }
    let why = Told::from(vec![Said::AllReadyBut, Said::NoAnswerWithin { seconds: 10 }, Said::CheckIngress]);
    if let Some(failure) = &mut view.failure {
        (failure.sentence, failure.said) = (why.to_string(), why.clone());
        let crashed = Said::Crashed {
            container: "web".into(),
            pod: "web-0".into(),
            exit: 1,
            restarts: 2,
            words: String::new(),
        };
        failure.evidence.push(Evidence::seen(Source::Shop, Said::NoAnswerWithin { seconds: 10 }));
        failure.evidence.push(Evidence::seen(Source::from("pod web-0, container web".to_owned()), crashed));
        failure.evidence.push(Evidence::verbatim(
            Source::from("log of pod web-0, container web".to_owned()),
            "It broke.",
        ));
    }
    for notice in &mut view.notices {
        let over = Told::from(Said::VolumeOver { volume: "uploads".into(), holds: "3.1".into(), size: 3 });
        (notice.sentence, notice.said) = (over.to_string(), over);
    }
    if let Some(offered) = &mut view.upkeep.offered {
        (offered.waits, offered.said) = (Said::UpdatedInTurn.to_string(), Said::UpdatedInTurn.into());
    }
    if let Some(undone) = &mut view.upkeep.undone {
        (undone.sentence, undone.said) = (why.to_string(), why.clone());
    }
    let note = Told::from(Said::GivenUp).and(why);
    let what = TimelineKind::Note { text: note.to_string(), said: note };
    view.timeline.push(TimelineEntry { at: fixtures::NOW, what });
    let page = View::Store(view.summary.id.clone());
    let shown = Update { shown: Shown::Store(Box::new(view)), ..fixtures::shown(phase) };
    pages::page(&page, shown).html
}

#[test]
fn what_has_codes_is_told_in_the_readers_language_and_what_has_none_in_english() {
    let [english, german] = Language::ALL
        .map(|language| told_in(language, || told_by_codes(Phase::Provisioning)).replace("<!>", ""));
    assert!(
        english.contains(
            "Web server: setting up the shop. Trouble: the cluster does not admit the store's pods: exceeded quota."
        ),
        "{english}"
    );
    assert!(!english.contains("lang=\"en\""), "{english}");
    assert!(
        german.contains("Webserver: richtet den Shop ein. Störung: Der Cluster lässt die Pods des Shops nicht zu: <span lang=\"en\">exceeded quota</span>."),
        "{german}"
    );
    let other = told_in(Language::German, || {
        let mut view = fixtures::view(Phase::Provisioning);
        let mut step = view.conditions.get(ConditionKind::WorkloadsReady).clone();
        (step.message, step.said) = ("It is on its way.".into(), Said::SettingUp.into());
        view.conditions.set(ConditionKind::WorkloadsReady, step);
        let page = View::Store(view.summary.id.clone());
        let shown = Update { shown: Shown::Store(Box::new(view)), ..fixtures::shown(Phase::Provisioning) };
        pages::page(&page, shown).html.replace("<!>", "")
    });
    assert!(other.contains("<span lang=\"en\">It is on its way.</span>"), "{other}");
}

/// One that is nearly full is named.
fn vitals(parts: &[(String, Text)]) -> Vitals {
    let share = |(_, title): &(String, Text)| Share { title: title.clone(), used: 940, limit: Some(1_000) };
    let usage = Some(Usage { shares: parts.iter().map(share).collect(), at: fixtures::NOW });
    Vitals {
        answer: Some(Answer { millis: 1_400, at: fixtures::NOW }),
        cpu: usage.clone(),
        memory: usage,
        restarts: Restarts { times: 2, last: Some(fixtures::NOW) },
        certificate_until: Some(Millis(fixtures::NOW.0 + 9_000_000_000)),
    }
}

/// What a page says, but for what is marked as English, as code or as somebody's own words.
fn said(html: &str) -> BTreeSet<String> {
    const OWN: [&str; 7] = ["<bdi", "<code", "<pre", "<script", "<style", "<kbd", "<svg"];
    const EMPTY: [&str; 4] = ["<input", "<meta", "<link", "<br"];
    let mut said = BTreeSet::new();
    // How many elements are open, and within which of them nothing is looked at.
    let (mut depth, mut own) = (0_usize, None);
    for part in html.split_inclusive('>') {
        let (text, tag) =
            part.split_once('<').map_or((part, String::new()), |(text, tag)| (text, format!("<{tag}")));
        if own.is_none() && !text.trim().is_empty() {
            said.insert(text.trim().to_owned());
        }
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
            own = own.filter(|from| *from <= depth);
        } else if tag.len() > 1 && !tag.starts_with("<!") && !EMPTY.iter().any(|empty| tag.starts_with(empty))
        {
            let is_own = OWN.iter().any(|own| tag.starts_with(own))
                || tag.contains("lang=\"") && !tag.starts_with("<html")
                || tag.contains("mono");
            if is_own && own.is_none() {
                own = Some(depth + 1);
            }
            if !tag.ends_with("/>") {
                depth += 1;
            }
        }
        if own.is_none() {
            for name in SPOKEN {
                let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
                said.extend(value.map(|(value, _)| value.trim().to_owned()));
            }
        }
    }
    said
}

#[test]
fn what_a_page_says_is_found_but_for_what_is_somebody_elses() {
    let html = "<p title=\"Why\">Gone <bdi>Ada</bdi> again<span lang=\"en\">Not <b>this</b></span>, yes</p><input/><code>no</code>";
    let expected = ["Why", "Gone", "again", ", yes"].map(str::to_owned);
    assert_eq!(said(html), expected.into_iter().collect());
}
