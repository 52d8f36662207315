//! Which certificates of shops are trusted, and why one is not.

use std::{fmt, io, path::Path, sync::Arc};

use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use store::Said;
use tokio_rustls::TlsConnector;

use crate::config::Tls;

/// Why a visitor's browser would warn of the shop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    Authority,
    Name,
    Time,
    Revoked,
    Other(String),
    Missing,
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl Distrust {
    /// In a sentence.
    pub(super) fn said(&self) -> Said {
        match self {
            Self::Authority => Said::UnknownAuthority,
            Self::Name => Said::CertificateOfOther,
            Self::Time => Said::CertificateOver,
            Self::Revoked => Said::CertificateRevoked,
            Self::Other(why) => Said::CertificateDistrusted { why: why.clone() },
            Self::Missing => Said::NoCertificate,
        }
    }

    /// None where the connection failed for another reason.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        match error.get_ref()?.downcast_ref::<Error>()? {
            Error::InvalidCertificate(why) => Some(Self::of_certificate(why)),
            Error::AlertReceived(AlertDescription::UnrecognisedName | AlertDescription::HandshakeFailure) => {
                Some(Self::Missing)
            }
            _ => None,
        }
    }

    fn of_certificate(why: &CertificateError) -> Self {
        match why {
            CertificateError::UnknownIssuer => Self::Authority,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::Name,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Self::Time,
            CertificateError::Revoked => Self::Revoked,
            other => Self::Other(other.to_string()),
        }
    }
}

/// Why nothing could be trusted at all.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("the authorities in {path} cannot be read")]
    Unreadable { path: String, source: rustls::pki_types::pem::Error },
    #[error("{path} holds no certificate of an authority")]
    Empty { path: String },
    #[error("the system trusts no authority at all: its package ca-certificates is missing")]
    NoSystem,
    #[error("TLS cannot be set up")]
    Setup(#[from] Error),
}

/// Trusts what the configuration says: the system's authorities and those it adds, or everybody.
pub(super) fn connector(tls: &Tls) -> Result<TlsConnector, TrustError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let mut config = if tls.insecure_skip_verify {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Everybody(provider)))
            .with_no_client_auth()
    } else {
        builder.with_root_certificates(authorities(tls.ca_file.as_deref())?).with_no_client_auth()
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn authorities(added: Option<&Path>) -> Result<RootCertStore, TrustError> {
    let mut trusted = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in system.errors {
        tracing::warn!(%error, "some of the system's authorities cannot be read");
    }
    trusted.add_parsable_certificates(system.certs);
    let Some(path) = added else {
        return if trusted.is_empty() { Err(TrustError::NoSystem) } else { Ok(trusted) };
    };
    let shown = path.display().to_string();
    let unreadable = |source| TrustError::Unreadable { path: shown.clone(), source };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable)?;
    if trusted.add_parsable_certificates(certificates).0 == 0 {
        return Err(TrustError::Empty { path: shown });
    }
    Ok(trusted)
}

/// Trusts every certificate, for a private authority that the operator was not told of.
#[derive(Debug)]
struct Everybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Everybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
