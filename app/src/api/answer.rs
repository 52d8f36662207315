//! The server's half of [`crate::api`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::audit::Deed;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use provisioner::stores::{Gone, Reading, Scope, Snapshot, Stores, StoresError};
use store::{
    Account, AdminPassword, Field, FieldError, Fit, ListPage, MailForm, Millis, NewStoreForm, Person, Phase,
    RequestId, StoreId, StoreName, StoreSummary, Vitals, Wish, limit::Over,
};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    jobs::Jobs,
    noting::{noted, noted_of, noted_to},
    suggest::Browser,
};
use crate::{
    error::{ApiError, Kept},
    guard::{Granted, granted},
    language::language,
    links,
    me::Me,
    pages,
    texts::{errors as texts, fields},
    update::{GoneStore, Heard, Offer, Pace, Page, Shown, Stale, Update, View, Wait},
};

/// Changes come in groups, and so are gathered before they are told.
const GATHER: Duration = Duration::from_millis(100);
/// How long a page waits to see what was just asked for, so that it does not show the state before.
const ECHO_WAIT: Duration = Duration::from_secs(2);

/// Cancelled when the server is about to stop: polls are then answered at once.
#[derive(Clone, Debug)]
pub struct Stopping(pub CancellationToken);

pub(super) async fn poll(view: &View, since: Option<&str>, wait: Wait) -> Result<Heard, ApiError> {
    let Granted { stores, person, .. } = granted()?;
    let shown = match view {
        View::List(_) => Some(Scope::List),
        View::Store(id) | View::Delete(id) => Some(Scope::One(id.clone())),
        View::New | View::Nowhere => None,
    };
    let scopes = shown.into_iter().chain([Scope::Jobs(person.id)]).collect();
    let stopping = use_context::<Stopping>().map_or_else(CancellationToken::new, |Stopping(token)| token);
    let mut changes = stores.changes(scopes);
    let end = Instant::now() + wait.limit();
    let mut vitals = None;
    loop {
        // The session may have ended while news was waited for.
        let granted = granted()?;
        let jobs = Jobs::of(&stores, &granted.person);
        if is_still(view) {
            let revision = jobs.revision(&());
            if since != Some(&revision) {
                // What stands there, and what was typed into it, stays.
                let kept =
                    |page: Page| if since.is_some() { Page { html: String::new(), ..page } } else { page };
                return Ok(news(|| jobs.around(kept(still(view, revision))), granted.person));
            }
        } else {
            let mut update = update(&stores, view, &granted.person).await;
            // Asked for by a page that stands already, once a poll and for half a second at most: so no page's first bytes wait for the operator.
            if since.is_some() && vitals.is_none() {
                vitals = self::vitals(&granted, view, &update.shown).await;
            }
            update.vitals.clone_from(&vitals);
            let update = named(update, &jobs);
            if since != Some(&update.revision) {
                return Ok(news(|| jobs.around(pages::page(view, update)), granted.person));
            }
        }
        let gathered = async {
            changes.next().await;
            sleep(GATHER).await;
        };
        let is_news = tokio::select! {
            () = gathered => true,
            () = sleep_until(end) => false,
            () = stopping.cancelled() => false,
        };
        if !is_news {
            self::granted()?;
            return Ok(Heard::Same { now: now() });
        }
    }
}

/// A page as the text of an answer. Its status is the answer's own: it was given.
fn news(page: impl FnOnce() -> Page, person: Person) -> Heard {
    let page = Owner::new().with(|| {
        provide_context(ResponseOptions::default());
        provide_context(Me(Some(person)));
        page()
    });
    Heard::News(Box::new(page))
}

/// A page as a document has it, whose status says the same.
pub(crate) async fn page(view: &View) -> Page {
    let granted = granted();
    let jobs = granted.as_ref().map(|granted| Jobs::of(&granted.stores, &granted.person)).unwrap_or_default();
    let page = match (view, granted) {
        // Nothing is under way for nobody.
        (View::Nowhere, Err(_)) => pages::nowhere(),
        (View::New | View::Nowhere, _) => still(view, jobs.revision(&())),
        (_, Ok(Granted { stores, person, .. })) => {
            pages::page(view, named(update(&stores, view, &person).await, &jobs))
        }
        (_, Err(error)) => pages::page(view, Update::unread(&error)),
    };
    jobs.around(page)
}

fn is_still(view: &View) -> bool {
    matches!(view, View::New | View::Nowhere)
}

/// Of what stays as it is, nothing is followed but what is under way elsewhere.
fn still(view: &View, revision: String) -> Page {
    let page = match view {
        View::New => pages::new::page(offer()),
        _ => pages::nowhere(),
    };
    Page { revision, pace: Pace::Calm, ..page }
}

fn offer() -> Result<Offer, ApiError> {
    let Granted { person, stores, .. } = granted()?.creating()?;
    let config = stores.config();
    let mut engines = config.cards();
    let (left, lacking) = stores.left(&person);
    for card in &mut engines {
        for plan in &mut card.plans {
            plan.lack =
                lacking.iter().find(|over| over.plan == Some(plan.name)).map(|over| texts::over(*over));
            plan.fit = stores.fit(&card.key, plan.name).map(|fit| match fit {
                Ok(()) => Fit::Fits,
                Err(lack) => Fit::Lacks(texts::lack(&lack)),
            });
        }
    }
    if let Some(parts) = use_context::<http::request::Parts>() {
        let browser = Browser::of(&parts.headers);
        engines.iter_mut().for_each(|card| browser.suggest(card));
    }
    for question in engines.iter_mut().flat_map(|card| &mut card.questions) {
        question.arrange(language());
    }
    Ok(Offer {
        request: RequestId::new(rand::random()),
        engines,
        usually: stores.snapshot().usually(),
        left,
        scheme: config.scheme,
        domain_suffix: config.domain_suffix.clone(),
    })
}

pub(super) fn preview_address(name: &str) -> Result<String, ApiError> {
    let Granted { stores, .. } = granted()?.creating()?;
    let name = StoreName::parse(name).map_err(|error| ApiError::WrongName(fields::fault(&error.into())))?;
    Ok(stores.address(&name))
}

pub(super) async fn create_store(form: &NewStoreForm) -> Result<StoreId, ApiError> {
    noted_of(Deed::CreateStore, Clone::clone, async {
        let granted = granted()?.creating()?;
        let key = granted.request_key()?;
        let Granted { person, stores, .. } = granted;
        let cards = stores.config().cards();
        let new = form
            .parse_saying(&cards, fields::fault)
            .map_err(|errors| ApiError::Invalid { errors, kept: Box::new(Kept::from(form)) })?;
        let id = stores.create(new, &person, &key).await.map_err(|error| match error {
            StoresError::Over(over @ Over { plan: Some(_), .. }) => {
                let error = FieldError { field: Field::Plan, message: texts::over(over) };
                ApiError::Invalid { errors: vec![error], kept: Box::new(Kept::from(form)) }
            }
            error => match refused(error) {
                ApiError::Invalid { errors, .. } => {
                    ApiError::Invalid { errors, kept: Box::new(Kept::from(form)) }
                }
                error => error,
            },
        })?;
        tracing::info!(target: "audit", person = %person.id, store = %id, "asked for a store");
        echoed(&stores, &id, |snapshot| snapshot.row(&id).is_some()).await;
        lead_to(&links::store(&id));
        Ok(id)
    })
    .await
}

pub(super) async fn delete_store(id: &str, typed_name: &str) -> Result<(), ApiError> {
    noted(Deed::DeleteStore, id, async {
        let granted = granted()?;
        let id = parse_id(id)?;
        let Granted { person, stores, .. } = granted.changing(&id).await?;
        stores.delete(&id, typed_name, &person.id).await.map_err(refused)?;
        tracing::info!(target: "audit", person = %person.id, store = %id, "asked for a store's deletion");
        echoed(&stores, &id, |snapshot| phase(snapshot, &id).is_none_or(|phase| phase == Phase::Deleting))
            .await;
        lead_to(&links::store(&id));
        Ok(())
    })
    .await
}

pub(super) async fn retry_store(id: &str) -> Result<(), ApiError> {
    noted(Deed::RetryStore, id, async {
        let granted = granted()?;
        let id = parse_id(id)?;
        let Granted { person, stores, .. } = granted.changing(&id).await?;
        stores.retry(&id, &person.id).await.map_err(refused)?;
        tracing::info!(target: "audit", person = %person.id, store = %id, "asked for another try of a store");
        echoed(&stores, &id, |snapshot| phase(snapshot, &id) != Some(Phase::Failed)).await;
        lead_to(&links::store(&id));
        Ok(())
    })
    .await
}

pub(super) async fn change_store(id: &str, wish: &str) -> Result<(), ApiError> {
    noted_to(Deed::ChangeStore, id, Wish::parse(wish).ok().map(Wish::key), async {
        let granted = granted()?;
        let id = parse_id(id)?;
        let granted = granted.changing(&id).await?;
        let wish = Wish::parse(wish).map_err(|_| ApiError::Conflict(texts::no_such_wish().to_owned()))?;
        let Granted { person, stores, .. } = granted.growing(&id, wish)?;
        stores.change(&id, wish, &person.id).await.map_err(refused)?;
        tracing::info!(target: "audit", person = %person.id, store = %id, wish = wish.key(), "asked for a change of a store");
        lead_to(&links::store(&id));
        Ok(())
    })
    .await
}

pub(super) async fn open_admin(id: &str) -> Result<(), ApiError> {
    noted(Deed::OpenAdmin, id, async {
        let granted = granted()?;
        let id = parse_id(id)?;
        let Granted { person, stores, .. } = granted.changing(&id).await?;
        let way_in = stores.sign_in(&id, &person.id).await.map_err(refused)?;
        tracing::info!(target: "audit", person = %person.id, store = %id, "was let in to a shop's admin");
        // It is good for one sign-in, and told to nobody but whoever asked.
        leptos_axum::redirect(&way_in);
        Ok(())
    })
    .await
}

pub(super) async fn set_password(id: &str, account: &str, password: &str) -> Result<(), ApiError> {
    noted(Deed::AdminPassword, id, async {
        let granted = granted()?;
        let id = parse_id(id)?;
        let Granted { person, stores, .. } = granted.changing(&id).await?;
        let account = Account::parse(account).map_err(|error| ApiError::Unfit(fields::account(error)))?;
        let password = AdminPassword::parse(password).map_err(|error| ApiError::Unfit(fields::fault(&error.into())))?;
        let of = account.as_str().to_owned();
        stores.set_password(&id, account, &password, &person.id).await.map_err(refused)?;
        tracing::info!(target: "audit", person = %person.id, store = %id, account = of, "gave an administrator of a shop another password");
        lead_to(&links::store(&id));
        Ok(())
    })
    .await
}

pub(super) async fn set_mail(id: &str, form: &MailForm) -> Result<(), ApiError> {
    noted(Deed::MailServer, id, async {
        let granted = granted()?;
        let id = parse_id(id)?;
        let Granted { person, stores, .. } = granted.changing(&id).await?;
        let own = form.parse().map_err(|error| ApiError::Unfit(texts::of_mail(error)))?;
        stores.set_mail(&id, &own, &person.id).await.map_err(refused)?;
        tracing::info!(target: "audit", person = %person.id, store = %id, "asked for another mail server of a store");
        lead_to(&links::store(&id));
        Ok(())
    })
    .await
}

/// Waits until the watch has told of what was done, but not for long: it was done all the same.
async fn echoed(stores: &Stores, id: &StoreId, is_seen: impl Fn(&Snapshot) -> bool) {
    if !stores.until(ECHO_WAIT, is_seen).await {
        tracing::debug!(store.id = %id, "the watch has not told of the change yet");
    }
}

fn phase(snapshot: &Snapshot, id: &StoreId) -> Option<Phase> {
    snapshot.row(id).map(|row| row.phase)
}

/// What is shown, by no name yet.
async fn update(stores: &Stores, view: &View, person: &Person) -> Update {
    let (stale, usually, shown) = {
        let snapshot = stores.snapshot();
        let stale = match &snapshot.reading {
            Reading::Stale { since, why } => Some(Stale::Unread { since: *since, why: why.clone() }),
            Reading::Loading => None,
            Reading::Fresh => snapshot.unobserved.map(|since| Stale::Unobserved { since }),
        };
        (stale, snapshot.usually(), shown(&snapshot, view, person))
    };
    let shown = match shown {
        Shown::Missing => found(stores, view, person).await,
        shown => shown,
    };
    Update { revision: String::new(), now: now(), stale, usually, shown, vitals: None }
}

/// How the shop fares that is shown, where one is that runs.
async fn vitals(granted: &Granted, view: &View, shown: &Shown) -> Option<Result<Vitals, String>> {
    match (view, shown) {
        (View::Store(_), Shown::Store(shown)) if pages::store::runs(shown.summary.phase) => {
            granted.vitals(shown).await
        }
        _ => None,
    }
}

pub(super) async fn remove_stray(id: &str) -> Result<(), ApiError> {
    noted(Deed::RemoveNamespace, id, async {
        let Granted { stores, person, .. } = granted()?.cleaning_up()?;
        let id = parse_id(id)?;
        stores.remove_stray(&id, &person.id).await.map_err(refused)?;
        tracing::info!(target: "audit", person = %person.id, store = %id, "asked for the removal of a namespace without a store");
        echoed(&stores, &id, |snapshot| phase(snapshot, &id) == Some(Phase::Deleting)).await;
        lead_to(&links::store(&id));
        Ok(())
    })
    .await
}

/// A store that the watch has not told of yet, or not any more: the cluster itself knows.
async fn found(stores: &Stores, view: &View, person: &Person) -> Shown {
    let (View::Store(id) | View::Delete(id)) = view else { return Shown::Missing };
    match stores.find(id).await {
        Ok(Some(found)) if person.sees(found.summary.owner.as_ref()) => Shown::Store(Box::new(found)),
        Ok(_) => Shown::Missing,
        Err(error) => Shown::Unread(refused(error).to_string()),
    }
}

/// Names what is shown: the same on every server, before and after a restart. Left out is what a server only knows by itself: when it
/// noticed something, and in which words it was told.
fn named(update: Update, jobs: &Jobs) -> Update {
    let revision = {
        let Update { shown, stale, vitals, .. } = &update;
        let shown = match shown {
            Shown::Unread(_) => &Shown::Unread(String::new()),
            Shown::Gone(gone) => {
                &Shown::Gone(Box::new(GoneStore { at: Millis::default(), ..GoneStore::clone(gone) }))
            }
            shown => shown,
        };
        let doubt: u8 = match stale {
            None => 0,
            Some(Stale::Unread { .. }) => 1,
            Some(Stale::Unobserved { .. }) => 2,
        };
        jobs.revision(&(shown, doubt, vitals))
    };
    Update { revision, ..update }
}

/// What of it this person may see: to them, the rest does not exist.
fn shown(snapshot: &Snapshot, view: &View, person: &Person) -> Shown {
    let sees = |summary: &StoreSummary| person.sees(summary.owner.as_ref());
    match &snapshot.reading {
        Reading::Loading => return Shown::Loading,
        // An outage from the beginning: nothing is known, which is not the same as nothing there.
        Reading::Stale { why, .. } if snapshot.rows().is_empty() => return Shown::Unread(why.clone()),
        Reading::Stale { .. } | Reading::Fresh => {}
    }
    let id = match view {
        View::List(query) => {
            let strays = if person.cleans_up() { snapshot.strays().collect() } else { Vec::new() };
            return Shown::List(ListPage {
                strays,
                ..snapshot.rows().page(query, |owner| person.sees(owner))
            });
        }
        View::Store(id) | View::Delete(id) if snapshot.row_once(id).is_some_and(sees) => id,
        _ => return Shown::Missing,
    };
    match (snapshot.get(id), snapshot.gone(id)) {
        (Some(view), _) => Shown::Store(Box::new(view)),
        (None, Some(Gone { view, at })) => Shown::Gone(Box::new(GoneStore { view, at })),
        (None, None) => Shown::Missing,
    }
}

pub(crate) fn refused(error: StoresError) -> ApiError {
    let sentence = texts::of_stores(&error);
    match error {
        StoresError::NotFound(_) => ApiError::NotFound(sentence),
        StoresError::NameMismatch { .. } => ApiError::WrongName(sentence),
        StoresError::NotFailed(_)
        | StoresError::Unsuited { .. }
        | StoresError::TooSmall { .. }
        | StoresError::NoMail
        | StoresError::MailIsClosed
        | StoresError::MailPort { .. }
        | StoresError::NotAllowed
        | StoresError::NoSafeMode
        | StoresError::Unable
        | StoresError::Away(_)
        | StoresError::Busy
        | StoresError::NotDone(_) => ApiError::Conflict(sentence),
        StoresError::TooSlow => ApiError::Unavailable(sentence),
        StoresError::Over(_) | StoresError::TheirsOver { .. } => ApiError::Conflict(sentence),
        StoresError::TooFast(too_fast) => {
            let seconds = too_fast.wait().as_millis().div_ceil(1_000).max(1);
            ApiError::TooMany { sentence, seconds: u32::try_from(seconds).unwrap_or(u32::MAX) }
        }
        StoresError::SentBefore { name, id } => ApiError::SentBefore { name, id },
        StoresError::NotOffered(_) => {
            let error = FieldError { field: Field::Engine, message: sentence };
            ApiError::Invalid { errors: vec![error], kept: Box::default() }
        }
        StoresError::Refused { detail, .. } => {
            tracing::warn!(%detail, "the cluster refused: {sentence}");
            ApiError::Conflict(sentence)
        }
        StoresError::Unavailable { detail, .. } => {
            tracing::warn!(%detail, "the cluster is unavailable: {sentence}");
            ApiError::Unavailable(sentence)
        }
    }
}

fn parse_id(id: &str) -> Result<StoreId, ApiError> {
    StoreId::parse(id).map_err(|_| ApiError::NotFound(texts::no_store_id().to_owned()))
}

/// Leads a form that was sent without a script on to the page that shows what came of it; a script finds its own way.
fn lead_to(path: &str) {
    let accepts_html = use_context::<http::request::Parts>().is_some_and(|parts| {
        parts
            .headers
            .get(http::header::ACCEPT)
            .is_some_and(|value| value.as_bytes().windows(9).any(|w| w == b"text/html"))
    });
    if accepts_html {
        leptos_axum::redirect(path);
    }
}

pub(crate) fn now() -> Millis {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
