//! `cargo xtask watch`: the pages as they are in this checkout, built anew whenever a file of them is saved. What they show are the gallery's
//! stores, of an API server in memory, so that no cluster is needed; it outlives each build, and with it whoever has signed in.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail};

use crate::command::{self, Running};
use crate::env::Env;
use crate::interrupt::{self, Interrupted};
use crate::key::files_below;
use crate::progress;
use crate::site;
use crate::test::journeys;
use crate::test::programs;

/// What the server's program and the page's are compiled from.
const CODE: [&str; 8] = [
    "access/src",
    "app/src",
    "engine/src",
    "frontend/src",
    "listen/src",
    "provisioner/src",
    "server/src",
    "store/src",
];
/// What is put beside the page's program as it is.
const FILES: [&str; 2] = ["style", "public"];
/// Who is in `end2end/gallery/support/people.ts`.
const PERSON: &str = "ada";
const PASSWORD: &str = "correct horse battery";
/// Between two looks at when the files were written, which are some hundreds.
const LOOK: Duration = Duration::from_millis(200);
const LISTENS: Duration = Duration::from_secs(20);

/// How to run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Where the dashboard listens
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
}

/// Goes on until it is interrupted; what does not compile is told, and the pages stay as they were.
///
/// # Errors
/// The first build fails, or what serves the pages does not start.
pub fn run(env: &Env, options: &Options) -> Result<()> {
    let shown = Sources::read(&env.paths.checkout)?;
    let mut pages = Pages::start(env, options.listen)?;
    println!("\nThe pages are at http://{}/ for {PERSON}, whose password is “{PASSWORD}”", options.listen);
    println!("Save a file of them, and reload; Ctrl-C ends it.");
    let ended = follow(env, &mut pages, shown);
    pages.web.end()?;
    match ended {
        Err(error) if !error.is::<Interrupted>() => Err(error),
        _ => Ok(()),
    }
}

/// Goes on until it is interrupted. `shown`: what the pages were made from.
fn follow(env: &Env, pages: &mut Pages, mut shown: Sources) -> Result<()> {
    loop {
        interrupt::sleep(LOOK)?;
        let now = Sources::read(&env.paths.checkout)?;
        let changed = now.since(&shown);
        if changed == Changed::Nothing {
            continue;
        }
        let began = Instant::now();
        // What cannot be built is not tried again before it is changed again.
        shown = now;
        match pages.renew(env, changed) {
            Ok(()) => println!("Reload: it is there after {:.1} s", began.elapsed().as_secs_f64()),
            Err(error) => {
                interrupt::check()?;
                println!("The pages stay as they were: {error:#}");
            }
        }
    }
}

/// What has to be built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Nothing,
    Files,
    Code,
}

/// What the pages are made from: when each file was written.
#[derive(Debug, PartialEq, Eq)]
struct Sources {
    code: Written,
    files: Written,
}

type Written = BTreeMap<PathBuf, SystemTime>;

impl Sources {
    fn read(checkout: &Path) -> Result<Self> {
        Ok(Self { code: written(checkout, &CODE)?, files: written(checkout, &FILES)? })
    }

    fn since(&self, before: &Self) -> Changed {
        match (self.code == before.code, self.files == before.files) {
            (true, true) => Changed::Nothing,
            (true, false) => Changed::Files,
            (false, _) => Changed::Code,
        }
    }
}

fn written(checkout: &Path, folders: &[&str]) -> Result<Written> {
    let mut written = Written::new();
    for folder in folders {
        for file in files_below(&checkout.join(folder))? {
            // An editor's own file may be gone again.
            if let Ok(at) = file.metadata().and_then(|metadata| metadata.modified()) {
                written.insert(file, at);
            }
        }
    }
    Ok(written)
}

/// The dashboard, and what it shows.
struct Pages {
    folder: PathBuf,
    listen: SocketAddr,
    module: PathBuf,
    web: Running,
    /// Ends with this.
    _cluster: Running,
}

impl Pages {
    fn start(env: &Env, listen: SocketAddr) -> Result<Self> {
        let folder = env.paths.stage().join("watch");
        fs::create_dir_all(&folder)?;
        journeys::install_modules(env)?;
        programs::build(env)?;
        let module = site::module_at_hand(env)?;
        site::lay_out(&env.paths.checkout, &module, &folder.join("site"))?;
        let mut cluster = Command::new(programs::path(env, "fake-cluster"));
        let (cluster, address) = command::start_telling(&mut cluster, "http")?;
        env.reporter.step("stores to look at", "watch-stores", |step| {
            let mut playwright = journeys::playwright(env);
            playwright.args(["--config", "watch.config.ts"]).env("STOREYARD_API", address);
            command::logged(step, playwright.env("STOREYARD_FOLDER", &folder))
        })?;
        let web = web(env, &folder, listen)?;
        Ok(Self { folder, listen, module, web, _cluster: cluster })
    }

    fn renew(&mut self, env: &Env, changed: Changed) -> Result<()> {
        if changed == Changed::Code {
            programs::build(env)?;
            self.module = site::module_at_hand(env)?;
        }
        let (site, next) = (self.folder.join("site"), self.folder.join("next"));
        site::lay_out(&env.paths.checkout, &self.module, &next)?;
        self.web.end()?;
        fs::remove_dir_all(&site)
            .and_then(|()| fs::rename(&next, &site))
            .context("the site cannot be replaced")?;
        self.web = web(env, &self.folder, self.listen)?;
        Ok(())
    }
}

/// Starts the dashboard, and waits until it listens.
fn web(env: &Env, folder: &Path, listen: SocketAddr) -> Result<Running> {
    let log = env.paths.logs().join("watch-web.log");
    let mut web = Command::new(programs::path(env, "storeyard"));
    web.args(["web", "--listen", &listen.to_string(), "--health-listen", "127.0.0.1:0", "--config"])
        .arg(folder.join("config.json"))
        .env("STOREYARD_SITE_ROOT", folder.join("site"))
        .env("KUBECONFIG", folder.join("kubeconfig"))
        .stdout(progress::append(&log)?)
        .stderr(progress::append(&log)?);
    let mut running = command::start(&mut web)?;
    let started = Instant::now();
    while TcpStream::connect(listen).is_err() {
        if running.finished()?.is_some() || started.elapsed() > LISTENS {
            running.end()?;
            bail!("the dashboard does not listen at {listen}: see {}", log.display());
        }
        interrupt::sleep(Duration::from_millis(50))?;
    }
    Ok(running)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_anew_follows_from_what_was_saved() {
        let checkout = std::env::temp_dir().join(format!("storeyard-watch-test-{}", std::process::id()));
        for folder in CODE.iter().chain(&FILES) {
            fs::create_dir_all(checkout.join(folder)).unwrap();
        }
        let write = |file: &str, second: u64| {
            let file = fs::File::create(checkout.join(file)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(second)).unwrap();
            Sources::read(&checkout).unwrap()
        };
        let before = write("app/src/lib.rs", 1);
        let styled = write("style/10-tokens.css", 2);
        let coded = write("app/src/lib.rs", 3);
        fs::remove_file(checkout.join("style/10-tokens.css")).unwrap();
        let unstyled = Sources::read(&checkout).unwrap();
        fs::remove_dir_all(&checkout).unwrap();
        assert_eq!(before.since(&before), Changed::Nothing);
        assert_eq!(styled.since(&before), Changed::Files);
        assert_eq!(coded.since(&styled), Changed::Code);
        assert_eq!(coded.since(&before), Changed::Code);
        assert_eq!(unstyled.since(&coded), Changed::Files);
    }

    #[test]
    fn what_is_watched_is_there() {
        let sources = Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        assert!(!sources.code.is_empty() && !sources.files.is_empty());
    }
}
