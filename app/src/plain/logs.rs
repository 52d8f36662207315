//! What the parts of a store log: looked through by a form, followed by a script where there is one, and taken away as a file.

use leptos::prelude::*;
use provisioner::window::{Cursor, Level, Line, Logs, LogsWanted};
use store::{Language, Millis, Person, StoreId, StoreView, Text};

use crate::{
    clock,
    components::{Tab, Whence, in_its_language, unread_notice},
    language::language,
    links,
    plain::frame::page as store_page,
    texts::{frame, logs as texts},
};

/// How many lines one may ask for; the first where one does not.
pub const LINES: [usize; 3] = [500, 2_000, 5_000];

const SCRIPT: &str = include_str!("logs.js");

/// What is looked for: as the form sends it, so that the form has it again. What is not understood asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub part: String,
    pub level: Level,
    pub search: String,
    pub lines: usize,
    /// From which list one came to the store.
    pub whence: Whence,
}

impl Asked {
    pub fn parse(part: String, level: &str, search: String, lines: &str) -> Self {
        let lines = lines.parse().ok().filter(|lines| LINES.contains(lines)).unwrap_or(LINES[0]);
        Self {
            part,
            level: Level::parse(level),
            search: search.trim().to_owned(),
            lines,
            whence: Whence::default(),
        }
    }

    pub fn wanted(&self) -> LogsWanted {
        let Self { part, level, search, lines, .. } = self.clone();
        LogsWanted { part, level, search, lines, ..LogsWanted::default() }
    }

    /// In an address.
    pub fn query(&self) -> String {
        let level = if self.level == Level::Info { "" } else { self.level.key() };
        let lines = if self.lines == LINES[0] { String::new() } else { self.lines.to_string() };
        let pairs = [("part", self.part.as_str()), ("level", level), ("q", &self.search), ("lines", &lines)];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        pairs.map(|(key, value)| format!("{key}={}", links::escaped(value))).collect::<Vec<_>>().join("&")
    }

    fn at(&self, place: String) -> String {
        let query = self.query();
        if query.is_empty() { place } else { format!("{place}?{query}") }
    }

    /// The page of it.
    fn page_of(&self, id: &StoreId) -> String {
        self.whence.kept_in(&self.at(links::logs(id)))
    }
}

/// The page. `nonce` lets its script run.
pub fn page(
    style: &str,
    person: &Person,
    view: &StoreView,
    nonce: &str,
    asked: &Asked,
    shown: &Result<Logs, String>,
    now: Millis,
) -> String {
    let id = &view.summary.id;
    let body = match shown {
        Ok(logs) => view! {
            {filters(id, asked, &logs.parts)}
            {console(id, asked, logs)}
            <script nonce=nonce.to_owned()>{SCRIPT}</script>
        }
        .into_any(),
        Err(why) => view! {
            {filters(id, asked, &[])}
            {unread_notice(texts::unread(), why.clone().into_any(), asked.page_of(id))}
        }
        .into_any(),
    };
    store_page(style, person, view, &asked.whence, Tab::Logs, now, body)
}

/// Lines that came since, to be put below those that are there.
pub fn fragment(logs: &Logs) -> String {
    logs.lines.iter().map(|line| row(line, &logs.parts).to_html()).collect()
}

/// As a file.
pub fn text(logs: &Logs) -> String {
    logs.lines.iter().map(|line| format!("{} {}: {}\n", clock::iso(line.at), line.part, line.text)).collect()
}

fn filters(id: &StoreId, asked: &Asked, parts: &[(String, Text)]) -> AnyView {
    let option = |key: String, title: String, chosen: bool| view! { <option value=key selected=chosen>{title}</option> };
    let parts = parts.iter().map(|(name, title)| {
        let (title, of) = title.told(language());
        let lang = (of != language()).then(|| of.key());
        view! { <option value=name.clone() selected={*name == asked.part} lang=lang>{title.to_owned()}</option> }
    });
    let levels = Level::ALL
        .map(|level| option(level.key().to_owned(), texts::at_least(level).to_owned(), level == asked.level));
    let lines = LINES.map(|lines| option(lines.to_string(), format!("{lines}"), lines == asked.lines));
    view! {
        <form class="filters card padded" method="get" action=links::logs(id)>
            {asked.whence.field()}
            <div class="field"><label for="part">{texts::part()}</label><select id="part" name="part"><option value="">{texts::all()}</option>{parts.collect_view()}</select></div>
            <div class="field"><label for="level">{texts::level()}</label><select id="level" name="level">{levels.collect_view()}</select></div>
            <div class="field"><label for="q">{texts::with_text()}</label><input id="q" name="q" type="search" value=asked.search.clone() maxlength="200" autocapitalize="none" autocomplete="off" spellcheck="false"/></div>
            <div class="field"><label for="lines">{texts::newest()}</label><select id="lines" name="lines">{lines.collect_view()}</select></div>
            <div class="actions">
                <button class="button primary" type="submit">{texts::show()}</button>
                <a class="button" href=asked.whence.kept_in(&links::logs(id))>{texts::all()}</a>
            </div>
        </form>
    }
    .into_any()
}

fn console(id: &StoreId, asked: &Asked, logs: &Logs) -> AnyView {
    let since = asked.at(format!("{}{}", links::store(id), links::LOGS_SINCE));
    let file = asked.at(format!("{}{}", links::store(id), links::LOGS_FILE));
    view! {
        <section class="card" aria-labelledby="log-title">
            <header class="console-head">
                <h2 id="log-title">{told(asked, logs)}</h2>
                <div class="actions">
                    <span id="log-said" class="muted" role="status"></span>
                    <button id="log-follow" class="button" type="button" hidden>{texts::follow()}</button>
                    <button id="log-copy" class="button" type="button" hidden>{texts::copy()}</button>
                    <a class="button" href=asked.page_of(id)>{frame::reload()}</a>
                    <a class="button" href=file>{texts::download()}</a>
                </div>
            </header>
            <div
                id="log"
                class="console"
                role="group"
                aria-label=texts::lines()
                tabindex="0"
                data-since=since
                data-cursor=logs.cursor.to_string()
                data-count=texts::count()
                data-signed-out=texts::signed_out()
                data-gone=texts::gone()
                data-follow=texts::follow()
                data-pause=texts::pause()
                data-following=texts::following()
                data-lost=texts::lost()
                data-paused=texts::paused()
                data-reading=texts::reading()
                data-copied=texts::copied()
                data-marked=texts::marked()
            >
                <ol>{logs.lines.iter().map(|line| row(line, &logs.parts)).collect_view()}</ol>
            </div>
        </section>
    }
    .into_any()
}

/// What stands above the lines.
fn told(asked: &Asked, logs: &Logs) -> String {
    let is_filtered = asked.level > Level::Info || !asked.search.is_empty();
    match (logs.lines.len(), is_filtered) {
        (0, true) => texts::no_match().to_owned(),
        (0, false) => texts::nothing().to_owned(),
        (1, _) => texts::one().to_owned(),
        (count, true) => texts::matching(count),
        (count, false) if logs.is_cut => texts::cut(count),
        (count, false) => texts::whole(count),
    }
}

fn row(line: &Line, parts: &[(String, Text)]) -> AnyView {
    let title = parts.iter().find(|(name, _)| *name == line.part);
    let title = title.map_or((line.part.as_str(), Language::English), |(_, title)| title.told(language()));
    let level = (line.level > Level::Info).then(|| view! { <b>{texts::level_of(line.level)}</b>" " });
    view! {
        <li class=line.level.key()>
            <time class="num" datetime=clock::iso(line.at)>{clock::iso(line.at).replace('T', " ").get(5..23).unwrap_or_default().to_owned()}</time>
            " "<span class="part">{in_its_language(title)}</span>" "
            <code>{level}{line.text.clone()}</code>
        </li>
    }
    .into_any()
}

/// What a script asks for that follows.
pub fn followed(asked: &Asked, after: &str) -> LogsWanted {
    LogsWanted { after: Cursor::parse(after), wait_seconds: LogsWanted::LONGEST_WAIT, ..asked.wanted() }
}

#[cfg(test)]
mod tests {
    use store::{Phase, Role};

    use super::*;
    use crate::fixtures::{NOW, view};

    fn logs(texts: &[(&str, Level)]) -> Logs {
        let line = |(text, level): &(&str, Level)| Line {
            at: NOW,
            part: "web".into(),
            level: *level,
            text: (*text).into(),
        };
        let parts = vec![("database".into(), "Database".into()), ("web".into(), "WordPress".into())];
        Logs {
            lines: texts.iter().map(line).collect(),
            cursor: Cursor::parse("web-0/web/0@5"),
            parts,
            is_cut: false,
        }
    }

    fn ada() -> Person {
        Person { id: store::PersonId::parse("ada").unwrap(), name: "ada".into(), role: Role::Admin }
    }

    #[test]
    fn what_a_log_says_is_text_and_nothing_else() {
        let evil = "</code><script>alert(1)</script>&amp;";
        let logs = logs(&[(evil, Level::Error), ("GET / 200", Level::Info)]);
        let fragment = fragment(&logs);
        assert!(!fragment.contains("<script") && fragment.contains("&lt;script"), "{fragment}");
        assert!(
            fragment.contains("class=\"error\"")
                && fragment.contains("WordPress")
                && fragment.contains("11-23 14:02:11.000")
        );
        let page =
            page("/s.css", &ada(), &view(Phase::Ready), "n", &Asked::default(), &Ok(logs.clone()), NOW);
        assert!(!page.contains("<script>alert") && page.contains("data-cursor=\"web-0/web/0@5\""), "{page}");
        assert!(text(&logs).ends_with("2026-11-23T14:02:11.000Z web: GET / 200\n"));
    }

    #[test]
    fn the_form_has_again_what_was_looked_for_and_its_address_says_it() {
        let asked = Asked::parse("web".into(), "warning", " a&b ".into(), "2000");
        assert_eq!(asked.query(), "part=web&level=warning&q=a%26b&lines=2000");
        let page = page("/s.css", &ada(), &view(Phase::Ready), "n", &asked, &Ok(logs(&[])), NOW);
        assert!(
            page.contains("value=\"a&amp;b\"") && page.contains("No match among the newest lines"),
            "{page}"
        );
        assert!(page.contains(
            "/stores/atelier-nord-x7k2q/logs/file?part=web&amp;level=warning&amp;q=a%26b&amp;lines=2000"
        ));
        assert_eq!(Asked::parse(String::new(), "loud", String::new(), "7").query(), "");
    }

    #[test]
    fn whatever_is_looked_for_the_way_back_leads_to_the_list_that_one_came_from() {
        let whence = Whence::parse("show=ready&sort=name");
        let asked = Asked { whence, ..Asked::parse("web".into(), "", String::new(), "") };
        let page = page("/s.css", &ada(), &view(Phase::Ready), "n", &asked, &Ok(logs(&[])), NOW);
        const FROM: &str = "from=show%3Dready%26sort%3Dname";
        for part in [
            "href=\"/stores?show=ready&amp;sort=name\"".to_owned(),
            format!("href=\"/stores/atelier-nord-x7k2q?{FROM}\""),
            format!("href=\"/stores/atelier-nord-x7k2q/metrics?{FROM}\""),
            format!("href=\"/stores/atelier-nord-x7k2q/logs?part=web&amp;{FROM}\""),
            "name=\"from\" value=\"show=ready&amp;sort=name\"".to_owned(),
        ] {
            assert!(page.contains(&part), "{part}: {page}");
        }
    }

    #[test]
    fn logs_that_cannot_be_shown_do_not_look_like_empty_ones() {
        let unread = Err("The operator does not answer.".to_owned());
        let page = page("/s.css", &ada(), &view(Phase::Ready), "n", &Asked::default(), &unread, NOW);
        assert!(page.contains("The logs cannot be shown") && !page.contains("Nothing is logged"));
    }
}
