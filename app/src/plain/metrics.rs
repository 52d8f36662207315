//! How a store has fared for a day: how fast its shop answered and what its parts used, beside what the plan allows and what happened.

use std::collections::BTreeMap;

use leptos::prelude::*;
use provisioner::window::{Metrics, Quantity, Restart, Series};
use store::{
    Millis, Person, Phase, StoreView,
    view::{TimelineEntry, TimelineKind},
};

use crate::{
    clock,
    components::{Tab, Whence, health_strip, in_its_language, sentences, unread_notice},
    language::language,
    links,
    plain::{
        frame::page as store_page,
        plot::{Event, Kind, Line, Scale, drawing, round_up},
    },
    texts::metrics::{self as texts, amount, word},
};

const DAY: i64 = 24 * 3_600_000;
const HOUR: i64 = 3_600_000;
/// Events that are told; the newest of more.
const MOST_EVENTS: usize = 20;

/// What is told of one quantity.
struct Told {
    of: Quantity,
    title: &'static str,
    /// What is drawn.
    lines: Vec<Line>,
    top: f32,
    limit: Option<f32>,
}

pub fn page(
    style: &str,
    person: &Person,
    view: &StoreView,
    whence: &Whence,
    shown: &Result<Metrics, String>,
    now: Millis,
) -> String {
    let again = whence.kept_in(&links::metrics(&view.summary.id));
    let body = match shown {
        Ok(metrics) => measured(view, metrics),
        Err(why) => unread_notice(texts::unread(), why.clone().into_any(), again),
    };
    store_page(style, person, view, whence, Tab::Metrics, now, body)
}

fn measured(view: &StoreView, metrics: &Metrics) -> AnyView {
    let events = events(&view.timeline, &metrics.restarts, metrics.now);
    let own = sources(metrics).into_iter().map(IntoAny::into_any);
    let sources = troubles(metrics).into_iter().chain(own).map(|text| view! { <p class="hint">{text}</p> });
    let sections = Quantity::ALL.map(|of| section(of, metrics, &events));
    view! {
        {health_strip(view, metrics.vitals.clone().map(Ok).as_ref(), metrics.now)}
        {sections.collect_view()}
        {happened(&events, metrics.now)}
        {sources.collect_view()}
    }
    .into_any()
}

/// Why a Prometheus does not tell all that it was asked for, as the operator words it.
fn troubles(metrics: &Metrics) -> Vec<AnyView> {
    let Some(told) = &metrics.prometheus else { return Vec::new() };
    let codes = told.said.sentences();
    let told = told.troubles.iter().enumerate();
    told.map(|(n, trouble)| {
        let code = codes.get(n).cloned().map(Into::into).unwrap_or_default();
        sentences(trouble, &code)
    })
    .collect()
}

/// Where the values are from, a paragraph each.
fn sources(metrics: &Metrics) -> Vec<String> {
    let since = clock::date_and_time(metrics.since.max(Millis(metrics.now.0 - DAY)), clock::Zone::Utc);
    let remembered = texts::remembered(&since);
    let Some(told) = &metrics.prometheus else { return vec![remembered] };
    let names: Vec<&str> = told.quantities.iter().map(|of| word(*of)).collect();
    let from_there = (!names.is_empty()).then(|| texts::from_prometheus(&told.at, &names.join(", ")));
    let rest: Vec<&str> =
        Quantity::ALL.into_iter().filter(|of| !told.quantities.contains(of)).map(word).collect();
    let remembered = texts::remembered_rest(&rest.join(", "), &remembered);
    from_there.into_iter().chain([remembered]).collect()
}

fn section(of: Quantity, metrics: &Metrics, events: &[Event]) -> AnyView {
    let series: Vec<&Series> =
        metrics.series.iter().filter(|series| series.of == of && !series.points.is_empty()).collect();
    let told = told(of, &series);
    let id = format!("plot-{}", key(of));
    if series.is_empty() {
        return view! {
            <section class="card" aria-labelledby=id.clone()>
                <header><h2 id=id.clone()>{told.title}</h2></header>
                <p class="muted padded-text">{texts::nothing()}</p>
            </section>
        }
        .into_any();
    }
    let scale = Scale { from: Millis(metrics.now.0 - DAY), until: metrics.now, top: told.top };
    let edge = |value: f32| match told.limit {
        Some(_) => format!("{value:.0} %"),
        None => amount(of, value),
    };
    let ago = [24, 18, 12, 6, 0].map(|hours| {
        let at = clock::time_of_day(Millis(metrics.now.0 - hours * HOUR), clock::Zone::Utc);
        view! { <span>{at.get(..5).unwrap_or_default().to_owned()}</span> }
    });
    let legend = series.iter().enumerate().map(|(n, series)| {
        view! { <li class=format!("n{n}")><span>{called(series)}</span>" "<span class="num muted">{summary(series)}</span></li> }
    });
    let limit = told.limit.map(|_| view! { <li class="limit">{texts::allowed()}</li> });
    view! {
        <section class="card" aria-labelledby=id.clone()>
            <header><h2 id=id.clone()>{told.title}</h2></header>
            <figure class="figure">
                <div class="edges num" aria-hidden="true"><span>{edge(told.top)}</span><span>{edge(told.top / 2.0)}</span><span>{edge(0.0)}</span></div>
                {drawing(&told.lines, told.limit, events, scale)}
                <div class="times num" aria-hidden="true">{ago.collect_view()}</div>
                <figcaption><ul class="legend">{legend.collect_view()}{limit}</ul></figcaption>
            </figure>
            {table(told.of, told.title, &series)}
        </section>
    }
    .into_any()
}

/// What is drawn: of what a plan allows the share, so that parts of different sizes stand beside each other under one line.
fn told(of: Quantity, series: &[&Series]) -> Told {
    let title = texts::title(of);
    let is_share = of != Quantity::Answer;
    let line = |series: &&Series| {
        let whole = series.limit.filter(|_| is_share).map_or(1.0, |limit| limit / 100.0);
        let samples = series.points.iter().map(|(at, value)| (*at, value / whole)).collect();
        Line { title: series.title.told(language()).0.to_owned(), samples }
    };
    let drawn = series.iter().filter(|series| !is_share || series.limit.is_some_and(|limit| limit > 0.0));
    let lines: Vec<Line> = drawn.map(line).collect();
    let highest = lines.iter().flat_map(|line| &line.samples).map(|(_, value)| *value).fold(0.0, f32::max);
    let top = match is_share {
        true if highest <= 100.0 => 100.0,
        true => (highest / 25.0).ceil() * 25.0,
        false => round_up(highest),
    };
    Told { of, title, lines, top, limit: is_share.then_some(100.0) }
}

/// The part or volume that it is of.
fn called(series: &Series) -> AnyView {
    in_its_language(series.title.told(language()))
}

/// `312 of 640 MiB, highest 402 MiB`
fn summary(series: &Series) -> String {
    let highest = series.points.iter().map(|(_, value)| *value).fold(0.0, f32::max);
    let last = series.points.last().map_or(0.0, |(_, value)| *value);
    let last = amount(series.of, last);
    let last = series.limit.map_or_else(|| last.clone(), |limit| texts::of(&last, &amount(series.of, limit)));
    texts::highest(&last, &amount(series.of, highest))
}

/// The same for whoever does not see it, and for whoever wants the numbers: of each hour the highest.
fn table(of: Quantity, title: &'static str, series: &[&Series]) -> AnyView {
    let mut hours: BTreeMap<i64, Vec<Option<f32>>> = BTreeMap::new();
    for (n, series) in series.iter().enumerate() {
        for (at, value) in &series.points {
            let row = hours.entry(at.0.div_euclid(HOUR)).or_default();
            row.resize(row.len().max(n + 1), None);
            row[n] = Some(row[n].map_or(*value, |known| known.max(*value)));
        }
    }
    let head = series.iter().map(|series| view! { <th scope="col">{called(series)}</th> });
    let rows = hours.into_iter().rev().map(|(hour, values)| {
        let cell = |n: usize| {
            let value =
                values.get(n).copied().flatten().map_or_else(|| "–".to_owned(), |value| amount(of, value));
            view! { <td class="num">{value}</td> }
        };
        let at = clock::date_and_time(Millis(hour * HOUR), clock::Zone::Utc);
        view! { <tr><th scope="row" class="num">{at}</th>{(0..series.len()).map(cell).collect_view()}</tr> }
    });
    view! {
        <details class="figures">
            <summary>{texts::as_table()}</summary>
            <div class="scroll" tabindex="0" role="group" aria-label=texts::by_hour(title)>
                <table>
                    <caption class="visually-hidden">{texts::caption(title)}</caption>
                    <thead><tr><th scope="col">{texts::hour_from()}</th>{head.collect_view()}</tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn happened(events: &[Event], now: Millis) -> AnyView {
    if events.is_empty() {
        return ().into_any();
    }
    let row = |event: &Event| {
        let lasted = event.until.map(|until| texts::lasted(&clock::brief(until.since(event.from))));
        view! {
            <li>
                <time class="muted num" datetime=clock::iso(event.from)>{clock::time_of_day(event.from, clock::Zone::Utc)}</time>
                <p class=event.kind.key()><b>{event.title.clone()}</b>{lasted}</p>
                <p class="muted">{clock::ago(now.since(event.from))}</p>
            </li>
        }
    };
    view! {
        <section class="card" aria-labelledby="happened">
            <header><h2 id="happened">{texts::happened()}</h2><span class="muted">{texts::marks()}</span></header>
            <ol class="log events">{events.iter().rev().map(row).collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// What the plots mark, of the last day: the oldest first.
fn events(timeline: &[TimelineEntry], restarts: &[Restart], now: Millis) -> Vec<Event> {
    let phases: Vec<(Millis, Phase)> = timeline
        .iter()
        .filter_map(|entry| match entry.what {
            TimelineKind::Phase { phase } => Some((entry.at, phase)),
            _ => None,
        })
        .collect();
    let of_phase = |(n, (at, phase)): (usize, &(Millis, Phase))| {
        let (kind, title) = match phase {
            Phase::Degraded => (Kind::Degraded, texts::degraded()),
            Phase::Suspended => (Kind::Stopped, texts::stopped()),
            Phase::Updating => (Kind::Change, texts::change()),
            _ => return None,
        };
        let until = phases.get(n + 1).map_or(now, |(at, _)| *at);
        let until = (kind != Kind::Change).then_some(until);
        Some(Event { kind, from: *at, until, title: title.to_owned() })
    };
    let mut events: Vec<Event> = phases.iter().enumerate().filter_map(of_phase).collect();
    events.extend(restarts.iter().map(|Restart { at, part, times, reason }| {
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let title = texts::restart(part.told(language()).0, &why, *times);
        Event { kind: Kind::Restart, from: *at, until: None, title }
    }));
    events.retain(|event| event.until.unwrap_or(event.from).0 > now.0 - DAY && event.from <= now);
    events.sort_by_key(|event| event.from);
    let first = events.len().saturating_sub(MOST_EVENTS);
    events.split_off(first)
}

fn key(of: Quantity) -> &'static str {
    match of {
        Quantity::Answer => "answer",
        Quantity::Cpu => "cpu",
        Quantity::Memory => "memory",
        Quantity::Disk => "disk",
    }
}

#[cfg(test)]
mod tests {
    use store::{
        PersonId, Role, Said, Vitals,
        vitals::{Answer, Restarts},
    };

    use provisioner::window::prometheus::Told;

    use super::*;
    use crate::fixtures::{NOW, view};

    fn series(of: Quantity, title: &str, limit: Option<f32>, points: &[(i64, f32)]) -> Series {
        let points = points.iter().map(|(ago, value)| (Millis(NOW.0 - ago), *value)).collect();
        Series { of, name: title.to_lowercase(), title: title.into(), limit, points }
    }

    fn metrics() -> Metrics {
        let series = vec![
            series(Quantity::Answer, "Shop", None, &[(DAY / 2, 312.0), (180_000, 84.0)]),
            series(Quantity::Memory, "WordPress", Some(640.0), &[(2 * HOUR, 402.0), (0, 320.0)]),
            series(Quantity::Memory, "Database", Some(384.0), &[(0, 96.0)]),
        ];
        let restart = Restart {
            at: Millis(NOW.0 - HOUR),
            part: "WordPress".into(),
            times: 2,
            reason: "OOMKilled".into(),
        };
        let vitals = Vitals {
            answer: Some(Answer { millis: 84, at: Millis(NOW.0 - 180_000) }),
            restarts: Restarts { times: 2, last: Some(restart.at) },
            ..Vitals::default()
        };
        let (since, restarts, vitals) = (Millis(NOW.0 - HOUR), vec![restart], Some(vitals));
        Metrics { since, now: NOW, series, restarts, vitals, prometheus: None }
    }

    fn entry(ago: i64, phase: Phase) -> TimelineEntry {
        TimelineEntry { at: Millis(NOW.0 - ago), what: TimelineKind::Phase { phase } }
    }

    #[test]
    fn parts_of_different_sizes_stand_beside_each_other_as_shares_of_the_plan() {
        let metrics = metrics();
        let memory: Vec<&Series> =
            metrics.series.iter().filter(|series| series.of == Quantity::Memory).collect();
        let told = told(Quantity::Memory, &memory);
        assert_eq!((told.top, told.limit), (100.0, Some(100.0)));
        assert_eq!(told.lines[0].samples.last(), Some(&(NOW, 50.0)));
        assert_eq!(told.lines[1].samples, [(NOW, 25.0)]);
        assert_eq!(summary(memory[0]), "320 MiB of 640 MiB, highest 402 MiB");
        let over = series(Quantity::Disk, "uploads", Some(100.0), &[(0, 130.0)]);
        assert!((super::told(Quantity::Disk, &[&over]).top - 150.0).abs() < f32::EPSILON);
    }

    #[test]
    fn what_happened_within_the_day_is_marked_and_what_lasts_has_its_end() {
        let timeline = [
            entry(3 * DAY, Phase::Degraded),
            entry(3 * DAY - HOUR, Phase::Ready),
            entry(5 * HOUR, Phase::Updating),
            entry(4 * HOUR, Phase::Ready),
            entry(2 * HOUR, Phase::Degraded),
            entry(2 * HOUR - 600_000, Phase::Ready),
        ];
        let events = events(&timeline, &metrics().restarts, NOW);
        let kinds: Vec<Kind> = events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [Kind::Change, Kind::Degraded, Kind::Restart]);
        assert_eq!(events[1].until.map(|until| until.since(events[1].from).0), Some(600_000));
        assert_eq!(events[2].title, "WordPress began anew: OOMKilled (restart 2)");
    }

    #[test]
    fn a_shop_that_is_degraded_still_is_so_until_now() {
        let events = events(&[entry(2 * DAY, Phase::Degraded)], &[], NOW);
        assert_eq!((events.len(), events[0].until), (1, Some(NOW)));
    }

    #[test]
    fn the_page_says_in_words_what_it_draws() {
        let ada = Person { id: PersonId::parse("ada").unwrap(), name: "ada".into(), role: Role::Admin };
        let page = page("/s.css", &ada, &view(Phase::Ready), &Whence::default(), &Ok(metrics()), NOW);
        // What Leptos marks its texts with.
        let page = page.replace("<!>", "");
        for part in [
            "Answers</dt><dd class=\"num\">in 84 ms",
            "3 min ago",
            "Restarts</dt><dd class=\"num\">2",
            "320 MiB of 640 MiB, highest 402 MiB",
            "<th scope=\"col\">WordPress</th>",
            "2026-11-23 12:00 UTC",
            "402 MiB</td>",
            "Nothing was measured yet",
            "WordPress began anew: OOMKilled",
            "The operator remembers it since 2026-11-23 13:02 UTC",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("style=") && !page.contains("<script"));
    }

    #[test]
    fn it_is_said_what_a_prometheus_has_told_what_not_and_why() {
        let told = |quantities: &[Quantity]| {
            let prometheus =
                Told { at: "http://a:9090".into(), quantities: quantities.into(), ..Told::default() };
            Metrics { prometheus: Some(prometheus), ..metrics() }
        };
        let [there, remembered]: [String; 2] =
            sources(&told(&[Quantity::Cpu, Quantity::Memory, Quantity::Disk])).try_into().unwrap();
        assert!(there.starts_with("From the Prometheus at http://a:9090: CPU, memory, disk."), "{there}");
        assert!(
            remembered.starts_with("What the operator remembers: answer time. A day at most"),
            "{remembered}"
        );
        let mut away = told(&[]);
        away.prometheus.as_mut().unwrap().lacks(Said::PrometheusSilent { address: "http://a:9090".into() });
        let [trouble] = troubles(&away).try_into().unwrap_or_else(|_| panic!("{away:?}"));
        assert_eq!(trouble.to_html().replace("<!>", ""), "The Prometheus at http://a:9090 does not answer.");
        let [remembered] = sources(&away).try_into().unwrap();
        assert!(
            remembered.starts_with("What the operator remembers: answer time, CPU, memory, disk."),
            "{remembered}"
        );
    }

    #[test]
    fn an_amount_has_its_unit() {
        for (of, value, text) in [
            (Quantity::Answer, 84.4, "84 ms"),
            (Quantity::Answer, 12_000.0, "12 s"),
            (Quantity::Cpu, 4.0, "0.004 cores"),
            (Quantity::Cpu, 250.0, "0.25 cores"),
            (Quantity::Disk, 1_536.0, "1.5 GiB"),
        ] {
            assert_eq!(amount(of, value), text);
        }
    }
}
