//! The form for a new store.

pub mod address;
pub mod choices;
pub mod draft;
pub mod secret;

use codee::binary::PostcardCodec;
use leptos::{ev, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use store::{Field, time::Elapsed};

use self::{
    address::NameField,
    choices::{EgressChoice, EngineChoice, PlanChoice},
    draft::Draft,
    secret::PasswordField,
};
use crate::{
    api::{self, CreateStore},
    app::LastList,
    browser,
    changing::{part, text},
    clock,
    components::{Crumb, Heading, LoadingCard, RefusedNotice, TextField, UnreadNotice},
    error::ApiError,
    links,
    update::Offer,
};

#[component]
pub fn NewStorePage() -> impl IntoView {
    let offer = Resource::<_, PostcardCodec>::new_with_options(|| (), |()| api::get_offer(), false);
    view! {
        <Title text="New store · Storeyard"/>
        <Crumb/>
        <Suspense fallback=|| view! { <Heading>"New store"</Heading> <LoadingCard what="The form is being made." rows=3/> }>
            {move || Suspend::new(async move {
                match offer.await {
                    Ok(offer) => view! { <NewStoreForm offer/> }.into_any(),
                    Err(error) => view! { <NoOffer error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn NoOffer(error: ApiError) -> impl IntoView {
    if let ApiError::Forbidden(why) = error {
        return view! { <Heading>"New store"</Heading> <RefusedNotice why/> }.into_any();
    }
    if error == ApiError::SignedOut {
        Effect::new(|_| browser::reload());
    }
    crate::pages::set_status(error.status());
    view! {
        <Heading>"New store"</Heading>
        <UnreadNotice what="The form cannot be made" why=Signal::stored(error.to_string()) again=Signal::stored(links::NEW.to_owned())/>
    }
    .into_any()
}

#[component]
fn NewStoreForm(offer: Offer) -> impl IntoView {
    let create = ServerAction::<CreateStore>::new();
    let pending = create.pending();
    // A form that was sent without a script comes back with its error in the address.
    let draft = Draft::new(offer.engines, create.value().get_untracked().and_then(Result::err));
    if let Some(status) = draft.status() {
        crate::pages::set_status(status);
    }
    let kept = draft.kept();
    let request =
        if kept.request.is_empty() { offer.request.as_str().to_owned() } else { kept.request.clone() };
    let last = expect_context::<LastList>();
    draft.follow();
    after_answer(create, draft);

    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        match draft.checked() {
            Ok(form) => {
                let store::NewStoreForm { request, name, engine, plan, egress, email, user, password } = form;
                create.dispatch(CreateStore { request, name, engine, plan, egress, email, user, password });
            }
            Err(field) => focus_field(field),
        }
    };
    let error = move |field| Signal::derive(move || draft.error(field));
    view! {
        <div class="page-head">
            <div><Heading>"New store"</Heading><p>{usually(offer.usually)}</p></div>
        </div>
        <form
            id="new-store"
            class="new"
            method="post"
            action=CreateStore::url()
            novalidate
            on:submit=on_submit
            on:input=move |_| draft.read()
            on:focusout=move |event| draft.touch(&event)
        >
            <Refusal draft/>
            <input type="hidden" name=Field::Request.key() value=request/>
            <NameField draft initial=kept.name scheme=offer.scheme domain_suffix=offer.domain_suffix/>
            <EngineChoice draft/>
            <PlanChoice draft chosen=kept.plan/>
            <EgressChoice draft chosen=kept.egress/>
            <fieldset>
                <legend class="legend">"Store admin"</legend>
                <div class="pair">
                    <TextField field=Field::Email label="E-mail" initial=kept.email kind="email" literal=true error=error(Field::Email)/>
                    <div hidden=move || !draft.asks_for_user()>
                        <TextField field=Field::User label="User name" initial=kept.user literal=true error=error(Field::User)/>
                    </div>
                </div>
                <PasswordField draft/>
            </fieldset>
            <div class="actions">
                <button class="button primary" type="submit" aria-disabled=move || pending.get().then_some("true")>
                    {text(move || if pending.get() { "Creating…" } else { "Create store" })}
                </button>
                <a class="button" href=move || last.get()>"Cancel"</a>
            </div>
        </form>
    }
}

/// What is wrong beyond single fields.
#[component]
fn Refusal(draft: Draft) -> impl IntoView {
    let refusal = part(move || match draft.refusal() {
        Some(sentence) => view! {
            <h2>"The store was not created"</h2>
            <p>{sentence}</p>
            {draft.sent_before().map(|id| view! {
                <div class="actions">
                    <a class="button" href=links::store(&id)>"Open that store"</a>
                    <a class="button" rel="external" href=links::NEW>"Start a new one"</a>
                </div>
            }.into_any())}
        }
        .into_any(),
        None => ().into_any(),
    });
    view! {
        <div id="refusal" role="alert" tabindex="-1" class:notice=move || draft.refusal().is_some()>
            {refusal}
        </div>
    }
}

/// Goes on to the new store, or to what has to be mended.
fn after_answer(create: ServerAction<CreateStore>, draft: Draft) {
    let navigate = use_navigate();
    Effect::new(move |answered: Option<usize>| {
        let version = create.version().get();
        // The answer that came with the page is shown already.
        let Some(answered) = answered else { return version };
        if answered == version {
            return version;
        }
        match create.value().get_untracked() {
            Some(Ok(id)) => {
                navigate(&links::store(&id), NavigateOptions { replace: true, ..NavigateOptions::default() });
            }
            Some(Err(error)) => match draft.refuse(error) {
                Some(field) => focus_field(field),
                None => request_animation_frame(|| {
                    browser::focus("#refusal");
                }),
            },
            None => {}
        }
        version
    });
}

/// After the page has been redrawn, so that the message is there when the field is read out.
fn focus_field(field: Field) {
    request_animation_frame(move || {
        browser::focus(&format!("#new-store [name={}]", field.key()));
    });
}

fn usually(elapsed: Option<Elapsed>) -> String {
    elapsed.map_or_else(String::new, |elapsed| format!("Usually ready in {}.", clock::brief(elapsed)))
}
