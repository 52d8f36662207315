//! What a browser keeps for the platform: sealed with its key, so that it can be neither read nor made up there.

use cookie::{Cookie, CookieJar, Key};
use serde::{Serialize, de::DeserializeOwned};

/// What is sealed for one purpose does not open for another.
pub(crate) fn seal<T: Serialize>(purpose: &'static str, value: &T, key: &Key) -> String {
    let mut jar = CookieJar::new();
    let text = serde_json::to_string(value).expect("texts and numbers are JSON");
    jar.private_mut(key).add(Cookie::new(purpose, text));
    jar.get(purpose).map_or_else(String::new, |cookie| cookie.value().to_owned())
}

/// Nothing, if it was not sealed with this key.
pub(crate) fn open<T: DeserializeOwned>(purpose: &'static str, sealed: &str, key: &Key) -> Option<T> {
    let text = CookieJar::new().private(key).decrypt(Cookie::new(purpose, sealed.to_owned()))?;
    serde_json::from_str(text.value()).ok()
}
