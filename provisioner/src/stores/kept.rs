//! What is kept in memory of one store: its row as it is, and its page packed, since of ten thousand few are looked at.

use std::{cell::RefCell, sync::OnceLock};

use flate2::{Compress, Compression, Decompress, DecompressError, FlushCompress, FlushDecompress, Status};
use store::{Job, Millis, StoreSummary, StoreView, time::Elapsed};

/// The first page of some size that was kept. Others are much like it, and are packed as what they say otherwise.
static FIRST: OnceLock<Box<[u8]>> = OnceLock::new();
/// In bytes. A smaller one says little, and is packed by itself.
const LARGE: usize = 512;

thread_local! {
    /// A quarter of a megabyte. One for each page would leave as much unused between the pages, since what is packed is put down while it
    /// is there.
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), true));
}

/// A page packed. The same page is always packed to the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    packed: Box<[u8]>,
    /// Of the page itself, in bytes.
    length: usize,
}

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
        let like = (bytes.len() >= LARGE).then(|| &**FIRST.get_or_init(|| bytes.as_slice().into()));
        let packed = deflate(&bytes, like)?;
        // Copied, so that no memory is left over between pages.
        Ok(Self { packed: packed.as_slice().into(), length: bytes.len() })
    }

    /// The page again.
    pub(super) fn open(&self) -> Option<StoreView> {
        let read = inflate(&self.packed, self.length, FIRST.get().map(|first| &**first));
        let read = read.map_err(|error| error.to_string());
        let opened = read.and_then(|bytes| postcard::from_bytes(&bytes).map_err(|error| error.to_string()));
        opened.inspect_err(|error| tracing::error!(error, "a store's page cannot be opened")).ok()
    }
}

fn deflate(bytes: &[u8], like: Option<&[u8]>) -> Result<Vec<u8>, String> {
    PACKER.with_borrow_mut(|packer| deflate_by(packer, bytes, like))
}

fn deflate_by(packer: &mut Compress, bytes: &[u8], like: Option<&[u8]>) -> Result<Vec<u8>, String> {
    packer.reset();
    if let Some(like) = like {
        packer.set_dictionary(like).map_err(|error| error.to_string())?;
    }
    // What cannot be packed becomes longer by a few bytes.
    let mut packed = Vec::with_capacity(bytes.len() + bytes.len() / 100 + 64);
    match packer.compress_vec(bytes, &mut packed, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Ok(packed),
        Ok(_) => Err("packed, it is longer than there is room".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn inflate(packed: &[u8], length: usize, like: Option<&[u8]>) -> Result<Vec<u8>, DecompressError> {
    let mut unpacker = Decompress::new(true);
    let mut bytes = Vec::with_capacity(length);
    let begun = unpacker.decompress_vec(packed, &mut bytes, FlushDecompress::Finish);
    match (begun, like) {
        (Err(error), Some(like)) if error.needs_dictionary().is_some() => {
            unpacker.set_dictionary(like)?;
            let rest = usize::try_from(unpacker.total_in()).unwrap_or(usize::MAX);
            let rest = packed.get(rest..).unwrap_or_default();
            unpacker.decompress_vec(rest, &mut bytes, FlushDecompress::Finish)?;
        }
        (begun, _) => _ = begun?,
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::tests::example, resource::view::tests::resource};

    #[test]
    fn a_page_comes_out_as_it_went_in_and_is_small_the_more_so_where_it_is_like_others() {
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
        let first = postcard::to_allocvec(&view).unwrap();
        view.timeline.truncate(3);
        view.summary.since = Millis(1);
        assert_eq!(Kept::of(&view).unwrap().packed.open(), Some(view.clone()));
        // Whichever page another test has kept first in this process.
        let like = deflate(&postcard::to_allocvec(&view).unwrap(), Some(&first)).unwrap();
        assert!(like.len() < 100, "{} bytes", like.len());
        assert!(kept.packed.packed.len() < 1_000, "{} bytes", kept.packed.packed.len());
    }
}
