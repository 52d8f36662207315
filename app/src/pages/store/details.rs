//! What is known of the store beside how far it is.

use leptos::prelude::*;
use store::{
    Millis, StoreView, Text,
    view::{PodState, PodView, PublicValue, Volume, gibibytes},
};

use crate::{
    components::{copy_button, few_words, in_its_language, moment, told},
    language::language,
    texts::{health::decimal, kinds, store as texts},
};

pub fn details(view: &StoreView, now: Millis) -> AnyView {
    let summary = &view.summary;
    let shop = summary.address.shop();
    let (egress, mail, admin) =
        (view.upkeep.egress, view.upkeep.mail.is_some().then(|| mail(view)), admin(view));
    let versions = (!view.versions.is_empty()).then(|| view.versions.line());
    let chosen = (!view.options.is_empty()).then(|| chosen(&view.options));
    view! {
        <section class="card" data-key="details" aria-labelledby="details-title">
            <header><h2 id="details-title">{texts::details()}</h2></header>
            <dl class="facts">
                <div><dt>{texts::address()}</dt><dd class="mono">{shop.clone()} " " {copy_button(shop, texts::address_word(), false)}</dd></div>
                {public_values(view)}
                <div><dt>{texts::engine()}</dt><dd>{summary.engine_title.to_string()}</dd></div>
                {versions.map(|versions| view! { <div data-key="runs"><dt>{texts::runs()}</dt><dd class="num">{versions}</dd></div> }.into_any())}
                <div><dt>{texts::plan()}</dt><dd>{kinds::plan(summary.plan)}<span class="sub">{kinds::allowance(view.allowance)}</span></dd></div>
                {disk(&view.volumes).map(|disk| view! { <div data-key="disk"><dt>{texts::disk()}</dt><dd class="num">{disk}</dd></div> }.into_any())}
                <div><dt>{texts::internet()}</dt><dd>{kinds::egress(egress)}<span class="sub">{kinds::egress_summary(egress)}</span></dd></div>
                {mail.map(|(server, from)| view! { <div data-key="mail"><dt>{texts::mail()}</dt><dd>{server}<span class="sub">{from}</span></dd></div> }.into_any())}
                <div><dt>{texts::admin()}</dt><dd><bdi>{admin.0}</bdi><span class="sub">{admin.1}</span></dd></div>
                {chosen.map(|options| view! { <div data-key="options"><dt>{texts::set_up_with()}</dt><dd>{options}<span class="sub">{texts::may_have_changed()}</span></dd></div> }.into_any())}
                <div><dt>{texts::namespace()}</dt><dd class="mono">{summary.id.namespace()}</dd></div>
                <div><dt>{texts::created()}</dt><dd class="num">{moment(summary.created, now)}</dd></div>
                {(view.attempt > 1).then(|| view! { <div data-key="try"><dt>{texts::attempt()}</dt><dd class="num">{view.attempt.to_string()}</dd></div> }.into_any())}
            </dl>
            {view.engine_notes.iter().map(|note| view! { <p class="lack">{in_its_language(kinds::note(note))}</p> }.into_any()).collect_view()}
        </section>
    }
    .into_any()
}

/// What whoever builds on the shop has to name, such as the key of its API.
fn public_values(view: &StoreView) -> Vec<AnyView> {
    let row = |public: &PublicValue| {
        let value = public.value.clone();
        let copy = copy_button(value.clone(), public.title.told(language()).0, false);
        let key = format!("public {}", public.title);
        view! { <div data-key=key><dt>{told(&public.title)}</dt><dd class="mono">{value} " " {copy}</dd></div> }
            .into_any()
    };
    view.public.iter().map(row).collect()
}

/// What it was made with, in a line.
fn chosen(options: &[Text]) -> AnyView {
    let option = |(n, text)| {
        let gap = (n > 0).then_some(" · ");
        view! { {gap}{told(text)} }.into_any()
    };
    options.iter().enumerate().map(option).collect_view().into_any()
}

/// How much is used of each volume that was looked at.
fn disk(volumes: &[Volume]) -> Option<AnyView> {
    let measured: Vec<(&Volume, u32)> =
        volumes.iter().filter_map(|volume| Some((volume, volume.used?))).collect();
    let holds = |(n, (volume, used)): (usize, &(&Volume, u32))| {
        let gap = (n > 0).then_some(", ");
        let used = decimal(&gibibytes(u64::from(*used)));
        view! { {gap}{told(&volume.title)}{texts::holds(&used, volume.gibibytes)} }.into_any()
    };
    (!measured.is_empty()).then(|| measured.iter().enumerate().map(holds).collect_view().into_any())
}

/// By which server mail leaves, and whom it is from.
fn mail(view: &StoreView) -> (String, String) {
    let Some(server) = &view.upkeep.mail else { return Default::default() };
    (format!("{}:{}", server.host.as_str(), server.port.get()), texts::mail_from(server.from.as_str()))
}

/// What the administrator signs in with, and what else is known of them.
fn admin(view: &StoreView) -> (String, String) {
    let email = view.email.as_str().to_owned();
    view.user
        .as_ref()
        .map_or_else(|| (email.clone(), String::new()), |user| (user.as_str().to_owned(), email.clone()))
}

pub fn pods(view: &StoreView) -> AnyView {
    let none =
        view.pods.is_empty().then(|| view! { <p class="muted quiet">{texts::no_pod()}</p> }.into_any());
    view! {
        <section class="card" data-key="pods" aria-labelledby="pods-title">
            <header><h2 id="pods-title">{texts::pods()}</h2></header>
            {none}
            <dl class="facts">{view.pods.iter().map(pod).collect_view()}</dl>
        </section>
    }
    .into_any()
}

fn pod(pod: &PodView) -> AnyView {
    view! {
        <div data-key=pod.name.clone()>
            <dt class="mono">{pod.name.clone()}</dt>
            <dd>
                <span class=format!("phase {}", class(pod.state))>{texts::pod(pod.state)}</span>
                <span class="sub">{few_words(&pod.detail, &pod.said)}</span>
            </dd>
        </div>
    }
    .into_any()
}

/// A pod's state looks like the phase that means the same.
fn class(state: PodState) -> &'static str {
    match state {
        PodState::Waiting => "queued",
        PodState::Starting => "provisioning",
        PodState::Ready => "ready",
        PodState::Failing => "failed",
        PodState::Stopping => "deleting",
    }
}
