//! The Go modules in a program, as the program itself tells them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::{Component, Kind, Licence, Terms, Texts};
use crate::command;

/// Every module that is linked into `program`, and Go's own library. `source`: the folder of the go.mod that it was built from.
///
/// # Errors
/// go fails, or a module comes without terms.
pub fn modules(program: &Path, source: &Path) -> Result<Vec<Component>> {
    let told = command::output(Command::new("go").args(["version", "-m"]).arg(program))?;
    let linked = linked(&told);
    ensure!(!linked.is_empty(), "{} tells no modules", program.display());
    let downloaded = command::output(
        Command::new("go")
            .args(["mod", "download", "-json"])
            .args(linked.iter().map(|module| format!("{}@{}", module.path, module.version)))
            .env("GOWORK", "off")
            .current_dir(source),
    )?;
    let mut components = vec![library(&told)?];
    for module in serde_json::Deserializer::from_str(&downloaded).into_iter::<Downloaded>() {
        let module = module?;
        components.push(component(module.path, module.version, &module.dir)?);
    }
    Ok(components)
}

#[derive(Debug, PartialEq, Eq)]
struct Linked<'a> {
    path: &'a str,
    version: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    path: String,
    version: String,
    dir: PathBuf,
}

/// A module that another one stands in for is followed by that one.
fn linked(told: &str) -> Vec<Linked<'_>> {
    let mut modules = Vec::new();
    for line in told.lines() {
        let mut columns = line.trim_start().split('\t');
        let (Some(what), Some(path), Some(version)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        match what {
            "mod" | "dep" => modules.push(Linked { path, version }),
            "=>" => {
                modules.pop();
                modules.push(Linked { path, version });
            }
            _ => {}
        }
    }
    modules
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
        let modules = [
            Linked { path: "helm.sh/helm/v4", version: "v4.3.1" },
            Linked { path: "a.example/c", version: "v1.0.0" },
        ];
        assert_eq!(linked(told), modules);
    }
}
