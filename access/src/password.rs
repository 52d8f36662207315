//! Passwords of the platform's own users: argon2id with the parameters that OWASP names (19 MiB, 2 passes, 1 lane).

use std::{fmt, sync::LazyLock};

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{PasswordHash, SaltString},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 12 to 128 characters. Can be neither printed nor serialised.
#[derive(Clone)]
pub struct Password(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("Give a password of at least {min} characters.", min = Password::MIN_CHARS)]
    TooShort,
    #[error("At most {max} characters fit.", max = Password::MAX_CHARS)]
    TooLong,
    #[error("The password contains a control character, such as a tab or a line break.")]
    Control,
}

impl Password {
    pub const MIN_CHARS: usize = 12;
    pub const MAX_CHARS: usize = 128;

    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        let length = text.chars().count();
        if length < Self::MIN_CHARS {
            return Err(PasswordError::TooShort);
        }
        if length > Self::MAX_CHARS {
            return Err(PasswordError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordError::Control);
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes some 30 ms and 19 MiB.
    pub fn hash(&self) -> Hash {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).expect("16 bytes are a salt");
        let hash = Argon2::default().hash_password(self.0.as_bytes(), &salt);
        Hash(hash.expect("128 characters are less than argon2's limit").to_string())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A hash in the PHC format.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(String);

impl TryFrom<String> for Hash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an argon2id hash")]
pub struct NotAHash;

impl Hash {
    pub fn parse(text: &str) -> Result<Self, NotAHash> {
        match PasswordHash::new(text) {
            Ok(hash) if hash.algorithm == argon2::ARGON2ID_IDENT && hash.hash.is_some() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(NotAHash),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells this hash from the one after a change of password, and tells nothing else.
    pub fn mark(&self) -> String {
        Sha256::digest(&self.0).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(…)")
    }
}

/// Whether `typed` is the password behind `hash`. Takes as long where there is no such user, so that time does not tell who is one.
pub fn verify(hash: Option<&Hash>, typed: &str) -> bool {
    static NOBODYS: LazyLock<Hash> = LazyLock::new(|| Password("nobody has this password".to_owned()).hash());
    let against = hash.unwrap_or(&NOBODYS);
    let matches = PasswordHash::new(&against.0)
        .is_ok_and(|parsed| Argon2::default().verify_password(typed.as_bytes(), &parsed).is_ok());
    matches && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_opens_its_hash() {
        let hash = Password::parse("correct horse battery").unwrap().hash();
        assert!(verify(Some(&hash), "correct horse battery"));
        assert!(!verify(Some(&hash), "correct horse batterz"));
        assert!(!verify(Some(&hash), ""));
        assert!(!verify(None, "nobody has this password"));
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(Hash::parse(hash.as_str()), Ok(hash));
    }

    #[test]
    fn one_password_hashed_twice_is_two_hashes_with_two_marks() {
        let password = Password::parse("correct horse battery").unwrap();
        let (one, other) = (password.hash(), password.hash());
        assert_ne!(one, other);
        assert_ne!(one.mark(), other.mark());
        assert_eq!(one.mark(), one.clone().mark());
    }

    #[test]
    fn what_is_no_argon2id_hash_is_no_hash() {
        for text in
            ["", "plain", "$2y$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ"]
        {
            assert_eq!(Hash::parse(text), Err(NotAHash), "{text}");
        }
    }

    #[test]
    fn neither_a_password_nor_its_hash_prints() {
        let password = Password::parse("correct horse battery").unwrap();
        assert_eq!(format!("{password:?} {:?}", password.hash()), "Password(…) Hash(…)");
    }

    #[test]
    fn short_endless_and_unprintable_passwords_are_refused() {
        assert_eq!(Password::parse("elevenchars").unwrap_err(), PasswordError::TooShort);
        assert_eq!(Password::parse(&"x".repeat(129)).unwrap_err(), PasswordError::TooLong);
        assert_eq!(Password::parse("twelve\nchars!").unwrap_err(), PasswordError::Control);
    }
}
