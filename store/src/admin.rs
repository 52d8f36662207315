//! The shop's first administrator, by rules that are as strict as the strictest shop's, so that what passes here is not refused there.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the administrator signs in, and so what the form asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AccountRule {
    /// With a user name of their own, which is an [`AdminUser`].
    #[default]
    UserName,
    /// By their e-mail address alone.
    Email,
}

/// An e-mail address: 6 to 100 characters of ASCII, a dot in the domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AdminEmail(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminEmailError {
    #[error("Give the administrator's e-mail address.")]
    Empty,
    #[error("The address is too long; at most {max} characters fit.", max = AdminEmail::MAX_CHARS)]
    TooLong,
    #[error("This is not an e-mail address the shop accepts. It looks like name@example.com.")]
    Malformed,
}

impl AdminEmail {
    /// As much as every shop keeps.
    pub const MAX_CHARS: usize = 100;

    pub fn parse(text: &str) -> Result<Self, AdminEmailError> {
        let email = text.trim();
        if email.is_empty() {
            return Err(AdminEmailError::Empty);
        }
        if email.chars().count() > Self::MAX_CHARS {
            return Err(AdminEmailError::TooLong);
        }
        if !is_email(email) {
            return Err(AdminEmailError::Malformed);
        }
        Ok(Self(email.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else { return false };
    let local_fits = !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b));
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fits = |label: &&str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    email.len() >= 6 && local_fits && labels.len() >= 2 && labels.iter().all(label_fits)
}

impl TryFrom<String> for AdminEmail {
    type Error = AdminEmailError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<AdminEmail> for String {
    fn from(email: AdminEmail) -> Self {
        email.0
    }
}

/// A user name that every shop leaves as it is: 1 to 60 of letters, digits, `_ . - @`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AdminUser(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminUserError {
    #[error("Give the administrator a user name.")]
    Empty,
    #[error("The user name is too long; at most {max} characters fit.", max = AdminUser::MAX_CHARS)]
    TooLong,
    #[error(
        "The user name can have letters a to z, digits and . _ - @ only, and begins with a letter or digit."
    )]
    Malformed,
}

impl AdminUser {
    /// As much as every shop keeps.
    pub const MAX_CHARS: usize = 60;

    pub fn parse(text: &str) -> Result<Self, AdminUserError> {
        let user = text.trim();
        if user.is_empty() {
            return Err(AdminUserError::Empty);
        }
        if user.chars().count() > Self::MAX_CHARS {
            return Err(AdminUserError::TooLong);
        }
        let fits = user.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-@".contains(&b));
        if !fits || !user.as_bytes()[0].is_ascii_alphanumeric() {
            return Err(AdminUserError::Malformed);
        }
        Ok(Self(user.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AdminUser {
    type Error = AdminUserError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<AdminUser> for String {
    fn from(user: AdminUser) -> Self {
        user.0
    }
}

/// Whom somebody means of a shop's administrators: what they sign in with, 1 to 100 characters. A shop knows its own users, so what it would
/// call one is its to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Account(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    #[error("Say which administrator: what they sign in with.")]
    Empty,
    #[error("No administrator is called that: at most {max} characters, and no line break or tab.", max = Account::MAX_CHARS)]
    Malformed,
}

impl Account {
    pub const MAX_CHARS: usize = AdminEmail::MAX_CHARS;

    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let account = text.trim();
        if account.is_empty() {
            return Err(AccountError::Empty);
        }
        if account.chars().count() > Self::MAX_CHARS || account.chars().any(char::is_control) {
            return Err(AccountError::Malformed);
        }
        Ok(Self(account.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&AdminUser> for Account {
    fn from(user: &AdminUser) -> Self {
        Self(user.0.clone())
    }
}

impl From<&AdminEmail> for Account {
    fn from(email: &AdminEmail) -> Self {
        Self(email.0.clone())
    }
}

impl TryFrom<String> for Account {
    type Error = AccountError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        account.0
    }
}

/// A password of 12 to 128 characters. It can be neither printed nor serialised; [`AdminPassword::reveal`] is the one way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminPassword(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminPasswordError {
    #[error("Give a password, or press Generate.")]
    Empty,
    #[error("At least {min} characters. It is stored only in the cluster and not shown again.", min = AdminPassword::MIN_CHARS)]
    TooShort,
    #[error("At most {max} characters fit.", max = AdminPassword::MAX_CHARS)]
    TooLong,
    #[error("The password begins or ends with a space, which the shop would drop. Remove it.")]
    OuterSpace,
    #[error(
        "The password contains a control character, such as a tab or a line break. Type it again without it."
    )]
    Control,
}

impl AdminPassword {
    pub const MIN_CHARS: usize = 12;
    pub const MAX_CHARS: usize = 128;

    pub fn parse(text: &str) -> Result<Self, AdminPasswordError> {
        let length = text.chars().count();
        if length == 0 {
            return Err(AdminPasswordError::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(AdminPasswordError::Control);
        }
        // A shop may trim what it hashes, and such a password would not sign in as typed.
        if text.trim() != text {
            return Err(AdminPasswordError::OuterSpace);
        }
        if length < Self::MIN_CHARS {
            return Err(AdminPasswordError::TooShort);
        }
        if length > Self::MAX_CHARS {
            return Err(AdminPasswordError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AdminPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminPassword(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sent::sent;

    #[test]
    fn addresses_that_shops_accept_pass() {
        for email in ["ada@atelier.example", " o'brien+shop@mail.co.uk ", "a@b.cd"] {
            assert!(AdminEmail::parse(email).is_ok(), "{email}");
        }
    }

    #[test]
    fn addresses_that_a_shop_refuses_do_not() {
        for email in [
            "ada",
            "ada@localhost",
            "a@b.c",
            "@b.example",
            "a b@c.example",
            "a@b@c.example",
            "a@-b.example",
            "a@b..example",
            "ü@b.example",
            "a@b.example\0",
        ] {
            assert_eq!(AdminEmail::parse(email), Err(AdminEmailError::Malformed), "{email}");
        }
        assert_eq!(AdminEmail::parse(" "), Err(AdminEmailError::Empty));
        assert_eq!(
            AdminEmail::parse(&format!("{}@b.example", "a".repeat(100))),
            Err(AdminEmailError::TooLong)
        );
    }

    #[test]
    fn user_names_that_a_shop_would_change_are_refused() {
        for user in ["ada lovelace", "ädä", "<ada>", "-ada", "ada'", "ada;", "a%20b"] {
            assert_eq!(AdminUser::parse(user), Err(AdminUserError::Malformed), "{user}");
        }
        assert_eq!(AdminUser::parse(""), Err(AdminUserError::Empty));
        assert_eq!(AdminUser::parse(&"a".repeat(61)), Err(AdminUserError::TooLong));
        assert!(AdminUser::parse("ada.l-1_x@y").is_ok());
    }

    #[test]
    fn an_administrator_may_be_called_as_a_shop_calls_them() {
        for account in ["ada", " Bo Miller ", "ünal@example.com", &"a".repeat(100)] {
            assert_eq!(Account::parse(account).unwrap().as_str(), account.trim());
        }
        assert_eq!(Account::parse(" "), Err(AccountError::Empty));
        for account in ["a\tb", "a\nb", &"a".repeat(101)] {
            assert_eq!(Account::parse(account), Err(AccountError::Malformed), "{account}");
        }
    }

    #[test]
    fn a_password_is_long_enough_and_logs_in_as_typed() {
        assert_eq!(AdminPassword::parse(""), Err(AdminPasswordError::Empty));
        assert_eq!(AdminPassword::parse("elevenchars"), Err(AdminPasswordError::TooShort));
        assert_eq!(AdminPassword::parse(" twelve chars"), Err(AdminPasswordError::OuterSpace));
        assert_eq!(AdminPassword::parse("twelve\tchars"), Err(AdminPasswordError::Control));
        assert_eq!(AdminPassword::parse(&"x".repeat(129)), Err(AdminPasswordError::TooLong));
        assert!(AdminPassword::parse("pässword with \\ and '").is_ok());
    }

    #[test]
    fn a_password_never_prints() {
        let password = AdminPassword::parse("correct horse battery").unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_and_what_is_taken_is_taken_as_it_is(text in sent()) {
            if let Ok(email) = AdminEmail::parse(&text) {
                prop_assert!(email.as_str().is_ascii());
                prop_assert_eq!(AdminEmail::parse(email.as_str()), Ok(email));
            }
            if let Ok(user) = AdminUser::parse(&text) {
                prop_assert!(user.as_str().is_ascii());
                prop_assert_eq!(AdminUser::parse(user.as_str()), Ok(user));
            }
            if let Ok(account) = Account::parse(&text) {
                prop_assert!(!account.as_str().contains(char::is_control));
                prop_assert_eq!(Account::parse(account.as_str()), Ok(account));
            }
            if let Ok(password) = AdminPassword::parse(&text) {
                prop_assert_eq!(password.reveal(), text);
            }
        }
    }
}
