//! What is under way for whoever looks, told on every page: in a tray, in the document's title, and on its icon.

use codee::{Encoder, binary::PostcardCodec};
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use provisioner::stores::{Reading, Snapshot, Stores};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    ConditionKind, Millis, Person, Phase, RemovalKind, Scheme, State, StoreId, StoreName, StoreSummary,
    StoreView,
};

use super::answer::now;
use crate::{
    components::tray,
    error::ApiError,
    guard::{Asking, Granted, granted},
    language::language,
    texts::{kinds, title, tray as tray_texts},
    update::{GoneStore, Page, Saying},
    words,
};

/// So long it is told how something has ended, unless it was dismissed.
const TOLD_MILLIS: i64 = 10 * 60 * 1000;
/// Of more at once only the number is told.
const SHOWN: usize = 8;
/// Up to when what has ended was dismissed in this browser.
const COOKIE: &str = "storeyard-dismissed";
/// Half of a digest is enough to tell states apart.
const REVISION_BYTES: usize = 16;

/// What is done for somebody, and what of it has ended lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Jobs {
    pub under_way: Vec<UnderWay>,
    /// How many there are, shown or not.
    pub number: usize,
    pub ended: Vec<Ended>,
    /// Those that went: only a server that saw that knows of it, so that they are no part of what names a state.
    #[serde(skip)]
    pub gone: Vec<Ended>,
    pub(crate) dismissed: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnderWay {
    pub id: StoreId,
    pub name: StoreName,
    pub phase: Phase,
    pub since: Millis,
    /// How far it is, in a word or two.
    pub step: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    pub id: StoreId,
    pub name: StoreName,
    pub how: End,
    pub at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum End {
    /// The store is so now, and where it failed.
    Is(Phase, Option<ConditionKind>),
    Gone,
    /// Its record went, and not all of it was seen to go.
    NoRecord,
}

impl Ended {
    /// Until when it is told.
    pub fn until(&self) -> Millis {
        Millis(self.at.0 + TOLD_MILLIS)
    }
}

impl Jobs {
    /// Of whoever asks for the page, where somebody does who is signed in.
    pub fn known() -> Self {
        let (Some(asking), Some(stores)) = (use_context::<Asking>(), use_context::<Stores>()) else {
            return Self::default();
        };
        asking.person().map(|person| Self::of(&stores, &person)).unwrap_or_default()
    }

    pub(crate) fn of(stores: &Stores, person: &Person) -> Self {
        let dismissed = dismissed();
        let from = Millis(dismissed.0.max(now().0 - TOLD_MILLIS) + 1);
        Self { dismissed, ..Self::in_snapshot(&stores.snapshot(), person, from) }
    }

    fn in_snapshot(snapshot: &Snapshot, person: &Person, from: Millis) -> Self {
        if snapshot.reading == Reading::Loading {
            return Self::default();
        }
        let jobs = snapshot.jobs(&person.id, from);
        let under_way = jobs.under_way.iter().take(SHOWN).map(|summary| UnderWay {
            id: summary.id.clone(),
            name: summary.name.clone(),
            phase: summary.phase,
            since: summary.since,
            step: snapshot.get(&summary.id).and_then(|view| step(&view)),
        });
        let ended = |summary: &StoreSummary, how, at| Ended {
            id: summary.id.clone(),
            name: summary.name.clone(),
            how,
            at,
        };
        let rests = jobs.ended.iter().take(SHOWN);
        let rests =
            rests.map(|summary| ended(summary, End::Is(summary.phase, summary.failed_at), summary.since));
        let gone = jobs.gone.iter().take(SHOWN).filter_map(|(summary, at)| {
            let gone = GoneStore { view: snapshot.gone(&summary.id)?.view, at: *at };
            let how = if gone.is_proven() { End::Gone } else { End::NoRecord };
            Some(ended(summary, how, *at))
        });
        Self {
            under_way: under_way.collect(),
            number: jobs.under_way.len(),
            ended: rests.collect(),
            gone: gone.collect(),
            dismissed: Millis::default(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.number == 0 && self.ended.is_empty() && self.gone.is_empty()
    }

    /// What has ended, the last first.
    pub fn over(&self) -> Vec<&Ended> {
        let mut over: Vec<&Ended> = self.ended.iter().chain(&self.gone).collect();
        over.sort_by_key(|ended| std::cmp::Reverse(ended.at));
        over.truncate(SHOWN);
        over
    }

    /// Names what is shown together with them: the same on every server.
    pub(super) fn revision(&self, shown: &impl Serialize) -> String {
        let Ok(bytes) = PostcardCodec::encode(&(shown, self, language())) else {
            // Nothing that is shown is of a shape that cannot be written; the page then asks for all of it anew.
            return String::new();
        };
        Sha256::digest(&bytes).iter().take(REVISION_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The page as it is while they are under way.
    pub(super) fn around(&self, page: Page) -> Page {
        let mut sayings = page.sayings;
        for told in self.sayings() {
            if sayings.iter().all(|saying| saying.of != told.of) {
                sayings.push(told);
            }
        }
        Page {
            title: self.title(&page.title),
            icon: self.icon().unwrap_or(page.icon),
            jobs: u32::try_from(self.number).unwrap_or(u32::MAX),
            tray: tray(self, page.now).map(RenderHtml::to_html).unwrap_or_default(),
            sayings,
            ..page
        }
    }

    /// Their number first, since tabs are narrow.
    pub fn title(&self, title: &str) -> String {
        if self.number == 0 { title.to_owned() } else { format!("({}) {title}", self.number) }
    }

    pub fn icon(&self) -> Option<String> {
        match self.number {
            0 => None,
            number @ 1..=9 => Some(format!("/favicon-jobs-{number}.svg")),
            _ => Some("/favicon-jobs-many.svg".to_owned()),
        }
    }

    fn sayings(&self) -> impl Iterator<Item = Saying> + '_ {
        let under_way = self.under_way.iter().map(|job| (&job.id, words::spoken(&job.name, job.phase)));
        let over = self.ended.iter().chain(&self.gone).map(|ended| {
            let said = match &ended.how {
                End::Is(phase, _) => words::spoken(&ended.name, *phase),
                End::Gone => ("gone", format!("{} {}.", ended.name, title::is_gone())),
                End::NoRecord => ("gone", format!("{} {}.", ended.name, title::has_no_record())),
            };
            (&ended.id, said)
        });
        under_way.chain(over).map(|(id, (state, sentence))| Saying {
            of: id.to_string(),
            state: state.to_owned(),
            sentence,
        })
    }
}

/// What of a store's job is being done at this moment.
fn step(view: &StoreView) -> Option<String> {
    let condition = |is_it: fn(State) -> bool| {
        view.conditions
            .iter()
            .find(|(_, condition)| is_it(condition.state))
            .map(|(kind, _)| kinds::step(kind).to_owned())
    };
    match view.summary.phase {
        Phase::Provisioning => condition(|state| !state.is_over()),
        Phase::Updating => condition(|state| state == State::Changing),
        Phase::Deleting => {
            let is_done = |kind: &RemovalKind| {
                view.removal.iter().any(|(told, condition)| told == kind && condition.state == State::Done)
            };
            let kind = RemovalKind::ALL.into_iter().find(|kind| !is_done(kind))?;
            Some(tray_texts::removing(kind).to_owned())
        }
        _ => None,
    }
}

/// Has what ended until then be told no more in the browser that asks.
pub(super) fn dismiss(until: &str) -> Result<(), ApiError> {
    let Granted { stores, .. } = granted()?;
    let until = until.parse().map(Millis).map_err(|_| ApiError::Malformed)?;
    // Replicas notice that a store went at different moments.
    let until = Millis(until.0.min(now().0).saturating_add(1_000));
    let cookie = Cookie::build((COOKIE, until.0.to_string()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(stores.config().scheme == Scheme::Https)
        .max_age(cookie::time::Duration::milliseconds(TOLD_MILLIS + 60_000))
        .build();
    if let (Some(options), Ok(cookie)) =
        (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie.to_string()))
    {
        options.append_header(header::SET_COOKIE, cookie);
    }
    Ok(())
}

fn dismissed() -> Millis {
    use_context::<Parts>().and_then(|parts| told_by(&parts.headers)).unwrap_or_default()
}

fn told_by(headers: &HeaderMap) -> Option<Millis> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(Cookie::split_parse).filter_map(Result::ok);
    cookies.find(|cookie| cookie.name() == COOKIE)?.value().parse().ok().map(Millis)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fixtures;

    #[test]
    fn the_number_is_in_the_title_and_on_an_icon_that_is_there() {
        let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public");
        for number in 0..12 {
            let jobs = Jobs { number, ..Jobs::default() };
            let title = jobs.title("Stores · Storeyard");
            assert_eq!(title.starts_with(&format!("({number}) ")), number > 0, "{title}");
            let icon = jobs.icon();
            assert_eq!(icon.is_some(), number > 0);
            if let Some(icon) = icon {
                assert!(public.join(icon.trim_start_matches('/')).is_file(), "{icon}");
            }
        }
    }

    #[test]
    fn each_job_says_what_is_being_done() {
        let told = |phase| step(&fixtures::view(phase));
        assert_eq!(told(Phase::Provisioning).as_deref(), Some("Workloads"));
        assert_eq!(told(Phase::Updating).as_deref(), Some("Release"));
        assert_eq!(told(Phase::Deleting).as_deref(), Some("uninstalling the release"));
        assert_eq!((told(Phase::Queued), told(Phase::Ready)), (None, None));
    }

    fn ended(id: &str, at: i64) -> Ended {
        Ended {
            id: StoreId::parse(id).unwrap(),
            name: StoreName::parse("Demo").unwrap(),
            how: End::Gone,
            at: Millis(at),
        }
    }

    #[test]
    fn what_only_one_server_knows_names_no_state() {
        let jobs = Jobs { number: 1, ..Jobs::default() };
        let knowing = Jobs { gone: vec![ended("a-00000", 5)], ..jobs.clone() };
        assert_eq!(jobs.revision(&"x"), knowing.revision(&"x"));
        assert_ne!(jobs.revision(&"x"), Jobs { number: 2, ..jobs.clone() }.revision(&"x"));
        assert_ne!(jobs.revision(&"x"), Jobs { dismissed: Millis(1), ..jobs.clone() }.revision(&"x"));
        assert_ne!(jobs.revision(&"x"), jobs.revision(&"y"));
    }

    #[test]
    fn what_ended_last_comes_first() {
        let jobs =
            Jobs { ended: vec![ended("a-00000", 5)], gone: vec![ended("b-00000", 6)], ..Jobs::default() };
        let ids: Vec<&str> = jobs.over().into_iter().map(|ended| ended.id.as_str()).collect();
        assert_eq!(ids, ["b-00000", "a-00000"]);
    }

    #[test]
    fn what_was_dismissed_is_read_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(told_by(&headers), None);
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("zone=Europe/Berlin; storeyard-dismissed=1795442531000"),
        );
        assert_eq!(told_by(&headers), Some(Millis(1_795_442_531_000)));
        headers.insert(header::COOKIE, HeaderValue::from_static("storeyard-dismissed=soon"));
        assert_eq!(told_by(&headers), None);
    }
}
