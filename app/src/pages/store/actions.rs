//! The links to the shop and its admin, and the dialog that deletes.

use leptos::{prelude::*, server_fn::ServerFn};
use store::{Phase, StoreId, StoreView};

use crate::{
    api::OpenAdmin,
    components::{Whence, refused_without_script},
    links,
    me::me,
    pages::delete,
    texts::{delete as confirming, store as texts},
};

const DIALOG: &str = "delete-dialog";

pub fn actions(view: &StoreView) -> Option<AnyView> {
    let summary = &view.summary;
    let phase = summary.phase;
    let changes = me().changes(summary.owner.as_ref());
    // A link that works without a script; with one, the dialog opens in place.
    let delete = changes.then(|| {
        view! { <a class="button danger" aria-haspopup="dialog" data-opens=DIALOG href=Whence::known().kept_in(&links::delete(&summary.id))>{texts::delete()}</a> }
            .into_any()
    });
    let way_in = if changes && phase.may_answer() && view.ways_in.sign_in {
        admin_form(&summary.id)
    } else {
        outward_link(texts::open_admin(), summary.admin(), phase)
    };
    (phase != Phase::Deleting).then(|| {
        view! {
            <div class="actions">
                {outward_link(texts::open_shop(), summary.address.shop(), phase)}
                {way_in}
                {delete}
            </div>
        }
        .into_any()
    })
}

/// Has the shop sign in whoever presses it. The browser itself sends it, and is led there: no script sees the address.
fn admin_form(id: &StoreId) -> AnyView {
    let refused = refused_without_script::<OpenAdmin>().map(|error| error.to_string());
    view! {
        <form class="way-in" method="post" action=OpenAdmin::url() target="_blank">
            <input type="hidden" name="id" value=id.to_string()/>
            <button class="button" type="submit">{texts::open_admin()}</button>
            <p class="error" role="alert">{refused}</p>
        </form>
    }
    .into_any()
}

/// Leads out of Storeyard, once there is something there.
fn outward_link(label: &'static str, href: String, phase: Phase) -> AnyView {
    let href = phase.may_answer().then_some(href);
    let disabled = href.is_none().then_some("true");
    view! {
        <a class="button" role="link" target="_blank" rel="external noopener" href=href aria-disabled=disabled>{label}</a>
    }
    .into_any()
}

/// Goes as soon as the deletion has begun, whoever began it.
pub fn delete_dialog(view: &StoreView) -> Option<AnyView> {
    (view.summary.phase != Phase::Deleting).then(|| {
        let cancel =
            view! { <button class="button" type="button" data-closes=DIALOG>{confirming::cancel()}</button> }
                .into_any();
        view! {
            <dialog id=DIALOG aria-labelledby="delete-title">
                <h2 id="delete-title">{confirming::delete()} <bdi>{view.summary.name.to_string()}</bdi></h2>
                {delete::form(view, cancel)}
            </dialog>
        }
        .into_any()
    })
}
