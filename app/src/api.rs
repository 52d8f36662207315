//! The server functions: each reads what was sent, makes one call and says how it went.

#![expect(clippy::too_many_arguments, reason = "a form has a field for each")]

#[cfg(feature = "ssr")]
pub mod answer;
pub mod build;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
mod noting;
#[cfg(feature = "ssr")]
pub mod selected;
#[cfg(feature = "ssr")]
mod suggest;

use leptos::{prelude::*, server_fn::codec::Postcard};
use store::{Options, StoreId};

use self::build::OfThisBuild;
use crate::{
    error::ApiError,
    update::{Heard, View, Wait},
};

/// The one question pages ask: how is what I show, or what is there instead? Answers at once whoever has another state than `since`, else at
/// the first change, or after `wait` without one.
#[server(prefix = "/api", endpoint = "poll", input = Postcard, output = Postcard, client = OfThisBuild)]
pub async fn poll(view: View, since: Option<String>, wait: Wait) -> Result<Heard, ApiError> {
    answer::poll(&view, since.as_deref(), wait).await
}

/// Where a store of that name would be, or the name's own error.
#[server(prefix = "/api", endpoint = "preview_address", output = Postcard)]
pub async fn preview_address(#[server(default)] name: String) -> Result<String, ApiError> {
    answer::preview_address(&name)
}

/// What the command palette finds for that text, as it is to stand in its list.
#[server(prefix = "/api", endpoint = "find_anything", output = Postcard)]
pub async fn find_anything(#[server(default)] text: String) -> Result<String, ApiError> {
    crate::palette::found(&text)
}

#[server(prefix = "/api", endpoint = "create_store", output = Postcard)]
pub async fn create_store(
    #[server(default)] request: String,
    #[server(default)] name: String,
    #[server(default)] engine: String,
    #[server(default)] plan: String,
    #[server(default)] egress: String,
    #[server(default)] options: Options,
    #[server(default)] email: String,
    #[server(default)] user: String,
    #[server(default)] password: String,
) -> Result<StoreId, ApiError> {
    let form = store::NewStoreForm { request, name, engine, plan, egress, options, email, user, password };
    answer::create_store(&form).await
}

/// Asks for the store to be deleted; `name` is what was typed to confirm.
#[server(prefix = "/api", endpoint = "delete_store", output = Postcard)]
pub async fn delete_store(
    #[server(default)] id: String,
    #[server(default)] name: String,
) -> Result<(), ApiError> {
    answer::delete_store(&id, &name).await
}

#[server(prefix = "/api", endpoint = "retry_store", output = Postcard)]
pub async fn retry_store(#[server(default)] id: String) -> Result<(), ApiError> {
    answer::retry_store(&id).await
}

/// Asks for something of a store that is there: to be suspended, resumed, updated, another plan, another access to the internet.
#[server(prefix = "/api", endpoint = "change_store", output = Postcard)]
pub async fn change_store(
    #[server(default)] id: String,
    #[server(default)] wish: String,
) -> Result<(), ApiError> {
    answer::change_store(&id, &wish).await
}

/// Leads whoever may change the store into its shop's admin, signed in.
#[server(prefix = "/api", endpoint = "open_admin", output = Postcard)]
pub async fn open_admin(#[server(default)] id: String) -> Result<(), ApiError> {
    answer::open_admin(&id).await
}

/// Gives one of the shop's administrators another password.
#[server(prefix = "/api", endpoint = "set_password", output = Postcard)]
pub async fn set_password(
    #[server(default)] id: String,
    #[server(default)] account: String,
    #[server(default)] password: String,
) -> Result<(), ApiError> {
    answer::set_password(&id, &account, &password).await
}

/// Gives a store a mail server of its own.
#[server(prefix = "/api", endpoint = "set_mail", output = Postcard)]
pub async fn set_mail(
    #[server(default)] id: String,
    #[server(default)] host: String,
    #[server(default)] port: String,
    #[server(default)] tls: String,
    #[server(default)] from: String,
    #[server(default)] user: String,
    #[server(default)] password: String,
) -> Result<(), ApiError> {
    answer::set_mail(&id, &store::MailForm { host, port, tls, from, user, password }).await
}

/// Tells no more how what ended until then did.
#[server(prefix = "/api", endpoint = "dismiss_jobs", output = Postcard)]
pub async fn dismiss_jobs(#[server(default)] until: String) -> Result<(), ApiError> {
    jobs::dismiss(&until)
}

/// Removes a namespace whose Store is gone.
#[server(prefix = "/api", endpoint = "remove_stray", output = Postcard)]
pub async fn remove_stray(#[server(default)] id: String) -> Result<(), ApiError> {
    answer::remove_stray(&id).await
}
