//! The binary `storeyard`: the dashboard, the operator, or both.

mod health;
mod metrics;
mod operator;
mod traces;
mod user;
mod web;
mod window;

use std::{
    io::IsTerminal,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use access::Access;
use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use health::{Part, Telling};
use listen::{bind, on_signal};
use provisioner::{
    TRACES,
    client::{PATIENCE, client},
    config::Config,
    operator::{Health, Window},
    resource,
    stores::Stores,
    window::client::Client,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use traces::{Collector, Traces};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    layer::{Layered, SubscriberExt},
    util::SubscriberInitExt,
};

#[derive(Debug, Parser)]
#[command(name = "storeyard", version, about = "Makes, keeps and removes online stores on Kubernetes")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the dashboard.
    Web {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        site: Site,
        #[command(flatten)]
        listening: Listening,
    },
    /// Make, keep and remove stores.
    Operator {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        showing: Showing,
    },
    /// Both in one process, for one's own machine.
    All {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        site: Site,
        #[command(flatten)]
        listening: Listening,
    },
    /// Say who may sign in.
    User {
        #[arg(long, env = "STOREYARD_CONFIG", default_value = "/etc/storeyard/config.json")]
        config: PathBuf,
        #[command(subcommand)]
        task: user::Task,
    },
    /// Print the custom resource definition.
    Crd,
}

impl Command {
    /// Where its traces go, and whose they are.
    fn traces(&self) -> (Option<&Collector>, &'static str) {
        match self {
            Self::Web { common, .. } => (common.traces.as_ref(), "web"),
            Self::Operator { common, .. } => (common.traces.as_ref(), "operator"),
            Self::All { common, .. } => (common.traces.as_ref(), "all"),
            Self::User { .. } | Self::Crd => (None, "command"),
        }
    }
}

#[derive(Debug, Args)]
struct Common {
    #[arg(long, env = "STOREYARD_CONFIG", default_value = "/etc/storeyard/config.json")]
    config: PathBuf,
    /// Where health and metrics are told: nowhere that visitors reach.
    #[arg(long, env = "STOREYARD_HEALTH_LISTEN", default_value = "127.0.0.1:8081")]
    health_listen: String,
    /// Where traces are sent, such as `http://collector.monitoring:4318/v1/traces`; nowhere where it is not given.
    #[arg(long, env = "STOREYARD_TRACES", value_parser = Collector::parse)]
    traces: Option<Collector>,
}

#[derive(Debug, Args)]
struct Listening {
    /// Where the dashboard listens.
    #[arg(long, env = "STOREYARD_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the page listens that hosts show whose shop is away; nowhere where it is not given.
    #[arg(long, env = "STOREYARD_AWAY_LISTEN")]
    away_listen: Option<String>,
}

#[derive(Debug, Args)]
struct Showing {
    /// Where web is shown logs and metrics of stores; nowhere where it is not given.
    #[arg(long, env = "STOREYARD_WINDOW_LISTEN")]
    window_listen: Option<String>,
    /// By which address of this machine web comes there, where that is another one.
    #[arg(long, env = "STOREYARD_WINDOW_HOST")]
    window_host: Option<IpAddr>,
}

#[derive(Debug, Args)]
struct Site {
    /// The folder with the pages' files.
    #[arg(long, env = "STOREYARD_SITE_ROOT", default_value = "/srv/storeyard/site")]
    site_root: PathBuf,
}

/// Where web and operator are one process, nobody else comes to the window.
const OWN_WINDOW: &str = "127.0.0.1:0";

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(command: Command) -> anyhow::Result<()> {
    let (collector, part) = command.traces();
    let traces = Traces::start(collector, part);
    log_to_standard_error(traces.as_ref().ok());
    let traces = traces.context("traces cannot be sent")?;
    let result = run_logged(command).await;
    traces.end().await;
    result
}

async fn run_logged(command: Command) -> anyhow::Result<()> {
    if let Command::Crd = command {
        println!("{}", serde_json::to_string_pretty(&resource::definition())?);
        return Ok(());
    }
    if let Command::User { config, task } = command {
        let (client, config) = connect(&config).await?;
        return user::run(client, &config, task).await;
    }
    metrics::install();
    let shutdown = on_signal()?;
    match command {
        Command::Crd | Command::User { .. } => Ok(()),
        Command::Web { common, site, listening } => {
            let (client, config) = connect(&common.config).await?;
            let access = Access::start(client.clone(), &config.namespace, config.sign_in.clone());
            let stores = Stores::start(client, config);
            let parts = vec![Part::Web(stores.clone(), access.clone())];
            let telling = Telling::start(bind(&common.health_listen).await?, parts);
            let away = serve_away(&listening, &stores, &shutdown).await?;
            let listener = bind(&listening.listen).await?;
            let window = Client::new(stores.clone(), None);
            web::serve(listener, stores, access.clone(), window, site.site_root, shutdown).await?;
            access.journal().flush().await;
            away.await?;
            telling.end().await
        }
        Command::Operator { common, showing } => {
            let (client, config) = connect(&common.config).await?;
            let health = Health::default();
            let parts = vec![Part::Operator(health.clone())];
            let telling = Telling::start(bind(&common.health_listen).await?, parts);
            let at = match &showing.window_listen {
                Some(address) => Some(show(address, showing.window_host, &health, &shutdown).await?),
                None => None,
            };
            operator::serve(client, config, at, health, shutdown).await?;
            telling.end().await
        }
        Command::All { common, site, listening } => {
            let (client, config) = connect(&common.config).await?;
            let access = Access::start(client.clone(), &config.namespace, config.sign_in.clone());
            let stores = Stores::start(client.clone(), Arc::clone(&config));
            let health = Health::default();
            let parts = vec![Part::Web(stores.clone(), access.clone()), Part::Operator(health.clone())];
            let telling = Telling::start(bind(&common.health_listen).await?, parts);
            let at = show(OWN_WINDOW, None, &health, &shutdown).await?;
            let operator = operator::serve(client, config, Some(at), health, shutdown.clone());
            let window = Client::new(stores.clone(), Some(at));
            let away = serve_away(&listening, &stores, &shutdown).await?;
            let listener = bind(&listening.listen).await?;
            let web = web::serve(listener, stores, access.clone(), window, site.site_root, shutdown);
            tokio::try_join!(operator, web)?;
            access.journal().flush().await;
            away.await?;
            telling.end().await
        }
    }
}

/// The page of shops that are away, beside the dashboard. It ends with `shutdown`.
async fn serve_away(
    listening: &Listening,
    stores: &Stores,
    shutdown: &CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    let Some(address) = &listening.away_listen else { return Ok(tokio::spawn(std::future::ready(()))) };
    Ok(tokio::spawn(web::away::serve(bind(address).await?, stores.clone(), shutdown.clone())))
}

/// The operator's window, beside its work; where web reaches it. It ends with `shutdown`.
async fn show(
    address: &str,
    host: Option<IpAddr>,
    health: &Health,
    shutdown: &CancellationToken,
) -> anyhow::Result<SocketAddr> {
    let listener = bind(address).await?;
    let own = listener.local_addr()?;
    tokio::spawn(window::serve(listener, Window::new(health.clone()), shutdown.clone()));
    Ok(SocketAddr::new(host.unwrap_or(own.ip()), own.port()))
}

async fn connect(path: &Path) -> anyhow::Result<(kube::Client, Arc<Config>)> {
    let config = Config::load(path).with_context(|| format!("{} cannot be used", path.display()))?;
    let cluster = kube::Config::infer()
        .await
        .context("no cluster: outside of one, KUBECONFIG has to name the file that leads to it")?;
    let client = client(cluster, PATIENCE).context("the cluster cannot be asked")?;
    Ok((client, Arc::new(config)))
}

/// What there is once lines are written.
type Logged = Layered<Box<dyn Layer<Registry> + Send + Sync>, Registry>;

/// Lines for a person at a terminal, JSON for everything else; and what becomes a trace is no line.
fn log_to_standard_error(traces: Option<&Traces>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let filter = match format!("{TRACES}=off").parse() {
        Ok(no_traces) => filter.add_directive(no_traces),
        Err(_) => filter,
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = if std::io::stderr().is_terminal() {
        layer.with_filter(filter).boxed()
    } else {
        layer.json().flatten_event(true).with_filter(filter).boxed()
    };
    tracing_subscriber::registry().with(layer).with(traces.and_then(Traces::layer::<Logged>)).init();
}
