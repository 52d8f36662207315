//! Which build of Storeyard a page is of. A page outlives an upgrade, and what is sent to it has no names by which it could tell that an
//! answer is not for it; so it says of which build it is, and another build's server refuses it before anything is read.

use std::future::Future;

use leptos::server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    error::{FromServerFnError, ServerFnErrorErr},
    request::browser::BrowserRequest,
    response::{ClientRes, browser::BrowserResponse},
};

use crate::browser;

/// Of a request.
pub const HEADER: &str = "x-storeyard-build";
/// Name of the document's meta element that tells it.
pub(crate) const META: &str = "build";
/// The answer to a page of another build: a status, since that is read alike by every build.
pub const MISMATCH: u16 = 412;

/// Sends requests that say of which build they are.
#[derive(Debug)]
pub struct OfThisBuild;

impl<E, In, Out> Client<E, In, Out> for OfThisBuild
where
    E: FromServerFnError,
    In: FromServerFnError,
    Out: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<BrowserResponse, E>> + Send {
        if let Some(build) = browser::told(META) {
            request.headers().set(HEADER, &build);
        }
        let answer = <BrowserClient as Client<E, In, Out>>::send(request);
        async move {
            let answer = answer.await?;
            if ClientRes::<E>::status(&answer) == MISMATCH {
                return Err(E::from_server_fn_error(ServerFnErrorErr::MiddlewareError(
                    "another build".into(),
                )));
            }
            Ok(answer)
        }
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl futures::Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl futures::Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, In, Out>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, In, Out>>::spawn(future);
    }
}
