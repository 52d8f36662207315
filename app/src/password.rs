//! Passwords that a person can read out: twenty letters and digits in groups of five.

/// Letters and digits that are not mistaken for one another.
const ALPHABET: &[u8; 54] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz234567";
const GROUPS: usize = 4;
const GROUP_CHARS: usize = 5;

/// Random bytes that [`from_random`] is given: three times what it uses on average.
pub const RANDOM_BYTES: usize = 72;

/// A password of 20 times log2(54) = 115 bits. Bytes that would favour some letters are passed over; nothing if too few are left.
pub fn from_random(bytes: &[u8; RANDOM_BYTES]) -> Option<String> {
    let fair = u8::MAX - u8::MAX % ALPHABET.len() as u8;
    let letters: Vec<char> = bytes
        .iter()
        .filter(|byte| **byte < fair)
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .take(GROUPS * GROUP_CHARS)
        .collect();
    if letters.len() < GROUPS * GROUP_CHARS {
        return None;
    }
    let groups: Vec<String> = letters.chunks(GROUP_CHARS).map(|group| group.iter().collect()).collect();
    Some(groups.join("-"))
}

/// A password that is made where no browser does it.
#[cfg(feature = "ssr")]
pub fn made() -> Option<String> {
    from_random(&std::array::from_fn(|_| rand::random()))
}

#[cfg(test)]
mod tests {
    use store::AdminPassword;

    use super::*;

    #[test]
    fn a_generated_password_is_one_the_shop_takes() {
        let mut bytes = [0; RANDOM_BYTES];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = (i * 3) as u8;
        }
        let password = from_random(&bytes).unwrap();
        assert_eq!(password.len(), 23);
        assert!(AdminPassword::parse(&password).is_ok());
    }

    #[test]
    fn bytes_that_would_favour_some_letters_are_passed_over() {
        assert_eq!(from_random(&[255; RANDOM_BYTES]), None);
        let mut bytes = [216; RANDOM_BYTES];
        bytes[50..].fill(1);
        assert_eq!(from_random(&bytes).as_deref(), Some("BBBBB-BBBBB-BBBBB-BBBBB"));
    }
}
