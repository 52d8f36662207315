//! That a newer Debian package reaches an image: with a package of the tests' own, on the way by which every image is built.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use super::tally::Tally;
use crate::command;
use crate::env::Env;
use crate::images::carried::Version;
use crate::images::recipe::{Builder, Recipe};
use crate::images::{Buildah, Image, Packages};
use crate::paths::Paths;
use crate::preflight::{self, Purpose};

const TITLE: &str = "a newer Debian package reaches an image";
const IMAGE: &str = "bumped";
const PACKAGE: &str = "storeyard-bumped";

/// # Errors
/// The run was interrupted.
pub(super) fn run(env: &Env) -> Result<Tally> {
    if let Err(obstacle) = preflight::check(env, Purpose::Build) {
        let mut tally = Tally::default();
        tally.skip(TITLE, format!("needs what images are built with: {obstacle:#}"));
        return Ok(tally);
    }
    let folder = env.paths.stage().join("fresh");
    let outcome = remove(&folder).and_then(|()| in_folder(env, &folder));
    let removed = remove(&folder);
    Tally::of(TITLE, outcome.and(removed))
}

fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))
}

/// With a checkout and a cache of its own, so that no image of anybody else is touched.
fn in_folder(env: &Env, folder: &Path) -> Result<()> {
    let paths = Paths { checkout: folder.join("checkout"), cache: folder.join("cache") };
    fs::create_dir_all(paths.images())?;
    let env = Env { paths, ..env.clone() };
    let repository = Repository { folder: folder.join("repository") };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| repository.serve(&listener, &ended));
        let outcome = write_image(&env, address.port()).and_then(|()| bump(&env, &repository));
        ended.store(true, Ordering::Release);
        // Wakes the server, so that it sees the end.
        TcpStream::connect(address).map(drop)?;
        outcome
    })
}

fn bump(env: &Env, repository: &Repository) -> Result<()> {
    repository.publish("1")?;
    let first = image(env, Packages::Kept)?;
    has_version(env, &first, "1")?;
    let base = Buildah::new(&env.paths).base_made()?;

    let same = image(env, Packages::Newest)?;
    ensure!(same.reference == first.reference, "nothing was newer, and its tag is another");

    repository.publish("2")?;
    let kept = image(env, Packages::Kept)?;
    ensure!(kept.reference == first.reference, "nobody asked for newer packages, and its tag is another");

    let second = image(env, Packages::Newest)?;
    ensure!(second.reference != first.reference, "a package is newer, and its tag is the same");
    has_version(env, &second, "2")?;
    ensure!(Buildah::new(&env.paths).base_made()? > base, "its base was not made anew");
    let again = image(env, Packages::Newest)?;
    ensure!(again.reference == second.reference, "it has the newest, and was built once more");
    Ok(())
}

fn image(env: &Env, packages: Packages) -> Result<Image> {
    Builder::new(env, packages)?.image(&Recipe::new(IMAGE, Version::Package(PACKAGE.to_owned())))
}

fn has_version(env: &Env, image: &Image, version: &str) -> Result<()> {
    let buildah = Buildah::new(&env.paths);
    let container = buildah.container_of(&image.archive)?;
    let printed = container.output(&["dpkg-query", "--show", "--showformat=${Version}", PACKAGE]);
    container.remove()?;
    let printed = printed?;
    ensure!(printed == version, "{} has version {printed} of the package, not {version}", image.reference);
    Ok(())
}

/// An image with one package, from the tests' own repository alone: what Debian publishes meanwhile is no matter.
fn write_image(env: &Env, port: u16) -> Result<()> {
    let folder = env.paths.checkout.join("images").join(IMAGE);
    fs::create_dir_all(&folder)?;
    let containerfile = format!(
        "ARG BASE=debian:trixie-slim\n\
         FROM ${{BASE}}\n\
         RUN rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* \\\n \
         && echo 'deb [trusted=yes] http://127.0.0.1:{port}/ ./' >/etc/apt/sources.list \\\n \
         && echo 'Acquire::http::Proxy::127.0.0.1 \"DIRECT\";' >/etc/apt/apt.conf.d/bumped \\\n \
         && apt-get update && apt-get install --yes --no-install-recommends {PACKAGE} \\\n \
         && rm -rf /var/lib/apt/lists/*\n\
         USER 65532:65532\n"
    );
    fs::write(folder.join("Containerfile"), containerfile).context("the Containerfile cannot be written")
}

/// A Debian repository of one package.
struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// Has the package in this version, and in no other.
    fn publish(&self, version: &str) -> Result<()> {
        let tree = self.folder.join("tree");
        fs::create_dir_all(tree.join("DEBIAN"))?;
        let control = format!(
            "Package: {PACKAGE}\nVersion: {version}\nArchitecture: all\n\
             Maintainer: Storeyard <storeyard@localhost>\nDescription: nothing, in a version\n"
        );
        fs::write(tree.join("DEBIAN/control"), &control)?;
        let name = format!("{PACKAGE}_{version}_all.deb");
        let package = self.folder.join(&name);
        command::output(
            Command::new("dpkg-deb").args(["--build", "--root-owner-group"]).arg(&tree).arg(&package),
        )?;
        let content = fs::read(&package)?;
        let digest: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
        let index = format!("{control}Filename: ./{name}\nSize: {}\nSHA256: {digest}\n", content.len());
        fs::write(self.folder.join("Packages"), index).context("the index cannot be written")
    }

    fn serve(&self, listener: &TcpListener, ended: &AtomicBool) {
        while let Ok((stream, _)) = listener.accept() {
            if ended.load(Ordering::Acquire) {
                return;
            }
            // Whoever asked sees a broken answer, and says so.
            let _ = self.answer(stream);
        }
    }

    /// Answers one request, with the file of the name that its path ends in.
    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(&stream).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let path = request.split(' ').nth(1).unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let file = self.folder.join(name);
        let (status, content) =
            if file.is_file() { ("200 OK", fs::read(file)?) } else { ("404 Not Found", Vec::new()) };
        let length = content.len();
        write!(&stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
        (&stream).write_all(&content)
    }
}
