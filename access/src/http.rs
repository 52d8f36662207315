//! The way to a server that the platform's values name, such as an identity provider: bounded in time and size, and led nowhere else by what it
//! answers.

use std::{io, path::Path, time::Duration};

use http::{Request, Response};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::time::timeout;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Many times what a provider's keys and a person's claims take, and several times what a store's day does.
const MAX_BYTES: usize = 512 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("no answer within {} s", PATIENCE.as_secs())]
    TooSlow,
    #[error("the answer is too large")]
    TooLarge,
    #[error("unreachable: {0}")]
    Unreachable(String),
    #[error("the authorities in {path} cannot be read: {why}")]
    Authorities { path: String, why: String },
}

pub struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http(…)")
    }
}

impl Http {
    /// Where `is_open`, also without TLS; else nothing that the server names is reached without.
    ///
    /// # Errors
    /// The authorities cannot be read.
    pub fn new(is_open: bool, authorities: Option<&Path>) -> Result<Self, HttpError> {
        let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(|error| HttpError::Unreachable(error.to_string()))?
            .with_root_certificates(trusted(authorities)?)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls);
        let connector =
            if is_open { connector.https_or_http() } else { connector.https_only() }.enable_http1().build();
        // It is asked seldom: no connection is kept for the next one.
        Ok(Self(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector)))
    }

    /// Follows no redirect: whoever could have the server's answer lead elsewhere would have this process ask there.
    ///
    /// # Errors
    /// There is no answer, or none of a size that fits.
    pub async fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        timeout(PATIENCE, self.exchange(request)).await.map_err(|_| HttpError::TooSlow)?
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let response =
            self.0.request(request).await.map_err(|error| HttpError::Unreachable(reason(&error)))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_BYTES).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                HttpError::TooLarge
            } else {
                HttpError::Unreachable(error.to_string())
            }
        })?;
        Ok(Response::from_parts(head, body.to_bytes().to_vec()))
    }
}

fn trusted(authorities: Option<&Path>) -> Result<RootCertStore, HttpError> {
    let mut trusted = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in system.errors {
        tracing::warn!(%error, "some of the system's authorities cannot be read");
    }
    trusted.add_parsable_certificates(system.certs);
    let Some(path) = authorities else { return Ok(trusted) };
    let unreadable = |why: String| HttpError::Authorities { path: path.display().to_string(), why };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(error.to_string()))?;
    if trusted.add_parsable_certificates(certificates).0 == 0 {
        return Err(unreadable(io::Error::from(io::ErrorKind::InvalidData).to_string()));
    }
    Ok(trusted)
}

/// With what is behind it, which is where hyper says what happened.
pub(crate) fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let behind = std::iter::successors(error.source(), |error| error.source());
    behind.fold(error.to_string(), |said, error| format!("{said}: {error}"))
}
