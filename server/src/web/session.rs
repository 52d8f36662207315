//! The cookie that a signed-in browser keeps, and where it leads one without.

use std::net::IpAddr;

use access::{Access, Device, Session};
use app::{guard::Asking, links};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use cookie::{Cookie, SameSite, time};
use http::{HeaderMap, HeaderValue, Method, header};
use provisioner::resource::now;
use store::Scheme;

use super::client::Client;

/// How sessions are kept by the browser.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    pub(super) access: Access,
    pub(super) scheme: Scheme,
}

/// Browsers keep nothing for longer than 400 days.
const DEVICE_KEPT: time::Duration = time::Duration::days(365);

/// A poll is the page's doing, not the person's: it does not make a session last.
fn is_poll(path: &str) -> bool {
    path == "/api/poll" || (path.starts_with(links::STORES) && path.ends_with(links::LOGS_SINCE))
}

/// Finds out who asks, and leads those who have to sign in to where they can.
pub(super) async fn recognise(
    State(sessions): State<Sessions>,
    mut request: Request,
    next: Next,
) -> Response {
    let session = sessions.of(request.headers());
    let from = request.extensions().get::<Client>().map_or(IpAddr::from([0, 0, 0, 0]), |client| client.0);
    let asking = Asking { access: sessions.access.clone(), session, from };
    let is_in = asking.person().is_some();
    let path = request.uri().path().to_owned();
    if !is_in && leads_inside(request.method(), &path) {
        let to = request.uri().path_and_query().map_or(path.as_str(), |to| to.as_str());
        return Redirect::to(&sessions.way_in(to)).into_response();
    }
    let used =
        asking.session.as_ref().filter(|_| is_in && !is_poll(&path)).and_then(|session| session.used(now()));
    request.extensions_mut().insert(asking);
    let mut response = next.run(request).await;
    // An answer that sets the cookie by itself knows better.
    if let Some(session) = used.filter(|_| !response.headers().contains_key(header::SET_COOKIE)) {
        sessions.keep(&session, response.headers_mut());
    }
    response
}

fn leads_inside(method: &Method, path: &str) -> bool {
    matches!(*method, Method::GET | Method::HEAD) && (path == "/" || is_inside(path))
}

/// Whether a page is for those who are signed in.
pub(super) fn is_inside(path: &str) -> bool {
    let is_of =
        |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    [links::STORES, links::ACTIVITY, links::ACCOUNT, links::USERS, links::AUDIT].into_iter().any(is_of)
}

impl Sessions {
    fn way_in(&self, to: &str) -> String {
        // Where there is a provider, whoever comes first may come from there.
        if self.access.awaits_set_up() && self.access.provider_name().is_none() {
            return links::SET_UP.to_owned();
        }
        // An address as it was asked for: it is escaped already, but for what would end it where it is put.
        let to = to.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace('#', "%23");
        format!("{}?{}={to}", links::SIGN_IN, app::door::TO)
    }

    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Session> {
        self.access.open(find(headers, self.names().session)?)
    }

    /// What is kept of an earlier sign-in.
    pub(super) fn device_of(&self, headers: &HeaderMap) -> Option<Device> {
        self.access.open_device(find(headers, self.names().device)?)
    }

    /// Has the browser keep it for as long as it is open: how long it lasts is decided here at every request.
    pub(super) fn keep(&self, session: &Session, headers: &mut HeaderMap) {
        if let Some(sealed) = self.access.seal(session) {
            set(headers, &self.cookie(self.names().session, sealed));
        }
    }

    /// Has the browser keep it also when the session has ended.
    pub(super) fn keep_device(&self, device: &Device, headers: &mut HeaderMap) {
        if let Some(sealed) = self.access.seal_device(device) {
            let mut cookie = self.cookie(self.names().device, sealed);
            cookie.set_max_age(DEVICE_KEPT);
            set(headers, &cookie);
        }
    }

    pub(super) fn forget(&self, headers: &mut HeaderMap) {
        self.forget_one(self.names().session, headers);
    }

    pub(super) fn forget_attempt(&self, headers: &mut HeaderMap) {
        self.forget_one(self.names().attempt, headers);
    }

    fn forget_one(&self, name: &'static str, headers: &mut HeaderMap) {
        let mut cookie = self.cookie(name, String::new());
        cookie.set_max_age(time::Duration::ZERO);
        set(headers, &cookie);
    }

    /// What is kept of a sign-in at the identity provider that has begun.
    pub(super) fn attempt_of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        find(headers, self.names().attempt)
    }

    /// Has the browser keep it until the provider has answered.
    pub(super) fn keep_attempt(&self, sealed: String, lasts: std::time::Duration, headers: &mut HeaderMap) {
        let mut cookie = self.cookie(self.names().attempt, sealed);
        cookie.set_max_age(time::Duration::seconds(lasts.as_secs() as i64));
        set(headers, &cookie);
    }

    fn cookie(&self, name: &'static str, sealed: String) -> Cookie<'static> {
        Cookie::build((name, sealed))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.scheme == Scheme::Https)
            .build()
    }

    /// The prefix has browsers refuse the cookies from any other host, which they do only where there is TLS.
    fn names(&self) -> Names {
        match self.scheme {
            Scheme::Https => Names {
                session: "__Host-storeyard",
                device: "__Host-storeyard-device",
                attempt: "__Host-storeyard-attempt",
            },
            Scheme::Http => {
                Names { session: "storeyard", device: "storeyard-device", attempt: "storeyard-attempt" }
            }
        }
    }
}

/// Of the cookies.
struct Names {
    session: &'static str,
    device: &'static str,
    attempt: &'static str,
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies =
        cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    cookies.find(|(known, _)| *known == name).map(|(_, sealed)| sealed)
}

fn set(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}
