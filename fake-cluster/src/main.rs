//! Serves a cluster of its own on loopback: prints where, and ends with its standard input, so with whoever started it.

use fake_cluster::Cluster;
use tokio::{net::TcpListener, task::spawn_blocking};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let end = spawn_blocking(|| std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
    tokio::select! {
        served = Cluster::new().serve(listener) => served,
        ended = end => ended?.map(drop),
    }
}
