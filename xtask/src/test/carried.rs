//! What the images say of themselves, held against what is in them, and what can be tried of them without a cluster.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};

use super::tally::Tally;
use crate::bill::{self, BILL, Listed, NOTICE};
use crate::env::Env;
use crate::images::buildah::Container;
use crate::images::{Buildah, Image};

/// What every image is labelled with, below `org.opencontainers.image`.
const LABELS: [&str; 4] = ["title", "description", "version", "licenses"];
const DEBIAN: &str = "deb";
/// Prints every package that dpkg knows, one a line.
const DPKG: [&str; 3] = ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}|${Package}|${Version}\\n"];
/// Prints where the crates lay whose code can panic: the program keeps their paths.
const PANICS: [&str; 5] = [
    "grep",
    "--only-matching",
    "--text",
    "--extended-regexp",
    "registry/src/[^/]+/[A-Za-z0-9_-]+-[0-9]+\\.[0-9]+\\.[^/]+/src",
];
const PROGRAM: &str = "/usr/local/bin/storeyard";
const STOREFRONT: &str = "/usr/local/bin/storefront";
/// What plugins and themes ask of PHP.
const EXTENSIONS: [&str; 14] = [
    "apcu", "bcmath", "curl", "exif", "gd", "imagick", "intl", "mbstring", "mysqli", "redis", "soap",
    "sodium", "xml", "zip",
];
/// Something that is tried inside an image: it tells what is wrong, and fails.
struct Script {
    name: &'static str,
    text: &'static str,
    program: &'static [&'static str],
}

const TELEPHONE: Script =
    Script { name: "telephone.php", text: include_str!("carried/telephone.php"), program: &["php"] };
const WEB_SERVER: Script =
    Script { name: "web-server.sh", text: include_str!("carried/web-server.sh"), program: &["sh"] };

const OBJECT_CACHE: Script = Script {
    name: "object-cache.php",
    text: include_str!("carried/object-cache.php"),
    program: &["php", "-d", "apc.enable_cli=1"],
};
const DATABASE_AGES: Script =
    Script { name: "database-ages.sh", text: include_str!("carried/database-ages.sh"), program: &["sh"] };
const POSTGRES: Script =
    Script { name: "postgres.sh", text: include_str!("carried/postgres.sh"), program: &["sh"] };
const UPLOADS: Script =
    Script { name: "uploads.js", text: include_str!("carried/uploads.js"), program: &["node"] };
const MEDUSA_ENDS: Script =
    Script { name: "medusa-ends.sh", text: include_str!("carried/medusa-ends.sh"), program: &["sh"] };
/// Prints what was put into an image and cannot be read by whoever that runs as, and fails at a folder into which they cannot come.
const UNREADABLE: [&str; 17] = [
    "find",
    "/opt",
    "/srv",
    "/usr/local",
    "/usr/share",
    "!",
    "-type",
    "l",
    "(",
    "!",
    "-readable",
    "-o",
    "-type",
    "d",
    "!",
    "-executable",
    ")",
];
/// Where WordPress and its plugin say of which version they are.
const WORDPRESS: &str = "/usr/share/wordpress/wp-includes/version.php";
const MEDUSA: &str = "/srv/medusa/node_modules/@medusajs/medusa/package.json";
const PLUGIN: &str = "/usr/share/storeyard/bundled/plugins/woocommerce/woocommerce.php";

/// # Errors
/// An image cannot be read, or the run was interrupted.
pub(super) fn run(env: &Env, images: &[&Image]) -> Result<Tally> {
    let mut tally = Tally::default();
    for image in images {
        let title = format!("what the image {} carries", image.name);
        tally.add(env.reporter.step(&title, "test-carried", |_| {
            let buildah = Buildah::new(&env.paths);
            let container = buildah.container_of(&image.archive)?;
            let tally = check(env, image, &container);
            container.remove()?;
            tally
        })?);
    }
    Ok(tally)
}

fn check(env: &Env, image: &Image, container: &Container<'_>) -> Result<Tally> {
    let carried = Carried::read(image, container)?;
    let mut checks: Vec<(&str, Result<()>)> = vec![
        ("is labelled", carried.is_labelled(container)),
        ("lists its packages", carried.lists_packages(container)),
        ("has its bill in the cache", carried.has_bill_in_cache(image)),
        ("has a notice of everything", carried.has_notice(container)),
        ("may be read by whoever it runs as", is_readable(container)),
    ];
    match image.name.as_str() {
        "platform" => {
            checks.push(("lists its crates", carried.lists_crates(container, PROGRAM)));
            checks.push(("lists its programs", carried.lists_programs(env)));
        }
        "wordpress" => {
            checks.push(("has what plugins ask for", has_extensions(container)));
            checks.push(("reads the pictures of telephones", TELEPHONE.run(env, container)));
            checks.push(("serves within the limits that it is given", WEB_SERVER.run(env, container)));
            checks.push(("has an object cache that many may use", OBJECT_CACHE.run(env, container)));
        }
        "medusa" => {
            checks.push(("has no upload run by a browser", UPLOADS.run(env, container)));
            checks.push(("ends before its shop is up", MEDUSA_ENDS.run(env, container)));
        }
        "medusa-storefront" => {
            checks.push(("lists its crates", carried.lists_crates(container, STOREFRONT)));
        }
        "mariadb" => checks.push((
            "takes data of an older one and refuses a newer one's",
            DATABASE_AGES.run(env, container),
        )),
        "postgres" => {
            checks.push(("keeps its data, and refuses another version's", POSTGRES.run(env, container)));
        }
        _ => {}
    }
    if let Some(asked) = asked(image) {
        checks.push(("tells the versions inside", tells_versions(image, container, asked)));
    }
    let mut tally = Tally::default();
    for (what, outcome) in checks {
        tally.add(Tally::of(&format!("image {} {what}", image.name), outcome)?);
    }
    Ok(tally)
}

fn is_readable(container: &Container<'_>) -> Result<()> {
    let unreadable = container.output(&UNREADABLE)?;
    ensure!(unreadable.is_empty(), "these cannot be: {unreadable}");
    Ok(())
}

fn has_extensions(container: &Container<'_>) -> Result<()> {
    let printed = container.output(&["php", "-m"])?;
    let loaded: Vec<String> = printed.lines().map(str::to_lowercase).collect();
    let missing: Vec<_> = EXTENSIONS.iter().filter(|name| !loaded.iter().any(|it| it == *name)).collect();
    ensure!(missing.is_empty(), "it lacks {missing:?}");
    Ok(())
}

impl Script {
    fn run(&self, env: &Env, container: &Container<'_>) -> Result<()> {
        let (file, inside) = (env.paths.stage().join(self.name), format!("/tmp/{}", self.name));
        std::fs::create_dir_all(env.paths.stage())?;
        std::fs::write(&file, self.text)?;
        container.add(&file, &inside)?;
        std::fs::remove_file(&file)?;
        container.output(&[self.program, &[inside.as_str()]].concat()).map(drop)
    }
}

/// What an image's programs say of themselves when they are asked: title, and what prints the version.
type Asked = &'static [(&'static str, &'static [&'static str])];

fn asked(image: &Image) -> Option<Asked> {
    match image.name.as_str() {
        "mariadb" => Some(&[("MariaDB", &["/usr/sbin/mariadbd", "--version"])]),
        "postgres" => Some(&[("PostgreSQL", &["postgres", "--version"])]),
        "valkey" => Some(&[("Valkey", &["valkey-cli", "--version"])]),
        "medusa" => Some(&[("Medusa", &["grep", "\"version\"", MEDUSA])]),
        "wordpress" => Some(&[
            ("WordPress", &["grep", "--regexp", "^.wp_version =", WORDPRESS]),
            ("WooCommerce", &["grep", "--regexp", "^ . Version:", PLUGIN]),
        ]),
        _ => None,
    }
}

/// Each title in the version that the program has, and none that is not there.
fn tells_versions(image: &Image, container: &Container<'_>, asked: Asked) -> Result<()> {
    let told = image.versions()?.to_string();
    for (title, program) in asked {
        let version = told.split(", ").find_map(|one| one.strip_prefix(title)?.strip_prefix(' '));
        match (version, container.output(program)) {
            (Some(version), Ok(said)) => {
                let is_whole = |word: &str| word == version || word.starts_with(&format!("{version}-"));
                let is_told =
                    said.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ';')).any(is_whole);
                ensure!(is_told, "{title} is told to be {version}, and says: {said}");
            }
            (Some(version), Err(error)) => return Err(error.context(format!("{title} {version} is told"))),
            (None, said) => ensure!(said.is_err(), "{title} is inside and not told: {told}"),
        }
    }
    Ok(())
}

/// What an image says of itself.
struct Carried {
    title: String,
    bill: String,
    listed: Vec<Listed>,
    notice: String,
}

impl Carried {
    fn read(image: &Image, container: &Container<'_>) -> Result<Self> {
        let bill = container.output(&["cat", BILL])?;
        Ok(Self {
            title: image.title(),
            listed: bill::listed(&bill)?,
            bill,
            notice: container.output(&["cat", NOTICE])?,
        })
    }

    fn names(&self, purl_type: &str) -> BTreeSet<(&str, &str)> {
        let entries = self.listed.iter().filter(|listed| listed.purl_type == purl_type);
        entries.map(|listed| (listed.name.as_str(), listed.version.as_str())).collect()
    }

    fn is_labelled(&self, container: &Container<'_>) -> Result<()> {
        let labels = container.labels()?;
        for name in LABELS {
            let value = labels.get(&format!("org.opencontainers.image.{name}"));
            ensure!(value.is_some_and(|value| !value.is_empty()), "it has no {name}");
        }
        let title = &labels["org.opencontainers.image.title"];
        ensure!(*title == self.title, "its title is {title}");
        Ok(())
    }

    fn lists_packages(&self, container: &Container<'_>) -> Result<()> {
        let printed = container.output(&DPKG)?;
        let installed = printed.lines().filter_map(|line| {
            // Wanted or held, and installed.
            let (status, package) = line.split_once('|')?;
            matches!(status, "ii " | "hi ").then(|| package.split_once('|'))?
        });
        same(&installed.collect(), &self.names(DEBIAN))
    }

    fn has_bill_in_cache(&self, image: &Image) -> Result<()> {
        let kept = std::fs::read_to_string(image.bill())
            .with_context(|| format!("{} cannot be read", image.bill().display()))?;
        ensure!(kept == self.bill, "{} is another one", image.bill().display());
        Ok(())
    }

    /// Everything on the bill has a line, every file that a line leads to is there, and so is every text.
    fn has_notice(&self, container: &Container<'_>) -> Result<()> {
        let mut files = Vec::new();
        for Listed { name, version, .. } in &self.listed {
            let beginning = format!("{name} {version}: ");
            let line = self.notice.lines().find(|line| line.starts_with(&beginning));
            let terms = line.and_then(|line| line.split(' ').next_back());
            let terms = terms.with_context(|| format!("the notice has no line of {name} {version}"))?;
            let is_told = terms.starts_with('/') || self.notice.lines().any(|line| line == terms);
            ensure!(is_told, "the notice does not lead to the terms of {name} {version}: {terms}");
            files.extend(Some(terms).filter(|terms| terms.starts_with('/')));
        }
        // Fails, and names them, when some are not there.
        container.output(&[&["ls", "-L"][..], &files].concat()).map(drop)
    }

    /// Read from the program itself, not from what it was built from. Crates that cannot panic leave no trace.
    fn lists_crates(&self, container: &Container<'_>, program: &str) -> Result<()> {
        let printed = container.output(&[&PANICS[..], &[program]].concat())?;
        let linked: BTreeSet<(&str, &str)> = printed.lines().filter_map(crate_of).collect();
        ensure!(linked.len() > 20, "only {} crates were found in the program", linked.len());
        let listed = self.names("cargo");
        let missing: Vec<_> = linked.difference(&listed).collect();
        ensure!(missing.is_empty(), "the bill lacks {missing:?}");
        Ok(())
    }

    fn lists_programs(&self, env: &Env) -> Result<()> {
        let listed = self.names("golang");
        for name in ["helm", "kubectl"] {
            let made = env.tools.made(name, name);
            let module = (made.module, made.version.as_str());
            ensure!(listed.contains(&module), "the bill lacks {module:?}");
        }
        Ok(())
    }
}

fn same(inside: &BTreeSet<(&str, &str)>, listed: &BTreeSet<(&str, &str)>) -> Result<()> {
    ensure!(!inside.is_empty(), "nothing is inside");
    let missing: Vec<_> = inside.difference(listed).collect();
    let surplus: Vec<_> = listed.difference(inside).collect();
    ensure!(
        missing.is_empty() && surplus.is_empty(),
        "the bill lacks {missing:?} and has too many {surplus:?}"
    );
    Ok(())
}

/// Name and version from `registry/src/<index>/<name>-<version>/src`.
fn crate_of(path: &str) -> Option<(&str, &str)> {
    let folder = path.strip_suffix("/src")?.rsplit('/').next()?;
    let is_version = |at: &usize| folder[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    let dash = folder.match_indices('-').map(|(at, _)| at).find(is_version)?;
    Some((&folder[..dash], &folder[dash + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_known_by_the_folder_that_it_was_compiled_in() {
        let path = "registry/src/index.crates.io-1949cf8c6b5b557f/tokio-util-0.7.1-rc.1/src";
        assert_eq!(crate_of(path), Some(("tokio-util", "0.7.1-rc.1")));
        assert_eq!(crate_of("app/src"), None);
    }

    #[test]
    fn a_bill_with_less_or_more_than_is_inside_is_wrong() {
        let set = |names: &[&'static str]| names.iter().map(|name| (*name, "1")).collect::<BTreeSet<_>>();
        assert!(same(&set(&["a", "b"]), &set(&["b", "a"])).is_ok());
        assert!(same(&set(&["a", "b"]), &set(&["a"])).is_err());
        assert!(same(&set(&["a"]), &set(&["a", "b"])).is_err());
        assert!(same(&set(&[]), &set(&[])).is_err());
    }
}
