//! What the pages are made of, under addresses that change with its content.

use std::path::Path;

use anyhow::Context;
use app::Assets;
use sha2::{Digest, Sha256};

pub(super) const FOLDER: &str = "pkg";
pub(super) const NAME: &str = "storeyard";

/// Reads the files once.
pub(super) fn locate(site_root: &Path) -> anyhow::Result<Assets> {
    let address = |extension: &str| {
        let path = format!("{FOLDER}/{NAME}.{extension}");
        let content = std::fs::read(site_root.join(&path))
            .with_context(|| format!("the site folder {} lacks {path}", site_root.display()))?;
        let version: String =
            Sha256::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        anyhow::Ok(format!("/{path}?v={version}"))
    };
    Ok(Assets { style: address("css")?, script: address("js")?, wasm: address("wasm")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_changes_with_the_content_and_only_then() {
        let folder = crate::web::tests::site("assets");
        let before = locate(&folder).unwrap();
        assert_eq!(locate(&folder).unwrap().style, before.style);
        std::fs::write(folder.join("pkg/storeyard.css"), "a { color: red }").unwrap();
        let after = locate(&folder).unwrap();
        assert_ne!(after.style, before.style);
        assert_eq!(after.script, before.script);
    }

    #[test]
    fn a_site_without_its_script_is_refused_by_name() {
        let folder = crate::web::tests::site("assets-missing");
        std::fs::remove_file(folder.join("pkg/storeyard.js")).unwrap();
        assert!(locate(&folder).unwrap_err().to_string().contains("pkg/storeyard.js"));
    }
}
