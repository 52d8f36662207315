//! The way to the API server. Every call ends: one that is not answered in time is an error, not a wait.

use std::time::Duration;

use kube::{Client, Config, client::ClientBuilder};
use tower::timeout::TimeoutLayer;

/// How long the API server may take until it begins to answer. A watch is answered at once and then goes on, so it is not cut off.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// # Errors
/// `config` names credentials or certificates that cannot be read.
pub fn client(config: Config, patience: Duration) -> Result<Client, kube::Error> {
    Ok(ClientBuilder::try_from(config)?.with_layer(&TimeoutLayer::new(patience)).build())
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Namespace;
    use kube::Api;
    use tokio::{net::TcpListener, time::Instant};

    use super::*;

    #[tokio::test]
    async fn a_call_of_an_api_server_that_accepts_and_says_nothing_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let silent = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                held.push(connection);
            }
        });
        let client = client(Config::new(address.parse().unwrap()), Duration::from_millis(300)).unwrap();
        let began = Instant::now();
        let answer = Api::<Namespace>::all(client).get("store-a-00000").await;
        assert!(answer.is_err());
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        silent.abort();
    }
}
