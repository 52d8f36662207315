//! The cookie that a signed-in browser keeps, and where it leads one without.

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

/// How sessions are kept by the browser.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    pub(super) access: Access,
    pub(super) scheme: Scheme,
}

/// Browsers keep nothing for longer than 400 days.
const DEVICE_KEPT: time::Duration = time::Duration::days(365);

/// A poll is the page's doing, not the person's: it does not make a session last.
const POLL: &str = "/api/poll";

/// Finds out who asks, and leads those who have to sign in to where they can.
pub(super) async fn recognise(
    State(sessions): State<Sessions>,
    mut request: Request,
    next: Next,
) -> Response {
    let session = sessions.of(request.headers());
    let asking = Asking { access: sessions.access.clone(), session };
    let is_in = asking.person().is_some();
    let path = request.uri().path().to_owned();
    if !is_in && leads_inside(request.method(), &path) {
        let to = request.uri().path_and_query().map_or(path.as_str(), |to| to.as_str());
        return Redirect::to(&sessions.way_in(to)).into_response();
    }
    let used =
        asking.session.as_ref().filter(|_| is_in && path != POLL).and_then(|session| session.used(now()));
    request.extensions_mut().insert(asking);
    let mut response = next.run(request).await;
    // An answer that sets the cookie by itself knows better.
    if let Some(session) = used.filter(|_| !response.headers().contains_key(header::SET_COOKIE)) {
        sessions.keep(&session, response.headers_mut());
    }
    response
}

fn leads_inside(method: &Method, path: &str) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
        && (path == "/" || path == links::STORES || path.starts_with(&format!("{}/", links::STORES)))
}

impl Sessions {
    fn way_in(&self, to: &str) -> String {
        if self.access.awaits_set_up() {
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
        let mut cookie = self.cookie(self.names().session, String::new());
        cookie.set_max_age(time::Duration::ZERO);
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
            Scheme::Https => Names { session: "__Host-storeyard", device: "__Host-storeyard-device" },
            Scheme::Http => Names { session: "storeyard", device: "storeyard-device" },
        }
    }
}

/// Of the cookies.
struct Names {
    session: &'static str,
    device: &'static str,
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
