//! The operator process: its loop, and where it may write.

use std::sync::Arc;

use anyhow::Context;
use provisioner::{config::Config, observe::storefront::Prober, operator::Health};
use tokio_util::sync::CancellationToken;

/// Runs until `shutdown`, and until what is then running has had its time.
pub(crate) async fn serve(
    client: kube::Client,
    config: Arc<Config>,
    health: Health,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let scratch = std::env::temp_dir().join("storeyard");
    std::fs::create_dir_all(&scratch).with_context(|| format!("{} cannot be made", scratch.display()))?;
    let prober = Prober::new(&config).context("the shops' certificates could not be checked")?;
    provisioner::operator::run(client, config, prober, scratch, health, shutdown).await;
    Ok(())
}
