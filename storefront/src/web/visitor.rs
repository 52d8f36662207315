//! What a browser brings of its visitor: names of what the backend keeps of them.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::response::{AppendHeaders, Redirect};
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};

use super::Storefront;
use crate::backend::Id;
use crate::shop::Site;

#[derive(Debug, Default)]
pub(super) struct Visitor {
    pub(super) cart: Option<Id>,
    /// Where they buy, if they have said so.
    pub(super) region: Option<Id>,
    /// What they ordered last.
    pub(super) order: Option<Id>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Cookie {
    Cart,
    Region,
    Order,
}

/// As long as somebody may think about what is in their cart.
const MONTH: u32 = 30 * 24 * 60 * 60;

impl Cookie {
    const fn name(self) -> &'static str {
        match self {
            Self::Cart => "cart",
            Self::Region => "region",
            Self::Order => "order",
        }
    }

    /// What is ordered stands there with name and address, so nobody finds it after the browser was closed.
    const fn seconds(self) -> Option<u32> {
        match self {
            Self::Cart | Self::Region => Some(MONTH),
            Self::Order => None,
        }
    }

    /// Over https under a name that no other host of the same domain can set.
    fn prefix(site: &Site) -> &'static str {
        if site.is_https() { "__Host-" } else { "" }
    }

    fn set(self, site: &Site, value: &str, seconds: Option<u32>) -> String {
        let secure = if site.is_https() { "; Secure" } else { "" };
        let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        format!("{}{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", Self::prefix(site), self.name())
    }
}

/// Leads on, by GET, with cookies set or, where they have no value, forgotten.
pub(super) fn lead<const N: usize>(
    site: &Site,
    path: &'static str,
    cookies: [(Cookie, Option<&Id>); N],
) -> (AppendHeaders<[(HeaderName, String); N]>, Redirect) {
    let set = cookies.map(|(cookie, id)| {
        let text = match id {
            Some(id) => cookie.set(site, id.as_str(), cookie.seconds()),
            None => cookie.set(site, "", Some(0)),
        };
        (header::SET_COOKIE, text)
    });
    (AppendHeaders(set), Redirect::to(path))
}

impl Visitor {
    fn of(headers: &HeaderMap, site: &Site) -> Self {
        let find = |cookie: Cookie| {
            let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
            let mut pairs =
                all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
            let is_it = |name: &str| name.strip_prefix(Cookie::prefix(site)) == Some(cookie.name());
            pairs.find_map(|(name, value)| is_it(name).then(|| value.parse().ok())?)
        };
        Self { cart: find(Cookie::Cart), region: find(Cookie::Region), order: find(Cookie::Order) }
    }
}

impl FromRequestParts<Storefront> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, storefront: &Storefront) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, storefront.site()))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn visitor(cookies: &str, url: &str) -> Visitor {
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookies).unwrap())]);
        Visitor::of(&headers, &Site::new(url, "Shop"))
    }

    #[test]
    fn over_https_only_a_cookie_counts_that_no_other_host_can_set() {
        let of = |url| visitor("cart=cart_1; __Host-cart=cart_2; region=reg_1", url);
        assert_eq!(of("http://shop").cart, Some("cart_1".parse().unwrap()));
        assert_eq!(of("https://shop").cart, Some("cart_2".parse().unwrap()));
        assert_eq!(of("https://shop").region, None);
    }

    #[test]
    fn a_cookie_that_names_nothing_is_none() {
        for cookies in ["cart=", "cart=../../admin", "cart", "cart=a?b", "carts=cart_1", "cart=%00"] {
            assert_eq!(visitor(cookies, "http://shop").cart, None, "{cookies}");
        }
    }

    #[test]
    fn scripts_and_other_sites_get_no_cookie() {
        let set = Cookie::Cart.set(&Site::new("https://shop", "Shop"), "cart_1", Some(9));
        assert_eq!(set, "__Host-cart=cart_1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=9");
    }

    proptest! {
        #[test]
        fn whatever_cookies_a_browser_sends_are_read(cookies in "[ -~]{0,200}") {
            let _visitor = visitor(&cookies, "http://shop");
        }
    }
}
