use leptos::{prelude::*, server_fn::ServerFn};
use store::{Millis, Phase};

use crate::{
    api::{
        DismissJobs,
        jobs::{End, Ended, Jobs, UnderWay},
    },
    clock::Tick,
    components::{moment, phase_mark, refused_without_script, tick},
    links,
    texts::{kinds, list, tray as texts},
};

/// Where the page's program looks for it.
pub const TRAY: &str = "tray";

/// What is under way for whoever looks, and how what has ended lately did. Nothing where there is neither.
pub fn tray(jobs: &Jobs, now: Millis) -> Option<AnyView> {
    if jobs.is_empty() {
        return None;
    }
    let tray = view! {
        <aside class="card tray" data-key="tray" aria-label=texts::under_way()>
            {over(jobs, now)}
            {(jobs.number > 0).then(|| under_way(jobs, now))}
        </aside>
    };
    Some(tray.into_any())
}

/// Closed at first: the page is what one came for. Whether it is open is the browser's own.
fn under_way(jobs: &Jobs, now: Millis) -> AnyView {
    let more = jobs.number - jobs.under_way.len();
    let more = (more > 0).then(|| {
        let told = texts::more(more);
        view! { <li class="muted" data-key="more"><a href=links::in_progress()>{told}</a></li> }.into_any()
    });
    view! {
        <details data-key="under-way">
            <summary><span class="phase provisioning"><span>{texts::number_under_way(&list::number(number(jobs.number)))}</span></span></summary>
            <ul>{jobs.under_way.iter().map(|job| row(job, now)).collect_view()} {more}</ul>
        </details>
    }
    .into_any()
}

fn row(UnderWay { id, name, phase, since, step }: &UnderWay, now: Millis) -> AnyView {
    let step = step.clone().map(|step| format!("{step} · "));
    let since = view! { {step} {tick(Tick::Brief, *since, now)} }.into_any();
    view! {
        <li data-key=id.to_string()>
            <a href=links::store(id)><bdi>{name.to_string()}</bdi></a>
            {phase_mark(*phase, Some(since))}
        </li>
    }
    .into_any()
}

/// Until it is dismissed, or its time is over, which the page's program finds out by itself.
fn over(jobs: &Jobs, now: Millis) -> Option<AnyView> {
    let over = jobs.over();
    let last = over.first()?.at.0.to_string();
    let refused = refused_without_script::<DismissJobs>().map(|error| error.to_string());
    let over = view! {
        <div class="over" data-key="over">
            <ul>{over.iter().map(|ended| end(ended, now)).collect_view()}</ul>
            <form method="post" action=DismissJobs::url() data-send="">
                <input type="hidden" name="until" value=last/>
                <button class="copy" type="submit" data-held="" data-busy=texts::dismissing()>{texts::dismiss()}</button>
                <p class="error" role="alert" data-held="">{refused}</p>
            </form>
        </div>
    };
    Some(over.into_any())
}

fn end(ended: &Ended, now: Millis) -> AnyView {
    let how = match &ended.how {
        End::Is(phase, failed_at) => {
            let at = failed_at.filter(|_| *phase == Phase::Failed);
            phase_mark(*phase, at.map(|step| list::failed_at(kinds::step(step)).into_any()))
        }
        End::Gone => view! { <span class="phase deleting"><span>{texts::gone()}</span></span> }.into_any(),
        End::NoRecord => {
            view! { <span class="phase deleting"><span>{texts::no_record()}</span></span> }.into_any()
        }
    };
    view! {
        <li data-key=ended.id.to_string() data-from=ended.until().0.to_string()>
            <a href=links::store(&ended.id)><bdi>{ended.name.to_string()}</bdi></a>
            {how}
            <span class="muted num">{moment(ended.at, now)}</span>
        </li>
    }
    .into_any()
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
