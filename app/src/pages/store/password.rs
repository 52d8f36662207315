//! Another password for one of the shop's administrators, for whoever may change the store.

use leptos::prelude::*;
use store::StoreView;

use crate::{
    api::SetPassword,
    components::{SentForm, new_password},
    me::me,
    texts::upkeep as texts,
};

const ACCOUNT: &str = "new-password-of";

pub fn admin_password(view: &StoreView) -> Option<AnyView> {
    let changes = me().changes(view.summary.owner.as_ref());
    let can_be_set = changes && view.ways_in.set_password && view.summary.phase.may_answer();
    let fields = || {
        view! {
            <label for=ACCOUNT>{texts::administrator()}</label>
            <input id=ACCOUNT name="account" value=account(view) autocomplete="off" autocapitalize="none" spellcheck="false"/>
            <div data-held="">
                {new_password("new-password", texts::new_password(), None, texts::copy_first())}
            </div>
        }
        .into_any()
    };
    can_be_set.then(|| {
        let form = SentForm::new(&view.summary.id, "password", texts::set_password());
        let form = SentForm { done: Some(texts::password_set()), ..form }.sends::<SetPassword>(fields());
        view! {
            <section class="card" data-key="password" aria-labelledby="password-title">
                <header><h2 id="password-title">{texts::admin_password()}</h2></header>
                <details class="upkeep">
                    <summary>{texts::set_new()}</summary>
                    {form}
                </details>
            </section>
        }
        .into_any()
    })
}

/// What the store's first administrator signs in with.
fn account(view: &StoreView) -> String {
    view.user.as_ref().map_or_else(|| view.email.as_str(), store::AdminUser::as_str).to_owned()
}
