//! What a part of the page begins with: written into it by the server, read by the page's program, so that nothing is asked for twice.

#[cfg(feature = "ssr")]
pub use server::written;

use codee::{Decoder, binary::PostcardCodec};
use serde::de::DeserializeOwned;

/// The part that keeps the page up to date.
pub const STATUS: &str = "status";

/// Reads it as the browser has decoded it: a character a byte.
pub fn read<T: DeserializeOwned>(binary: &str) -> Option<T> {
    let bytes: Vec<u8> =
        binary.chars().map(|byte| u8::try_from(u32::from(byte)).ok()).collect::<Option<_>>()?;
    PostcardCodec::decode(&bytes).ok()
}

#[cfg(feature = "ssr")]
mod server {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use codee::{Encoder, binary::PostcardCodec};
    use serde::Serialize;

    /// As an attribute. Nothing that pages begin with is of a shape that cannot be written.
    pub fn written<T: Serialize>(first: &T) -> String {
        PostcardCodec::encode(first).map(|bytes| BASE64_STANDARD.encode(bytes)).unwrap_or_default()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};

    use super::*;
    use crate::update::Page;

    #[test]
    fn what_a_page_begins_with_is_read_as_it_was_written() {
        let page = Page { title: "Ready · Büro".into(), ..Page::default() };
        let bytes = BASE64_STANDARD.decode(written(&page)).unwrap();
        let binary: String = bytes.into_iter().map(char::from).collect();
        assert_eq!(read(&binary), Some(page));
    }

    #[test]
    fn what_is_no_beginning_is_nothing() {
        assert_eq!(read::<Page>("€"), None);
    }
}
