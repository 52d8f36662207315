//! Another password for one of the shop's administrators, for whoever may change the store.

use leptos::prelude::*;
use store::StoreView;

use crate::{
    api::SetPassword,
    components::{SentForm, new_password},
    me::me,
};

const ACCOUNT: &str = "new-password-of";
const DONE: &str = "The password was set. Whoever was signed in with the one before is out.";

pub fn admin_password(view: &StoreView) -> Option<AnyView> {
    let changes = me().changes(view.summary.owner.as_ref());
    let can_be_set = changes && view.ways_in.set_password && view.summary.phase.may_answer();
    let fields = || {
        view! {
            <label for=ACCOUNT>"Administrator"</label>
            <input id=ACCOUNT name="account" value=account(view) autocomplete="off" autocapitalize="none" spellcheck="false"/>
            <div data-held="">
                {new_password("new-password", "New password", None, "Copy it first: it is not kept here and not shown again.")}
            </div>
        }
        .into_any()
    };
    can_be_set.then(|| {
        let form = SentForm::new(&view.summary.id, "password", "Set password");
        let form = SentForm { done: Some(DONE), ..form }.sends::<SetPassword>(fields());
        view! {
            <section class="card" data-key="password" aria-labelledby="password-title">
                <header><h2 id="password-title">"Admin password"</h2></header>
                <details class="upkeep">
                    <summary>"Set a new password"</summary>
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
