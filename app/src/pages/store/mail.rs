//! By which server a store's mail leaves: the platform's, or one of its own.

use leptos::prelude::*;
use store::{StoreView, Wish, mail::MailTls, view::OwnMailOffer};

use super::upkeep::button;
use crate::{api::SetMail, components::SentForm, texts::upkeep as texts};

pub fn forms(view: &StoreView) -> AnyView {
    match view.upkeep.own_mail {
        OwnMailOffer::Never | OwnMailOffer::Closed => ().into_any(),
        OwnMailOffer::Possible => own_server(view),
        OwnMailOffer::There => view! {
            <p class="muted">{texts::own_mail()}</p>
            {button(view, Wish::PlatformMail, texts::platform_mail())}
            {own_server(view)}
        }
        .into_any(),
    }
}

/// What is typed goes to the cluster, and nothing of it comes back.
fn own_server(view: &StoreView) -> AnyView {
    let option = |tls: MailTls| view! { <option value=tls.key()>{texts::tls(tls)}</option> }.into_any();
    let field = |name: &'static str, label: &'static str, kind: &'static str| {
        let id = format!("mail-{name}");
        view! {
            <label for=id.clone()>{label}</label>
            <input id=id name=name type=kind autocomplete="off"/>
        }
        .into_any()
    };
    let fields = view! {
        {field("host", texts::host(), "text")}
        {field("port", texts::port(), "text")}
        <label for="mail-tls">{texts::encryption()}</label>
        <select id="mail-tls" name="tls">{MailTls::ALL.map(option).collect_view()}</select>
        {field("from", texts::mail_is_from(), "text")}
        {field("user", texts::user(), "text")}
        {field("password", texts::password(), "password")}
    };
    let form = SentForm::new(&view.summary.id, "own-mail", texts::use_server());
    view! {
        <details data-key="own-mail">
            <summary>{texts::a_mail_server()}</summary>
            {form.sends::<SetMail>(fields.into_any())}
        </details>
    }
    .into_any()
}
