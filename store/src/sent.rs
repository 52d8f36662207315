//! What strangers send, for the tests of whatever reads it.

use proptest::prelude::*;

/// Anything, and what nearly is what is asked for.
pub(crate) fn sent() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-zA-Z0-9.@_ -]{0,140}", "\\PC{0,300}", "[\\x00-\\x7f]{0,70}"]
}
