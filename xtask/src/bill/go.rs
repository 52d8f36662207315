//! The Go modules in a program, as the program itself tells them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::{Component, Kind, Licence, Terms, Texts};
use crate::command;

/// Go's word for a module that was built from a folder.
const FROM_FOLDER: &str = "(devel)";
/// Its repository holds modules of its own, each published under the same version with 0 in front.
const KUBERNETES: &str = "k8s.io/kubernetes";

/// A module at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    pub path: String,
    pub version: String,
}

/// What `program` says it was made from.
///
/// # Errors
/// It is no Go program, or tells nothing.
pub fn main_module(program: &Path) -> Result<Module> {
    own(&told_by(program)?).with_context(|| format!("{} tells no module", program.display()))
}

/// Every module that is linked into `program`, and Go's own library. `folder`: where go is asked for their terms.
///
/// # Errors
/// go fails, or a module comes without terms.
pub fn modules(program: &Path, folder: &Path) -> Result<Vec<Component>> {
    let told = told_by(program)?;
    let linked = linked(&told)?;
    ensure!(!linked.is_empty(), "{} tells no modules", program.display());
    let downloaded = command::output(
        Command::new("go")
            .args(["mod", "download", "-json"])
            .args(linked.iter().map(|module| format!("{}@{}", module.path, module.version)))
            .env("GOWORK", "off")
            .current_dir(folder),
    )?;
    let mut components = vec![library(&told)?];
    for module in serde_json::Deserializer::from_str(&downloaded).into_iter::<Downloaded>() {
        let module = module?;
        components.push(component(module.path, module.version, &module.dir)?);
    }
    Ok(components)
}

fn told_by(program: &Path) -> Result<String> {
    command::output(Command::new("go").args(["version", "-m"]).arg(program))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    path: String,
    version: String,
    dir: PathBuf,
}

/// The program's own module. Those that it links may have no version that could be told.
fn own(told: &str) -> Option<Module> {
    let mut columns = told.lines().find_map(|line| line.trim_start().strip_prefix("mod\t"))?.split('\t');
    Some(Module { path: columns.next()?.to_owned(), version: columns.next()?.to_owned() })
}

/// The program's own module comes first. One that another stands in for is told as that other.
fn linked(told: &str) -> Result<Vec<Module>> {
    let mut modules: Vec<Module> = Vec::new();
    for line in told.lines() {
        let mut columns = line.trim_start().split('\t');
        let (Some(what), Some(path), Some(version)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        if what == "=>" {
            modules.pop();
        }
        if matches!(what, "mod" | "dep" | "=>") {
            let version = published(path, version, modules.first())?;
            modules.push(Module { path: path.to_owned(), version });
        }
    }
    Ok(modules)
}

/// The version under which a module is published that was built from a folder beside `main`.
fn published(path: &str, version: &str, main: Option<&Module>) -> Result<String> {
    if version != FROM_FOLDER {
        return Ok(version.to_owned());
    }
    let main = main.filter(|main| main.path == KUBERNETES && path.starts_with("k8s.io/"));
    let numbers = main.and_then(|main| main.version.strip_prefix("v1."));
    let numbers = numbers.with_context(|| format!("{path} was built from a folder, so it has no version"))?;
    Ok(format!("v0.{numbers}"))
}

/// `told` begins with the program's path and `go1.26.8`.
fn library(told: &str) -> Result<Component> {
    let version = told.lines().next().and_then(|line| line.rsplit_once(": go"));
    let (_, version) = version.context("the program tells no version of Go")?;
    let root = command::output(Command::new("go").args(["env", "GOROOT"]))?;
    component("stdlib".to_owned(), version.to_owned(), Path::new(root.trim()))
}

fn component(name: String, version: String, folder: &Path) -> Result<Component> {
    let texts = Texts::in_folder(folder)?;
    ensure!(!texts.is_empty(), "{name} {version} comes without a licence");
    Ok(Component {
        kind: Kind::GoModule,
        name,
        version,
        licence: Licence::InTerms,
        terms: Terms::Texts(texts),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_stands_in_for_another_is_what_was_linked() {
        let told = "/bin/helm: go1.26.8\n\tpath\thelm.sh/helm/v4/cmd/helm\n\tmod\thelm.sh/helm/v4\tv4.3.1\th1:a=\n\tdep\ta.example/b\tv0.0.0\n\t=>\ta.example/c\tv1.0.0\th1:b=\n\tbuild\t-trimpath=true\n";
        let modules = [("helm.sh/helm/v4", "v4.3.1"), ("a.example/c", "v1.0.0")];
        assert_eq!(linked(told).unwrap(), modules.map(module));
    }

    #[test]
    fn a_module_of_kubernetes_own_repository_has_the_version_it_is_published_under() {
        let told = "/bin/kubectl: go1.26.8\n\tpath\tk8s.io/kubernetes/cmd/kubectl\n\tmod\tk8s.io/kubernetes\tv1.37.1\t\n\tdep\tk8s.io/api\t(devel)\t\n";
        let modules = [("k8s.io/kubernetes", "v1.37.1"), ("k8s.io/api", "v0.37.1")];
        assert_eq!(linked(told).unwrap(), modules.map(module));
    }

    #[test]
    fn a_module_without_a_version_is_an_error() {
        let told = "/bin/a: go1.26.8\n\tmod\ta.example/a\tv1.0.0\t\n\tdep\ta.example/b\t(devel)\t\n";
        assert!(linked(told).is_err());
        assert_eq!(own(told), Some(module(("a.example/a", "v1.0.0"))));
    }

    fn module((path, version): (&str, &str)) -> Module {
        Module { path: path.to_owned(), version: version.to_owned() }
    }
}
