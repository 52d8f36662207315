//! Signing in at an identity provider (OIDC: authorization code with PKCE). What a sign-in that has begun has to remember is in
//! the browser, sealed, so that it may end at another replica than it began at; what the provider told of a person is in their session.

mod attempt;
pub mod config;
mod http;
mod provider;
mod told;

use std::{net::IpAddr, time::Duration};

use openidconnect::url::Url;
use store::{Millis, Person};

use crate::{Access, NotReady, Session, throttle::Trier};

use attempt::Attempt;
pub use config::Oidc;
pub(crate) use provider::Provider;
pub use told::{Told, is_providers};

/// A sign-in that has begun: where the browser goes, and what it keeps meanwhile.
#[derive(Debug)]
pub struct Begun {
    pub url: Url,
    pub sealed: String,
}

/// How long the browser keeps it.
pub const BEGUN_LASTS: Duration = attempt::LASTS;

/// With what the provider sent the browser back.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Answer {
    code: String,
    state: String,
    error: String,
    /// Which provider it is from, where it says so (RFC 9207): another's answer is taken for none of this one's.
    iss: Option<String>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer(…)")
    }
}

#[derive(Debug)]
pub struct SignedIn {
    pub person: Person,
    pub session: Session,
    /// The page that was asked for when it began.
    pub to: String,
}

/// Why nobody was signed in. What the log says more of it was said where it happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("Nobody signs in that way here.")]
    Off,
    #[error(
        "This sign-in was begun too long ago, or not in this browser, or it has ended already. Sign in anew."
    )]
    Stale,
    #[error("{provider} did not sign you in. Sign in anew, or tell {contact} if it should have.")]
    Declined { provider: String, contact: String },
    #[error(
        "What {provider} says cannot be trusted, so nobody was signed in. Sign in anew; if it is so again, tell {contact}."
    )]
    Untrusted { provider: String, contact: String },
    #[error("{provider} does not take Storeyard for whom it is. Tell {contact}: the log says why.")]
    Unknown { provider: String, contact: String },
    #[error(
        "{provider} says that you are {who}, but none of your groups there may come in here. Ask {contact} to let one of them in, then sign in anew."
    )]
    NoRole { provider: String, who: String, contact: String },
    #[error("{provider} does not answer. Try again in a moment.")]
    Away { provider: String },
    #[error("Too many tries. Wait {} s, then try again.", .0.as_secs() + 1)]
    TooMany(Duration),
    #[error(transparent)]
    NotReady(#[from] NotReady),
}

impl Access {
    /// What the provider is called; nothing where there is none.
    pub fn provider_name(&self) -> Option<&str> {
        Some(&self.provider()?.config.name)
    }

    /// Where a person ends what goes on at the provider, if that is known and the provider has such a place.
    pub fn provider_sign_out(&self) -> Option<Url> {
        self.provider()?.sign_out()
    }

    /// # Errors
    /// There is no provider, or it is away.
    pub async fn begin(&self, to: &str, now: Millis) -> Result<Begun, Refused> {
        let provider = self.provider().ok_or(Refused::Off)?;
        let key = self.key().ok_or(NotReady)?;
        let attempt = Attempt::new(to, now);
        let url = provider.way(&attempt).await?;
        Ok(Begun { url, sealed: attempt.seal(key) })
    }

    /// `sealed` is what the browser kept since it began.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub async fn finish(
        &self,
        sealed: Option<&str>,
        answer: &Answer,
        from: IpAddr,
        now: Millis,
    ) -> Result<SignedIn, Refused> {
        let provider = self.provider().ok_or(Refused::Off)?;
        if !self.is_ready() {
            return Err(NotReady.into());
        }
        let attempt = sealed
            .and_then(|sealed| Attempt::open(sealed, self.key()?))
            .filter(|attempt| attempt.is_answered_by(&answer.state, now))
            .ok_or(Refused::Stale)?;
        if answer.iss.as_ref().is_some_and(|iss| iss != provider.config.issuer.as_str()) {
            return Err(provider.untrusted(&"the answer is another provider's"));
        }
        if answer.code.is_empty() {
            return Err(provider.declined(&answer.error));
        }
        // A code that is made up makes the provider be asked.
        let trier = Trier::Provider { address: from };
        self.admit(trier, from).map_err(Refused::TooMany)?;
        let known = provider.ask(&attempt, &answer.code).await?;
        self.forgive(trier);
        let told = known.told(&provider.config)?;
        let session = told.session(&provider.config, now);
        Ok(SignedIn { person: told.person(&session), session, to: attempt.to })
    }
}
