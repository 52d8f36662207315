//! The identity provider: what is known of it, and what it is asked.

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientSecret, DiscoveryError,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, LogoutRequest,
    OAuth2TokenResponse as _, PkceCodeChallenge, ProviderMetadataWithLogout, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
    UserInfoClaims, UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
    url::Url,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Millis;
use tokio::sync::Mutex;

use super::{Refused, attempt::Attempt, config::Oidc, told::Claims};
use crate::{
    Session,
    http::{Http, reason},
};

/// How long it is believed what the provider said of itself: addresses and keys.
const FRESH: Duration = Duration::from_secs(3_600);
/// How old it may be where a key is not among them: whoever sends tokens that nobody signed does not have the provider asked each time.
const RECENT: Duration = Duration::from_secs(5);
/// How long a provider that did not answer is left alone.
const PAUSE: Duration = Duration::from_secs(2);

/// Signatures of which the key to check them cannot make one.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Metadata = ProviderMetadataWithLogout;
type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type Client = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Claims beside those that every provider has.
#[derive(Debug, Serialize, Deserialize)]
struct Others {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl openidconnect::AdditionalClaims for Others {}

#[derive(Debug)]
pub(crate) struct Provider {
    pub(super) config: Oidc,
    mark: String,
    http: OnceLock<Http>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Arc<Metadata>, Instant)>,
    failed: Option<Instant>,
}

impl Provider {
    /// Asks nobody yet: the provider may be away.
    pub(crate) fn new(config: Oidc) -> Self {
        Self { mark: config.mark(), config, http: OnceLock::new(), known: Mutex::default() }
    }

    /// Who holds a session that this provider's word is behind.
    pub(crate) fn holder(&self, session: &Session, now: Millis) -> Option<store::Person> {
        let lasts = session.mark == self.mark && now.since(session.issued) < self.config.lasts();
        Some(session.told.as_ref().filter(|_| lasts)?.person(session))
    }

    /// Where a browser goes to sign in.
    pub(super) async fn way(&self, attempt: &Attempt) -> Result<Url, Refused> {
        let secret = self.secret().await?;
        let client = self.client(self.metadata(FRESH).await?, secret);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&attempt.verifier());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (state, nonce) = (attempt.state(), attempt.nonce());
        let (url, ..) = client
            .authorize_url(flow, move || state, move || nonce)
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        Ok(url)
    }

    /// Who it is that came back with the code.
    pub(super) async fn ask(&self, attempt: &Attempt, code: &str) -> Result<Claims, Refused> {
        let secret = self.secret().await?;
        let mut client = self.client(self.metadata(FRESH).await?, secret.clone());
        let tokens = self.exchange(&client, attempt, code).await?;
        let Some(token) = tokens.id_token() else { return Err(self.untrusted(&"it gave no ID token")) };
        let nonce = attempt.nonce();
        let is_of_unknown_key = |error: &ClaimsVerificationError| {
            matches!(
                error,
                ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)
            )
        };
        let verified = |client: &Client| {
            let verifier = client.id_token_verifier().set_allowed_algs(SIGNED_BY);
            token.claims(&verifier, &nonce).map(|claims| (claims.subject().clone(), written(claims)))
        };
        let mut found = verified(&client);
        if found.as_ref().is_err_and(is_of_unknown_key) {
            // Its keys may be others by now.
            client = self.client(self.metadata(RECENT).await?, secret);
            found = verified(&client);
        }
        let (subject, mut claims) = found.map_err(|error| self.untrusted(&error))?;
        if claims.has_any(&self.config.group_claims) {
            return Ok(claims);
        }
        // Some providers tell more where they are asked with the token.
        if let Ok(request) = client.user_info(tokens.access_token().clone(), Some(subject)) {
            let told: UserInfoClaims<Others, CoreGenderClaim> =
                request.request_async(self.http()?).await.map_err(|error| match error {
                    UserInfoError::Request(error) => self.away(&error),
                    error => self.untrusted(&error),
                })?;
            for (claim, value) in written(&told).0 {
                claims.0.entry(claim).or_insert(value);
            }
        }
        Ok(claims)
    }

    async fn exchange(&self, client: &Client, attempt: &Attempt, code: &str) -> Result<Tokens, Refused> {
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|_| self.unknown(&"it names no token endpoint"))?;
        let answer = request.set_pkce_verifier(attempt.verifier()).request_async(self.http()?).await;
        answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(response) => match response.error() {
                CoreErrorResponseType::InvalidGrant => {
                    tracing::info!(error = %response, "the identity provider does not take the code");
                    Refused::Stale
                }
                _ => self.unknown(&response),
            },
            RequestTokenError::Request(error) => self.away(&error),
            RequestTokenError::Parse(error, _) => self.away(&error),
            RequestTokenError::Other(error) => self.away(&error),
        })
    }

    /// Where one signs out there too.
    pub(super) fn sign_out(&self) -> Option<Url> {
        let known = self.known.try_lock().ok()?;
        let (metadata, _) = known.metadata.as_ref()?;
        let end = metadata.additional_metadata().end_session_endpoint.clone()?;
        Some(LogoutRequest::from(end).set_client_id(self.config.client_id.clone()).http_get_url())
    }

    /// What the provider says of itself, not older than that.
    async fn metadata(&self, age: Duration) -> Result<Arc<Metadata>, Refused> {
        let mut known = self.known.lock().await;
        if let Some((metadata, read)) = &known.metadata
            && read.elapsed() < age
        {
            return Ok(Arc::clone(metadata));
        }
        if known.failed.is_some_and(|failed| failed.elapsed() < PAUSE) {
            return Err(self.silent());
        }
        match Metadata::discover_async(self.config.issuer.clone(), self.http()?).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known { metadata: Some((Arc::clone(&metadata), Instant::now())), failed: None };
                Ok(metadata)
            }
            Err(error) => {
                known.failed = Some(Instant::now());
                let why = reason(&error);
                // It answers, and calls itself otherwise than the configuration does.
                let is_another = matches!(error, DiscoveryError::Validation(_));
                Err(if is_another { self.unknown(&why) } else { self.away(&why) })
            }
        }
    }

    /// Made when it is needed first: the authorities are then read.
    fn http(&self) -> Result<&Http, Refused> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let is_open = self.config.issuer.url().scheme() == "http";
        let made = Http::new(is_open, self.config.ca_file.as_deref()).map_err(|error| self.away(&error))?;
        Ok(self.http.get_or_init(|| made))
    }

    async fn secret(&self) -> Result<Option<ClientSecret>, Refused> {
        let Some(path) = &self.config.client_secret_file else { return Ok(None) };
        match tokio::fs::read_to_string(path).await {
            Ok(secret) if !secret.trim().is_empty() => Ok(Some(ClientSecret::new(secret.trim().to_owned()))),
            Ok(_) => Err(self.unknown(&format_args!("the client secret in {} is empty", path.display()))),
            Err(error) => Err(self
                .unknown(&format_args!("the client secret in {} cannot be read: {error}", path.display()))),
        }
    }

    fn client(&self, metadata: Arc<Metadata>, secret: Option<ClientSecret>) -> Client {
        let ways = metadata.token_endpoint_auth_methods_supported();
        let takes = |way| ways.is_none_or(|ways| ways.contains(&way));
        let how = if takes(CoreClientAuthMethod::ClientSecretBasic) {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        Client::from_provider_metadata(Arc::unwrap_or_clone(metadata), self.config.client_id.clone(), secret)
            .set_redirect_uri(self.config.callback.clone())
            .set_auth_type(how)
    }

    pub(super) fn untrusted(&self, why: &dyn fmt::Display) -> Refused {
        tracing::warn!(%why, "what the identity provider says cannot be trusted");
        Refused::Untrusted { provider: self.config.name.clone(), contact: self.config.contact.clone() }
    }

    /// `error` was written by whoever sent the browser here.
    pub(super) fn declined(&self, error: &str) -> Refused {
        let error: String = error.chars().take(60).collect();
        tracing::info!(?error, "the identity provider signed nobody in");
        Refused::Declined { provider: self.config.name.clone(), contact: self.config.contact.clone() }
    }

    fn unknown(&self, why: &dyn fmt::Display) -> Refused {
        tracing::error!(%why, "the identity provider does not take Storeyard for its client");
        Refused::Unknown { provider: self.config.name.clone(), contact: self.config.contact.clone() }
    }

    fn away(&self, why: &dyn fmt::Display) -> Refused {
        tracing::warn!(%why, "the identity provider does not answer");
        self.silent()
    }

    fn silent(&self) -> Refused {
        Refused::Away { provider: self.config.name.clone() }
    }
}

fn written(claims: &impl Serialize) -> Claims {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => Claims(claims),
        _ => Claims(Map::new()),
    }
}
