//! How a shop is at this moment, in a row of facts: what was measured, and what the Store's status says where nothing was.

use leptos::prelude::*;
use store::{
    ConditionKind, Millis, Scheme, State, StoreView, Vitals,
    vitals::{Answer, Restarts, Share, Usage, fullest, sum},
};

use crate::{
    clock::{self, Tick, Zone},
    components::{Whence, tick, told},
    links,
    texts::{health as texts, store as pages},
};

/// One fact. What is not known is a dash.
struct Fact {
    title: &'static str,
    value: String,
    below: Option<AnyView>,
    is_bad: bool,
}

/// What is used and what may be, with their unit.
type Written = fn(u32, Option<u32>) -> String;

/// A part that uses so many hundredths of its limit is named.
const NEARLY_FULL: u32 = 90;
/// So long before its end a certificate should have been renewed.
const SOON: i64 = 7 * 24 * 3_600_000;

/// `vitals`: as they were told, or why they were not; nothing where nobody has asked.
pub fn health_strip(view: &StoreView, vitals: Option<&Result<Vitals, String>>, now: Millis) -> AnyView {
    let known = vitals.and_then(|vitals| vitals.as_ref().ok());
    let used = |of: fn(&Vitals) -> &Option<Usage>| known.and_then(|vitals| of(vitals).as_ref());
    let is_encrypted = view.summary.address.scheme == Scheme::Https;
    let facts = [
        Some(answers(view, known.and_then(|vitals| vitals.answer), now)),
        is_encrypted.then(|| certificate(known.and_then(|vitals| vitals.certificate_until), now)),
        Some(restarts(known.map(|vitals| vitals.restarts), now)),
        Some(usage(texts::cpu(), used(|vitals| &vitals.cpu), cores, now)),
        Some(usage(texts::memory(), used(|vitals| &vitals.memory), mebibytes, now)),
        disk(view),
    ];
    let untold = vitals.and_then(|vitals| vitals.as_ref().err()).map(|why| {
        view! { <p class="muted quiet" data-key="untold">{texts::unknown()} {why.clone()}</p> }.into_any()
    });
    let unasked = vitals.is_none().then(|| {
        view! {
            <p class="muted quiet scriptless" data-key="unasked">
                {texts::elsewhere()} <a rel="external" href=Whence::known().kept_in(&links::metrics(&view.summary.id))>{pages::metrics()}</a> "."
            </p>
        }
        .into_any()
    });
    view! {
        <section class="card" data-key="health" aria-labelledby="moment">
            <h2 id="moment" class="visually-hidden">{texts::moment()}</h2>
            <dl class="strip">{facts.into_iter().flatten().map(Fact::view).collect_view()}</dl>
            {untold}
            {unasked}
        </section>
    }
    .into_any()
}

impl Fact {
    fn unknown(title: &'static str) -> Self {
        Self { title, value: "–".to_owned(), below: None, is_bad: false }
    }

    fn view(self) -> AnyView {
        let class = if self.is_bad { "num warn" } else { "num" };
        let below = self.below.map(|below| view! { <span class="sub">{below}</span> }.into_any());
        view! { <div data-key=self.title><dt>{self.title}</dt><dd class=class>{self.value}{below}</dd></div> }
            .into_any()
    }
}

/// That a shop does not answer is told by its status, however fast it did before.
fn answers(view: &StoreView, answer: Option<Answer>, now: Millis) -> Fact {
    let reachable = view.conditions.get(ConditionKind::StorefrontReachable);
    let fact = Fact::unknown(texts::answers());
    match (reachable.state, answer) {
        (State::Lost, _) => {
            let since = reachable
                .changed
                .map(|since| view! { {pages::lasts()} {tick(Tick::Brief, since, now)} }.into_any());
            Fact { value: texts::no().to_owned(), below: since, is_bad: true, ..fact }
        }
        (State::Done, Some(Answer { millis, at })) => {
            let checked = view! { {texts::checked()} {tick(Tick::Ago, at, now)} }.into_any();
            Fact { value: texts::answers_in(&duration(millis)), below: Some(checked), ..fact }
        }
        (State::Done, None) => {
            Fact { value: texts::yes().to_owned(), below: Some(texts::last_asked().into_any()), ..fact }
        }
        _ => fact,
    }
}

fn certificate(until: Option<Millis>, now: Millis) -> Fact {
    let fact = Fact::unknown(texts::certificate());
    let Some(until) = until else { return fact };
    let day = clock::day(until, Zone::Utc);
    let (value, below) = match until > now {
        true => (clock::exact(until.since(now)), texts::until(&day)),
        false => (texts::ended().to_owned(), texts::on(&day)),
    };
    let below = Some(below.into_any());
    Fact { value, below, is_bad: until.0 - now.0 < SOON, ..fact }
}

fn restarts(restarts: Option<Restarts>, now: Millis) -> Fact {
    let fact = Fact::unknown(texts::restarts());
    let Some(Restarts { times, last }) = restarts else { return fact };
    let below = last.map(|last| view! { {texts::the_last()} {tick(Tick::Ago, last, now)} }.into_any());
    Fact { value: times.to_string(), below, ..fact }
}

fn usage(title: &'static str, usage: Option<&Usage>, written: Written, now: Millis) -> Fact {
    let Some(Usage { shares, at }) = usage else { return Fact::unknown(title) };
    let measured = view! { {texts::measured()} {tick(Tick::Ago, *at, now)} }.into_any();
    of_plan(title, shares, written, Some(measured))
}

/// As the status has it: of the volumes that were looked at, all or none.
fn disk(view: &StoreView) -> Option<Fact> {
    let share = |volume: &store::view::Volume| {
        let limit = Some(volume.gibibytes.saturating_mul(1024));
        Some(Share { title: volume.title.clone(), used: volume.used?, limit })
    };
    let shares: Option<Vec<Share>> = view.volumes.iter().map(share).collect();
    let fact = |shares: Vec<Share>| of_plan(texts::disk(), &shares, mebibytes, None);
    (!view.volumes.is_empty()).then(|| shares.map_or_else(|| Fact::unknown(texts::disk()), fact))
}

/// The sum beside the plan's; below it the part that is nearly full, or else what there is to say.
fn of_plan(title: &'static str, shares: &[Share], written: Written, below: Option<AnyView>) -> Fact {
    let (used, limit) = sum(shares);
    let value = written(used, limit);
    match fullest(shares).filter(|(_, percent)| *percent >= NEARLY_FULL) {
        Some((part, percent)) => {
            let below = view! { {told(part)}{texts::is_at(percent)} }.into_any();
            Fact { title, value, below: Some(below), is_bad: true }
        }
        None => Fact { title, value, below, is_bad: false },
    }
}

/// `84 ms`, `1.4 s`
fn duration(millis: u32) -> String {
    match millis {
        ..1_000 => format!("{millis} ms"),
        _ => texts::decimal(&format!("{}.{} s", millis / 1_000, millis % 1_000 / 100)),
    }
}

/// `0.25 of 2 cores`, of thousandths.
fn cores(used: u32, limit: Option<u32>) -> String {
    let number = |thousandths: u32| trimmed(format!("{:.3}", f64::from(thousandths) / 1000.0));
    // More than two digits are worth a look only where there is nothing before them.
    let used = number(if used < 100 { used } else { used / 10 * 10 });
    match limit.map(number) {
        Some(limit) if limit == "1" => texts::of(&used, &texts::core(&limit)),
        Some(limit) => texts::of_cores(&used, &limit),
        None if used == "1" => texts::core(&used),
        None => texts::cores(&used),
    }
}

/// `312 MiB of 1.5 GiB`
fn mebibytes(used: u32, limit: Option<u32>) -> String {
    let amount = |mebibytes: u32| match mebibytes {
        ..1024 => format!("{mebibytes} MiB"),
        _ => format!("{} GiB", trimmed(format!("{:.1}", f64::from(mebibytes) / 1024.0))),
    };
    let used = amount(used);
    limit.map_or(used.clone(), |limit| texts::of(&used, &amount(limit)))
}

/// Without zeros that say nothing. It has a point.
fn trimmed(number: String) -> String {
    texts::decimal(number.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use store::{Phase, view::Volume};

    use super::*;
    use crate::fixtures::{NOW, view as fixture};

    fn share(title: &str, used: u32, limit: u32) -> Share {
        Share { title: title.into(), used, limit: Some(limit) }
    }

    fn vitals() -> Vitals {
        let usage = |shares| Some(Usage { shares, at: Millis(NOW.0 - 120_000) });
        Vitals {
            answer: Some(Answer { millis: 84, at: Millis(NOW.0 - 30_000) }),
            cpu: usage(vec![share("Database", 12, 1000), share("Web", 240, 1000)]),
            memory: usage(vec![share("Database", 96, 384), share("Web", 634, 640)]),
            restarts: Restarts { times: 2, last: Some(Millis(NOW.0 - 5 * 3_600_000)) },
            certificate_until: Some(NOW.plus_seconds(68 * 86_400)),
        }
    }

    fn strip(store: &StoreView, vitals: Option<&Result<Vitals, String>>) -> String {
        let html = health_strip(store, vitals, NOW).to_html().replace("<!>", "");
        // What ticks says it in words too.
        let mut text = String::new();
        let mut is_tag = false;
        for character in html.chars() {
            match character {
                '<' => is_tag = true,
                '>' => is_tag = false,
                _ if !is_tag => text.push(character),
                _ => {}
            }
        }
        text
    }

    fn ready() -> StoreView {
        let mut store = fixture(Phase::Ready);
        store.summary.address.scheme = Scheme::Https;
        let volume = |name: &str, used| Volume { title: name.into(), gibibytes: 2, used };
        store.volumes = vec![volume("database", Some(128)), volume("uploads", Some(896))];
        store
    }

    #[test]
    fn a_shop_that_is_well_says_how_fast_until_when_and_what_it_uses_of_its_plan() {
        let text = strip(&ready(), Some(&Ok(vitals())));
        for part in [
            "Answersin 84 mschecked just now",
            "Certificate68 daysuntil 2027-01-30",
            "Restarts2the last 5 h ago",
            "CPU0.25 of 2 coresmeasured 2 min ago",
            // A sum of three quarters, of which one part is full.
            "Memory730 MiB of 1 GiBWeb at 99 %",
            "Disk1 GiB of 4 GiB",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("not known"));
    }

    #[test]
    fn a_shop_that_does_not_answer_is_not_told_to_answer_as_fast_as_it_did() {
        let mut store = ready();
        let lost = store.conditions.get(ConditionKind::StorefrontReachable).seen(
            State::Lost,
            "No.",
            Millis(NOW.0 - 720_000),
        );
        store.conditions.set(ConditionKind::StorefrontReachable, lost);
        let text = strip(&store, Some(&Ok(vitals())));
        assert!(text.contains("Answersnofor 12 min") && !text.contains("84 ms"), "{text}");
    }

    #[test]
    fn what_nobody_tells_is_not_known_and_what_the_status_says_stays() {
        for (vitals, says) in [
            (None, "is on Metrics."),
            (Some(Err("It is away.".to_owned())), "is not known at this moment. It is away."),
        ] {
            let text = strip(&ready(), vitals.as_ref());
            for part in [
                "Answersyeswhen it was last asked",
                "Certificate–",
                "Restarts–",
                "CPU–",
                "Memory–",
                "Disk1 GiB of 4 GiB",
                says,
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
    }

    #[test]
    fn what_was_not_measured_yet_is_no_zero() {
        let mut store = ready();
        store.volumes[1].used = None;
        let text = strip(&store, Some(&Ok(Vitals::default())));
        for part in ["Answersyes", "CPU–", "Memory–", "Disk–", "Restarts0"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn a_certificate_that_ends_soon_or_has_ended_stands_out_and_plain_http_has_none() {
        let at = |days: i64| certificate(Some(NOW.plus_seconds(days * 86_400)), NOW);
        assert!(at(6).is_bad && !at(8).is_bad);
        assert_eq!((at(-1).value.as_str(), at(-1).is_bad), ("ended", true));
        let mut plain = ready();
        plain.summary.address.scheme = Scheme::Http;
        assert!(!strip(&plain, Some(&Ok(vitals()))).contains("Certificate"));
    }

    #[test]
    fn an_amount_has_its_unit_and_no_zeros_that_say_nothing() {
        let cores_of =
            [(4, None), (257, Some(1_000)), (0, Some(2_500))].map(|(used, limit)| cores(used, limit));
        assert_eq!(cores_of, ["0.004 cores", "0.25 of 1 core", "0 of 2.5 cores"]);
        assert_eq!(mebibytes(312, Some(1_536)), "312 MiB of 1.5 GiB");
        assert_eq!(mebibytes(1_024, None), "1 GiB");
        assert_eq!([84, 1_450].map(duration), ["84 ms", "1.4 s"]);
    }
}
