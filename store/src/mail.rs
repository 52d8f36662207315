//! How mail leaves a shop: not at all, or by a server that takes it on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::AdminEmail;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailMode {
    /// No mail leaves, and whoever would count on it is told.
    #[default]
    None,
    Smtp,
}

/// A server that takes on the shop's mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailServer {
    pub host: MailHost,
    pub port: MailPort,
    pub tls: MailTls,
    /// Whom the mail is from: most servers take no other address.
    pub from: MailSender,
}

/// A host name, or an address of the fourth version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailHost(String);

/// 1 to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct MailPort(u16);

/// How what is said to the server is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    None,
    /// Begins in the clear, and says nothing before it is encrypted: as at port 587.
    #[default]
    Starttls,
    /// From the first byte: as at port 465.
    Tls,
}

/// The address that the shop's mail is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailSender(AdminEmail);

/// What the form for a store's own mail server holds, as it was typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct MailForm {
    pub host: String,
    pub port: String,
    pub tls: String,
    pub from: String,
    pub user: String,
    pub password: String,
}

/// A mail server of a store's own, and with what it lets the store in; none where it asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMail {
    pub server: MailServer,
    pub login: Option<MailLogin>,
}

/// It can be neither printed nor serialised; [`MailLogin::reveal`] is the one way to it.
#[derive(Clone, PartialEq, Eq)]
pub struct MailLogin {
    user: String,
    password: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("Give the mail server's host name, such as mail.example.com.")]
    Host,
    #[error("Give the mail server's port, a number of 1 to 65535 such as 587.")]
    Port,
    #[error("Choose how the connection to the mail server is encrypted: none, starttls or tls.")]
    Tls,
    #[error("Give the address that mail is from, such as shop@example.com.")]
    Sender,
    #[error("Give both user and password for the mail server, or neither where it asks for none.")]
    HalfLogin,
    #[error("User and password are one line each, of at most {max} characters.", max = MailLogin::MAX_CHARS)]
    Login,
}

impl MailForm {
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(&self) -> Result<OwnMail, MailError> {
        let server = MailServer {
            host: MailHost::parse(&self.host)?,
            port: MailPort::parse(&self.port)?,
            tls: MailTls::parse(&self.tls)?,
            from: MailSender::parse(&self.from)?,
        };
        Ok(OwnMail { server, login: MailLogin::parse(&self.user, &self.password)? })
    }
}

impl MailLogin {
    pub const MAX_CHARS: usize = 256;

    fn parse(user: &str, password: &str) -> Result<Option<Self>, MailError> {
        let user = user.trim();
        match (user.is_empty(), password.is_empty()) {
            (true, true) => return Ok(None),
            (false, false) => {}
            _ => return Err(MailError::HalfLogin),
        }
        let fits = |text: &str| text.chars().count() <= Self::MAX_CHARS && !text.contains(char::is_control);
        if !fits(user) || !fits(password) {
            return Err(MailError::Login);
        }
        Ok(Some(Self { user: user.to_owned(), password: password.to_owned() }))
    }

    /// User and password.
    pub fn reveal(&self) -> (&str, &str) {
        (&self.user, &self.password)
    }
}

impl fmt::Debug for MailForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailForm").field("host", &self.host).finish_non_exhaustive()
    }
}

impl fmt::Debug for MailLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailLogin(…)")
    }
}

impl MailHost {
    pub const MAX_CHARS: usize = 253;

    pub fn parse(text: &str) -> Result<Self, MailError> {
        let host = text.trim();
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let is_host = host.len() <= Self::MAX_CHARS && host.split('.').all(is_label);
        is_host.then(|| Self(host.to_owned())).ok_or(MailError::Host)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl MailPort {
    pub fn parse(text: &str) -> Result<Self, MailError> {
        text.trim().parse::<u16>().map_err(|_| MailError::Port).and_then(Self::try_from)
    }

    pub fn get(self) -> u16 {
        self.0
    }
}

impl MailTls {
    pub const ALL: [Self; 3] = [Self::Starttls, Self::Tls, Self::None];

    pub fn parse(text: &str) -> Result<Self, MailError> {
        Self::ALL.into_iter().find(|tls| tls.key() == text).ok_or(MailError::Tls)
    }

    /// The word in forms, resources and charts.
    pub fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
        }
    }
}

impl fmt::Display for MailTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "Not encrypted",
            Self::Starttls => "STARTTLS",
            Self::Tls => "TLS",
        })
    }
}

impl MailMode {
    /// The word in charts.
    pub fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Smtp => "smtp",
        }
    }
}

impl MailSender {
    pub fn parse(text: &str) -> Result<Self, MailError> {
        AdminEmail::parse(text).map(Self).map_err(|_| MailError::Sender)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for MailHost {
    type Error = MailError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<MailHost> for String {
    fn from(host: MailHost) -> Self {
        host.0
    }
}

impl TryFrom<u16> for MailPort {
    type Error = MailError;

    fn try_from(port: u16) -> Result<Self, Self::Error> {
        if port == 0 { Err(MailError::Port) } else { Ok(Self(port)) }
    }
}

impl From<MailPort> for u16 {
    fn from(port: MailPort) -> Self {
        port.0
    }
}

impl TryFrom<String> for MailSender {
    type Error = MailError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<MailSender> for String {
    fn from(sender: MailSender) -> Self {
        sender.0.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sent::sent;

    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_that_a_program_reads_otherwise() {
        for host in ["mail.example.com", "mailpit.mail.svc.cluster.local", "relay", "192.0.2.1"] {
            assert_eq!(MailHost::parse(host).as_ref().map(MailHost::as_str), Ok(host));
        }
        let long = "a.".repeat(130);
        for text in [
            "",
            "mail example",
            "ssl://mail.example.com",
            "mail.example.com:25",
            "-a.example",
            "a..b",
            "a;b",
            &long,
        ] {
            assert_eq!(MailHost::parse(text), Err(MailError::Host), "{text}");
        }
    }

    #[test]
    fn a_port_is_one_that_can_be_connected_to() {
        assert_eq!(MailPort::parse(" 587 ").map(MailPort::get), Ok(587));
        for text in ["", "0", "65536", "-1", "smtp"] {
            assert_eq!(MailPort::parse(text), Err(MailError::Port), "{text}");
        }
    }

    #[test]
    fn encryption_is_read_as_it_is_written_and_is_not_left_out_by_mistake() {
        for tls in MailTls::ALL {
            assert_eq!(MailTls::parse(tls.key()), Ok(tls));
        }
        assert_eq!(MailTls::parse(""), Err(MailError::Tls));
        assert_eq!(MailTls::default(), MailTls::Starttls);
    }

    #[test]
    fn a_server_of_ones_own_is_read_with_its_login_or_without_and_the_password_is_not_printed() {
        let form = MailForm {
            host: "smtp.example.com".into(),
            port: "465".into(),
            tls: "tls".into(),
            from: "shop@example.com".into(),
            user: " shop ".into(),
            password: "battery staple".into(),
        };
        let own = form.parse().unwrap();
        assert_eq!(own.login.as_ref().map(MailLogin::reveal), Some(("shop", "battery staple")));
        assert!(!format!("{form:?} {own:?}").contains("battery"));
        let without = MailForm { user: String::new(), password: String::new(), ..form.clone() };
        assert_eq!(without.parse().unwrap().login, None);
        for (wrong, error) in [
            (MailForm { password: String::new(), ..form.clone() }, MailError::HalfLogin),
            (MailForm { user: String::new(), ..form.clone() }, MailError::HalfLogin),
            (MailForm { password: "a\nb".into(), ..form.clone() }, MailError::Login),
            (MailForm { host: String::new(), ..form.clone() }, MailError::Host),
            (MailForm { tls: "ssl".into(), ..form }, MailError::Tls),
        ] {
            assert_eq!(wrong.parse(), Err(error));
        }
    }

    #[test]
    fn what_mail_is_from_is_one_address() {
        assert!(MailSender::parse("shop@example.com").is_ok());
        for text in [
            "",
            "shop",
            "a@b.example, c@d.example",
            "Shop <shop@example.com>",
            "a@b.example\nBcc: c@d.example",
        ] {
            assert_eq!(MailSender::parse(text), Err(MailError::Sender), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_and_no_line_comes_from_it(text in sent(), port in sent(), tls in sent()) {
            let _read = MailTls::parse(&tls);
            if let Ok(port) = MailPort::parse(&port) {
                prop_assert_eq!(MailPort::parse(&port.get().to_string()), Ok(port));
            }
            if let Ok(host) = MailHost::parse(&text) {
                prop_assert_eq!(MailHost::parse(host.as_str()), Ok(host));
            }
            if let Ok(sender) = MailSender::parse(&text) {
                prop_assert!(!sender.as_str().contains(char::is_whitespace));
            }
            if let Ok(Some(login)) = MailLogin::parse(&text, &text) {
                prop_assert!(!login.reveal().0.contains(char::is_control));
            }
        }
    }
}
