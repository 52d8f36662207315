//! Where everything lives: the checkout, the user's cache, and the node's own folders.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The folders xtask works in.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The checkout that this xtask was built from.
    pub checkout: PathBuf,
    /// Everything that is kept between runs and shared between checkouts.
    pub cache: PathBuf,
}

impl Paths {
    /// Finds the checkout and the user's cache folder, and makes the cache's sub-folders.
    ///
    /// # Errors
    /// Neither `XDG_CACHE_HOME` nor `HOME` is set, or the cache cannot be written.
    pub fn find() -> Result<Self> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask stands in no workspace")?
            .to_path_buf();
        let cache = cache_root(env::var_os("XDG_CACHE_HOME"), env::var_os("HOME"))
            .context("neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder: set HOME")?;
        let paths = Self { checkout, cache };
        for folder in [paths.bin(), paths.images(), paths.logs()] {
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        Ok(paths)
    }

    pub fn bin(&self) -> PathBuf {
        self.cache.join("bin")
    }

    pub fn images(&self) -> PathBuf {
        self.cache.join("images")
    }

    pub fn logs(&self) -> PathBuf {
        self.cache.join("logs")
    }

    /// `CARGO_TARGET_DIR` of every cargo that xtask starts.
    pub fn target(&self) -> PathBuf {
        self.cache.join("target")
    }

    pub fn lock(&self) -> PathBuf {
        self.cache.join("lock")
    }

    /// Admin credentials of the embedded cluster.
    pub fn kubeconfig(&self) -> PathBuf {
        self.cache.join("kubeconfig")
    }

    /// Build contexts are put together here.
    pub fn stage(&self) -> PathBuf {
        self.cache.join("stage")
    }
}

fn cache_root(xdg: Option<std::ffi::OsString>, home: Option<std::ffi::OsString>) -> Option<PathBuf> {
    let absolute = |value: std::ffi::OsString| Some(PathBuf::from(value)).filter(|path| path.is_absolute());
    xdg.and_then(absolute)
        .or_else(|| home.and_then(absolute).map(|home| home.join(".cache")))
        .map(|root| root.join("storeyard"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_follows_xdg_cache_home_and_else_home() {
        let root =
            |xdg: Option<&str>, home: Option<&str>| cache_root(xdg.map(Into::into), home.map(Into::into));
        assert_eq!(root(Some("/x"), Some("/h")), Some("/x/storeyard".into()));
        assert_eq!(root(None, Some("/h")), Some("/h/.cache/storeyard".into()));
        assert_eq!(root(Some("relative"), Some("/h")), Some("/h/.cache/storeyard".into()));
        assert_eq!(root(None, None), None);
    }
}
