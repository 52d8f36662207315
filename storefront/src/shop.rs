//! What all pages tell of the shop: its name, where it sells, in which currencies, and what is shown together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::backend::{Backend, Country, Id, Region, Trouble};
use crate::groups::Groups;
use crate::money::Currency;

/// How long what its owner changes of it may go unseen.
const KEPT: Duration = Duration::from_secs(5);

/// Where the pages are, and what they are called before the backend has said so.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Without a slash at its end.
    url: String,
    title: String,
}

#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) name: String,
    pub(crate) regions: Vec<Region>,
    pub(crate) groups: Groups,
    default: Option<Id>,
    currencies: HashMap<String, Currency>,
}

/// The shop as the backend tells of it, asked again every few seconds.
#[derive(Debug)]
pub(crate) struct Shops {
    pub(crate) backend: Backend,
    pub(crate) site: Site,
    kept: Mutex<Option<(Instant, Arc<Shop>)>>,
}

impl Site {
    pub(crate) fn new(url: &str, title: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), title: title.to_owned() }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// The whole address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Where a page finds a picture: those of the shop's own below the address by which the page came, others by https alone.
    pub(crate) fn picture<'a>(&self, url: &'a str) -> Option<&'a str> {
        let url = url.strip_prefix(&self.url).filter(|path| path.starts_with('/')).unwrap_or(url);
        let is_path = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
        (is_path || url.starts_with("https://")).then_some(url)
    }
}

impl Shop {
    /// Where a visitor buys who has chosen `wanted`, or nothing. None where the shop sells nowhere.
    pub(crate) fn region(&self, wanted: Option<&Id>) -> Option<&Region> {
        let find = |id: &Id| self.regions.iter().find(|region| region.id == *id);
        wanted.and_then(find).or_else(|| self.default.as_ref().and_then(find)).or(self.regions.first())
    }

    pub(crate) fn currency(&self, code: &str) -> Currency {
        self.currencies.get(code).cloned().unwrap_or_else(|| Currency::unknown(code))
    }

    /// The countries that are sold to where `region` is chosen.
    pub(crate) fn countries(&self, region: Option<&Id>) -> &[Country] {
        self.region(region).map_or(&[], |region| &region.countries)
    }

    /// As people call a country of which the backend tells the code.
    pub(crate) fn country<'a>(&'a self, code: &'a str) -> &'a str {
        let mut all = self.regions.iter().flat_map(|region| &region.countries);
        all.find(|country| country.code == code).map_or(code, |country| &country.name)
    }
}

impl Shops {
    pub(crate) fn new(backend: Backend, site: Site) -> Self {
        Self { backend, site, kept: Mutex::default() }
    }

    pub(crate) async fn shop(&self) -> Result<Arc<Shop>, Trouble> {
        let kept = self.kept();
        if let Some((asked, shop)) = &kept
            && asked.elapsed() < KEPT
        {
            return Ok(Arc::clone(shop));
        }
        let before = kept.map(|(_, shop)| shop);
        let shop = Arc::new(self.ask(before.as_deref()).await?);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&shop)));
        Ok(shop)
    }

    /// What the shop was called when its backend last said so.
    pub(crate) fn name(&self) -> String {
        self.kept().map_or_else(|| self.site.title.clone(), |(_, shop)| shop.name.clone())
    }

    fn kept(&self) -> Option<(Instant, Arc<Shop>)> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, before: Option<&Shop>) -> Result<Shop, Trouble> {
        let (shop, regions, groups) =
            tokio::try_join!(self.backend.shop(), self.backend.regions(), self.backend.groups())?;
        let mut currencies = HashMap::new();
        for region in &regions {
            let code = &region.currency_code;
            if currencies.contains_key(code) {
                continue;
            }
            // No currency ever changes.
            let currency = match before.and_then(|shop| shop.currencies.get(code)) {
                Some(currency) => currency.clone(),
                None => self.backend.currency(code).await?,
            };
            currencies.insert(code.clone(), currency);
        }
        let (name, default) = shop.map(|shop| (shop.name, shop.default_region_id)).unwrap_or_default();
        let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| self.site.title.clone());
        Ok(Shop { name, regions, groups: groups.into(), default, currencies })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pictures_of_the_shop_come_by_the_address_of_the_page_and_others_by_https() {
        let site = Site::new("http://shop.localhost/", "Shop");
        assert_eq!(site.picture("http://shop.localhost/static/a.png"), Some("/static/a.png"));
        assert_eq!(site.picture("/static/a.png"), Some("/static/a.png"));
        assert_eq!(
            site.picture("https://pictures.example.com/a.png"),
            Some("https://pictures.example.com/a.png")
        );
        for url in [
            "http://elsewhere/a.png",
            "//elsewhere/a.png",
            "/\\elsewhere",
            "javascript:alert(1)",
            "data:,a",
            "",
            "http://shop.localhost.elsewhere/a",
            "http://shop.localhost//elsewhere/a",
        ] {
            assert_eq!(site.picture(url), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn a_picture_is_a_path_or_comes_by_https(url in any::<String>()) {
            if let Some(found) = Site::new("http://shop.localhost", "Shop").picture(&url) {
                prop_assert!(found.starts_with("https://") || found.starts_with('/') && !found.starts_with("//"));
            }
        }
    }
}
