//! By which server a store's mail leaves: the platform's, or one of its own.

use leptos::prelude::*;
use store::{StoreView, Wish, mail::MailTls, view::OwnMailOffer};

use super::upkeep::button;
use crate::{api::SetMail, components::SentForm};

pub fn forms(view: &StoreView) -> AnyView {
    match view.upkeep.own_mail {
        OwnMailOffer::Never | OwnMailOffer::Closed => ().into_any(),
        OwnMailOffer::Possible => own_server(view),
        OwnMailOffer::There => view! {
            <p class="muted">"Its mail leaves by a server of its own."</p>
            {button(view, Wish::PlatformMail, "Back to the platform’s mail")}
            {own_server(view)}
        }
        .into_any(),
    }
}

/// What is typed goes to the cluster, and nothing of it comes back.
fn own_server(view: &StoreView) -> AnyView {
    let option = |tls: MailTls| view! { <option value=tls.key()>{tls.to_string()}</option> }.into_any();
    let field = |name: &'static str, label: &'static str, kind: &'static str| {
        let id = format!("mail-{name}");
        view! {
            <label for=id.clone()>{label}</label>
            <input id=id name=name type=kind autocomplete="off"/>
        }
        .into_any()
    };
    let fields = view! {
        {field("host", "Host", "text")}
        {field("port", "Port", "text")}
        <label for="mail-tls">"Encryption"</label>
        <select id="mail-tls" name="tls">{MailTls::ALL.map(option).collect_view()}</select>
        {field("from", "Mail is from", "text")}
        {field("user", "User", "text")}
        {field("password", "Password", "password")}
    };
    let form = SentForm::new(&view.summary.id, "own-mail", "Use this server");
    view! {
        <details data-key="own-mail">
            <summary>"A mail server of its own"</summary>
            {form.sends::<SetMail>(fields.into_any())}
        </details>
    }
    .into_any()
}
