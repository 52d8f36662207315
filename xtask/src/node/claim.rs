//! Whose the machine's Kubernetes is: ours, another's, or nobody's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use super::layout::{KUBELET, KUBERNETES, STATE};

/// Written before anything else is made, removed after everything else is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The cache folder that belongs with the node.
    pub cache: PathBuf,
    pub kubernetes: String,
    /// Hash of what only a new node can take over: the programs and the configuration of kubeadm.
    pub layout: String,
    /// kubeadm came to its end.
    pub made: bool,
}

/// What is on the machine.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    /// A node that was begun and holds nothing yet.
    HalfMade,
    Node,
}

impl Claim {
    /// The claim on this machine, if there is one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read() -> Result<Option<Self>> {
        let path = path();
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)
                .with_context(|| {
                    format!("{} is damaged: `cargo xtask down` removes the node", path.display())
                })
                .map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<()> {
        fs::create_dir_all(STATE)?;
        fs::write(path(), serde_json::to_vec_pretty(self)?)
            .with_context(|| format!("{} cannot be written", path().display()))
    }

    /// # Errors
    /// The node belongs with another cache folder than `cache`.
    pub fn check_cache(&self, cache: &Path) -> Result<()> {
        if self.cache != cache {
            bail!(
                "the node on this machine belongs to the cache folder {}: set XDG_CACHE_HOME to the folder above it",
                self.cache.display()
            );
        }
        Ok(())
    }

    /// Compares the machine with the node that is wanted.
    ///
    /// # Errors
    /// The machine has another's Kubernetes, or a node of ours that cannot become this one.
    pub fn compare(&self, found: Option<&Self>, occupied: &[&str]) -> Result<Found> {
        let Some(found) = found else {
            if occupied.is_empty() {
                return Ok(Found::Nothing);
            }
            bail!(
                "another Kubernetes keeps {} on this machine and Storeyard's node needs that folder: use it with `cargo xtask up --context NAME`, or remove it first",
                occupied.join(" and ")
            );
        };
        found.check_cache(&self.cache)?;
        if !found.made {
            return Ok(Found::HalfMade);
        }
        if found.layout != self.layout {
            bail!(
                "the node on this machine was made with other programs or settings (Kubernetes {}) than this checkout's ({}): `cargo xtask down`, which removes its stores, and then up again",
                found.kubernetes,
                self.kubernetes
            );
        }
        Ok(Found::Node)
    }
}

/// Which of the folders that kubeadm insists on are in use.
pub fn occupied() -> Vec<&'static str> {
    let in_use = |folder: &&str| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    [KUBERNETES, KUBELET].into_iter().filter(in_use).collect()
}

pub fn path() -> PathBuf {
    Path::new(STATE).join("node.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim {
            cache: "/cache".into(),
            kubernetes: "v1.37.2".to_owned(),
            layout: "abc".to_owned(),
            made: true,
        }
    }

    #[test]
    fn an_empty_machine_is_free() {
        assert_eq!(claim().compare(None, &[]).unwrap(), Found::Nothing);
    }

    #[test]
    fn another_s_kubernetes_is_refused_by_folder() {
        let error = claim().compare(None, &["/etc/kubernetes"]).unwrap_err().to_string();
        assert!(error.contains("/etc/kubernetes"), "{error}");
    }

    #[test]
    fn our_own_folders_are_no_obstacle() {
        assert_eq!(claim().compare(Some(&claim()), &["/etc/kubernetes"]).unwrap(), Found::Node);
    }

    #[test]
    fn a_node_that_was_cut_off_while_it_was_made_is_made_anew() {
        let begun = Claim { made: false, layout: "other".to_owned(), ..claim() };
        assert_eq!(claim().compare(Some(&begun), &[]).unwrap(), Found::HalfMade);
    }

    #[test]
    fn a_node_of_other_programs_is_kept_and_named() {
        let older = Claim { layout: "other".to_owned(), kubernetes: "v1.36.0".to_owned(), ..claim() };
        let error = claim().compare(Some(&older), &[]).unwrap_err().to_string();
        assert!(error.contains("v1.36.0") && error.contains("cargo xtask down"), "{error}");
    }

    #[test]
    fn a_node_of_another_cache_folder_is_left_alone() {
        let other = Claim { cache: "/elsewhere".into(), ..claim() };
        assert!(claim().compare(Some(&other), &[]).unwrap_err().to_string().contains("/elsewhere"));
    }
}
