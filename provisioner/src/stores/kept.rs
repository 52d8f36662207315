//! What is kept in memory of one store: its row as it is, and its page packed, since of ten thousand few are looked at.

use std::io::Read as _;

use flate2::{Compression, bufread::DeflateDecoder, bufread::DeflateEncoder};
use store::{Job, Millis, StoreSummary, StoreView, time::Elapsed};

/// A page packed. The same page is always packed to the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packed(Box<[u8]>);

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) summary: StoreSummary,
    pub(super) made_in: Option<Elapsed>,
    pub(super) job: Option<Job>,
    /// When the last thing on its timeline happened.
    pub(super) latest: Millis,
    pub(super) packed: Packed,
}

impl Kept {
    /// Nothing if the page is of a shape that cannot be packed, which the log then tells.
    pub(super) fn of(view: &StoreView) -> Option<Self> {
        let packed = Packed::of(view);
        if let Err(error) = &packed {
            tracing::error!(store = %view.summary.id, error, "a store's page cannot be kept");
        }
        Some(Self {
            job: Job::of(view.summary.phase, &view.timeline),
            latest: view.timeline.last().map_or(view.summary.created, |entry| entry.at),
            summary: view.summary.clone(),
            made_in: view.made_in(),
            packed: packed.ok()?,
        })
    }
}

impl Packed {
    fn of(view: &StoreView) -> Result<Self, String> {
        let bytes = postcard::to_allocvec(view).map_err(|error| error.to_string())?;
        let mut packed = Vec::with_capacity(bytes.len() / 2);
        DeflateEncoder::new(bytes.as_slice(), Compression::fast())
            .read_to_end(&mut packed)
            .map_err(|error| error.to_string())?;
        Ok(Self(packed.into_boxed_slice()))
    }

    /// The page again.
    pub(super) fn open(&self) -> Option<StoreView> {
        let mut bytes = Vec::new();
        let read = DeflateDecoder::new(self.0.as_ref()).read_to_end(&mut bytes);
        let opened = read.map_err(|error| error.to_string());
        let opened = opened.and_then(|_| postcard::from_bytes(&bytes).map_err(|error| error.to_string()));
        opened.inspect_err(|error| tracing::error!(error, "a store's page cannot be opened")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::tests::example, resource::view::tests::resource};

    #[test]
    fn a_page_comes_out_as_it_went_in_and_is_the_smaller_the_more_it_says() {
        let mut view = crate::resource::view::view(&resource(), &example()).unwrap();
        for n in 0..40 {
            view.timeline.push(store::view::TimelineEntry {
                at: store::Millis(n),
                what: store::view::TimelineKind::Command {
                    line:
                        "helm upgrade --install shop /charts/woocommerce --namespace store-atelier-nord-x7k2q"
                            .into(),
                    took: Elapsed(120),
                    exit: Some(0),
                    complaint: String::new(),
                },
            });
        }
        let kept = Kept::of(&view).unwrap();
        assert_eq!(kept.packed.open(), Some(view.clone()));
        assert_eq!(kept.packed, Kept::of(&view).unwrap().packed);
        assert!(kept.packed.0.len() < 1_000, "{} bytes", kept.packed.0.len());
    }
}
