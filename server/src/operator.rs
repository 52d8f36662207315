//! The operator process: its loop, and where it may write.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use provisioner::{
    config::Config,
    observe::storefront::Prober,
    operator::{Health, Surroundings},
};
use tokio_util::sync::CancellationToken;

/// Runs until `shutdown`, and until what is then running has had its time. `window` is where web reaches its window, if it has one.
pub(crate) async fn serve(
    client: kube::Client,
    config: Arc<Config>,
    window: Option<SocketAddr>,
    health: Health,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let scratch = std::env::temp_dir().join("storeyard");
    std::fs::create_dir_all(&scratch).with_context(|| format!("{} cannot be made", scratch.display()))?;
    let prober = Prober::new(&config).context("the shops' certificates could not be checked")?;
    let surroundings = Surroundings { prober, scratch, window };
    provisioner::operator::run(client, config, surroundings, health, shutdown).await;
    Ok(())
}
