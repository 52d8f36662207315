//! Keys of cached things: a short hash of everything that goes into them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// Collects what goes into a key. The order counts, and so do the borders between parts.
#[derive(Debug, Default)]
pub struct Key(Sha256);

impl Key {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn part(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// Every file below `folder`: its path in there, whether it may be executed, and its content.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn folder(mut self, folder: &Path) -> Result<Self> {
        for file in files_below(folder)? {
            let executable = fs::metadata(&file)?.permissions().mode() & 0o111 != 0;
            let content = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            let path = file.strip_prefix(folder).unwrap_or(&file);
            self = self.part(path.as_os_str().as_encoded_bytes()).part([u8::from(executable)]).part(content);
        }
        Ok(self)
    }

    /// The key: 12 hex digits.
    pub fn short(self) -> String {
        self.0.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Every file below a folder, in the order of their paths.
///
/// # Errors
/// A folder cannot be read.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_on_every_part_and_on_the_borders_between_them() {
        let key = |parts: &[&str]| parts.iter().fold(Key::new(), Key::part).short();
        assert_eq!(key(&["a", "b"]), key(&["a", "b"]));
        assert_ne!(key(&["a", "b"]), key(&["b", "a"]));
        assert_ne!(key(&["ab", ""]), key(&["a", "b"]));
        assert_eq!(key(&["a"]).len(), 12);
    }

    #[test]
    fn the_key_of_a_folder_changes_with_a_file_s_name_content_and_mode() {
        let folder = std::env::temp_dir().join(format!("storeyard-key-test-{}", std::process::id()));
        fs::create_dir_all(folder.join("sub")).unwrap();
        let key = || Key::new().folder(&folder).unwrap().short();
        let file = folder.join("sub/file");
        fs::write(&file, "one").unwrap();
        let first = key();
        fs::write(&file, "two").unwrap();
        let second = key();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let third = key();
        fs::rename(&file, folder.join("file")).unwrap();
        let fourth = key();
        fs::remove_dir_all(&folder).unwrap();
        assert!(first != second && second != third && third != fourth);
    }
}
