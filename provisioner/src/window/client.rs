//! Web's side of the window: where it is, and what is asked there.

use std::{net::SocketAddr, time::Duration};

use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use serde::de::DeserializeOwned;
use store::{StoreId, Told, Vitals};
use tokio::{net::TcpStream, time::timeout};

use super::{
    Logs, LogsWanted, Metrics, Refusal, read_in_lease,
    seal::{HEADER, Key},
};
use crate::{resource::now, stores::Stores};

/// An answer is read up to this many bytes: what the window tells at most, as JSON.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(3);
/// Beside what one asks it to wait.
const PATIENCE: Duration = Duration::from_secs(20);
/// For what stands beside something that must not wait.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Why nothing is shown. Displays as the sentence for whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error(
        "No operator acts at this moment, and it is the operator that shows this. Try again in a minute."
    )]
    NobodyActs,
    #[error("The operator that acts shows nothing: it has no window. Ask whoever runs this platform.")]
    NoWindow,
    #[error("The operator does not answer. Try again in a moment.")]
    Silent { detail: String },
    #[error("{told}")]
    Refused { status: StatusCode, told: Told },
}

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    stores: Stores,
    /// Where the operator is in the same process, or else its Lease tells.
    at: Option<SocketAddr>,
}

impl Client {
    pub fn new(stores: Stores, at: Option<SocketAddr>) -> Self {
        Self { stores, at }
    }

    /// # Errors
    /// The operator does not tell.
    pub async fn logs(&self, key: &Key, id: &StoreId, wanted: &LogsWanted) -> Result<Logs, AskError> {
        let wait = PATIENCE + Duration::from_secs(wanted.wait_seconds);
        self.ask(key, &format!("/logs/{id}?{}", wanted.query()), wait).await
    }

    /// # Errors
    /// The operator does not tell.
    pub async fn metrics(&self, key: &Key, id: &StoreId) -> Result<Metrics, AskError> {
        self.ask(key, &format!("/metrics/{id}"), PATIENCE).await
    }

    /// How the store fares at this moment, told at once or not at all.
    ///
    /// # Errors
    /// The operator does not tell, or not in time.
    pub async fn vitals(&self, key: &Key, id: &StoreId) -> Result<Vitals, AskError> {
        let path = format!("/vitals/{id}");
        let asked = timeout(AT_ONCE, self.ask(key, &path, AT_ONCE));
        asked.await.unwrap_or_else(|_| Err(silent(&"no answer in time")))
    }

    async fn ask<T: DeserializeOwned>(&self, key: &Key, path: &str, wait: Duration) -> Result<T, AskError> {
        let address = self.address().await?;
        let sealed = key.seal(path, now());
        let (status, body) = timeout(wait, exchange(address, path, &sealed))
            .await
            .unwrap_or_else(|_| Err(silent(&"no answer in time")))?;
        if status != StatusCode::OK {
            return Err(AskError::Refused { status, told: why(&body) });
        }
        serde_json::from_slice(&body).map_err(|error| silent(&error))
    }

    async fn address(&self) -> Result<SocketAddr, AskError> {
        if let Some(at) = self.at {
            return Ok(at);
        }
        let config = self.stores.config();
        if config.operator_lease.is_empty() {
            return Err(AskError::NoWindow);
        }
        let leases: Api<Lease> = Api::namespaced(self.stores.client(), &config.namespace);
        let lease = leases.get_opt(&config.operator_lease).await.map_err(|error| silent(&error))?;
        let lease =
            lease.filter(|lease| lease.spec.as_ref().is_some_and(|spec| spec.holder_identity.is_some()));
        let told = read_in_lease(&lease.ok_or(AskError::NobodyActs)?).ok_or(AskError::NoWindow)?;
        told.parse().map_err(|error| silent(&error))
    }
}

/// What a refusal says: by codes, or as an operator of another version words it.
fn why(body: &[u8]) -> Told {
    match serde_json::from_slice(body) {
        Ok(Refusal { sentence, said }) => said.or_sentence(&sentence),
        Err(_) => String::from_utf8_lossy(body).trim().into(),
    }
}

async fn exchange(address: SocketAddr, path: &str, sealed: &str) -> Result<(StatusCode, Bytes), AskError> {
    let stream = timeout(CONNECT, TcpStream::connect(address)).await.map_err(|error| silent(&error))?;
    let stream = TokioIo::new(stream.map_err(|error| silent(&error))?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(stream)
        .await
        .map_err(|error| silent(&error))?;
    // Where whoever asked has gone, nobody goes on waiting.
    let _connection = tokio_util::task::AbortOnDropHandle::new(tokio::spawn(connection));
    let request = Request::get(path)
        .header(header::HOST, address.to_string())
        .header(HEADER, sealed)
        .body(Empty::new())
        .map_err(|error| silent(&error))?;
    let (head, body) = sender.send_request(request).await.map_err(|error| silent(&error))?.into_parts();
    let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|error| silent(&error))?;
    Ok((head.status, body.to_bytes()))
}

fn silent(detail: &dyn std::fmt::Display) -> AskError {
    AskError::Silent { detail: detail.to_string() }
}

#[cfg(test)]
mod tests {
    use store::Said;

    use super::*;

    #[test]
    fn why_nothing_is_told_has_its_codes_or_the_words_of_an_operator_of_another_version() {
        let refusal = Refusal::from(Said::SecretAway);
        let other = Refusal { sentence: "The Secret has gone.".to_owned(), ..refusal.clone() };
        for (body, told) in [
            (serde_json::to_vec(&refusal).unwrap(), Told::from(Said::SecretAway)),
            (serde_json::to_vec(&other).unwrap(), "The Secret has gone.".into()),
            (b"Nobody is told anything here.\n".to_vec(), "Nobody is told anything here.".into()),
        ] {
            assert_eq!(why(&body), told);
        }
    }
}
