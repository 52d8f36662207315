//! Who is answered at the window: whoever has the key that web's replicas share, which the operator may read too. It seals each address for a
//! minute, so that what is overheard on the way opens nothing else. So no right is given to anybody, and no token of an account leaves its pod.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::Millis;

/// What the key is derived for.
pub const PURPOSE: &str = "window";
pub const HEADER: &str = "x-storeyard-window";
/// How far two clocks may differ, and how old a request may be.
const TOLERANCE: i64 = 60_000;

/// Does not print.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The header's value for a request that asks for `address`, a path with its query.
    pub fn seal(&self, address: &str, now: Millis) -> String {
        let mut sealed = format!("{}.", now.0);
        for byte in self.mac(address, now).finalize().into_bytes() {
            // A String takes whatever is written.
            let _written = write!(sealed, "{byte:02x}");
        }
        sealed
    }

    /// Whether the header's value was made for that address, just now.
    pub fn opens(&self, sealed: &str, address: &str, now: Millis) -> bool {
        let Some((at, mac)) = sealed.split_once('.') else { return false };
        let (Ok(at), Some(mac)) = (at.parse().map(Millis), bytes(mac)) else { return false };
        at.0.abs_diff(now.0) <= TOLERANCE.unsigned_abs() && self.mac(address, at).verify_slice(&mac).is_ok()
    }

    fn mac(&self, address: &str, at: Millis) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length is a key");
        mac.update(&at.0.to_be_bytes());
        mac.update(address.as_bytes());
        mac
    }
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    if hexadecimal.len() != 64 || !hexadecimal.is_ascii() {
        return None;
    }
    let digits = |at| u8::from_str_radix(hexadecimal.get(at..at + 2)?, 16).ok();
    (0..32).map(|at| digits(2 * at)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Millis = Millis(1_795_442_531_007);

    #[test]
    fn a_seal_is_of_one_address_and_one_key_and_for_a_minute() {
        let (key, other) = (Key::new([7; 32]), Key::new([8; 32]));
        let sealed = key.seal("/logs/a-00000?part=web", NOW);
        assert!(key.opens(&sealed, "/logs/a-00000?part=web", NOW));
        assert!(key.opens(&sealed, "/logs/a-00000?part=web", Millis(NOW.0 + 60_000)));
        assert!(!key.opens(&sealed, "/logs/a-00000?part=web", Millis(NOW.0 + 60_001)));
        assert!(!key.opens(&sealed, "/logs/a-00000?part=web", Millis(NOW.0 - 60_001)));
        assert!(!key.opens(&sealed, "/logs/b-00000?part=web", NOW));
        assert!(!other.opens(&sealed, "/logs/a-00000?part=web", NOW));
        let (_, mac) = sealed.split_once('.').unwrap();
        assert!(!key.opens(&format!("{}.{mac}", NOW.0 + 1), "/logs/a-00000?part=web", NOW));
        assert_eq!(format!("{key:?}"), "Key(…)");
    }

    proptest! {
        #[test]
        fn what_nobody_sealed_opens_nothing(text in "\\PC{0,100}", digits in "[0-9]{1,20}\\.[0-9a-f]{64}") {
            prop_assert!(!Key::new([7; 32]).opens(&text, "/", NOW));
            prop_assert!(!Key::new([7; 32]).opens(&digits, "/", NOW));
        }
    }
}
