//! What the pages are made of, under addresses that change with its content.

use std::path::Path;

use anyhow::Context;
use app::{Assets, api::build};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri, uri::PathAndQuery};
use sha2::{Digest, Sha256};

pub(super) const FOLDER: &str = "pkg";
pub(super) const NAME: &str = "storeyard";

/// Refuses what names other content than there is here: a page of another build asks for its own, and what is kept under that name is
/// kept for ever.
pub(super) async fn refuse_others(State(assets): State<Assets>, request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
    let is_named = is_named(request.uri());
    let is_here = [&assets.style, &assets.script, &assets.wasm].into_iter().any(|asset| asset == address);
    if is_named && !is_here {
        return (StatusCode::NOT_FOUND, "Storeyard was updated. Reload the page.\n").into_response();
    }
    next.run(request).await
}

/// Whether the address says which content is meant.
pub(super) fn is_named(uri: &Uri) -> bool {
    uri.path().starts_with("/pkg/") && uri.query().is_some_and(|query| query.starts_with("v="))
}

/// Refuses what a page of another build polls for, before it is read: neither would understand the other.
pub(super) async fn refuse_other_builds(
    State(assets): State<Assets>,
    request: Request,
    next: Next,
) -> Response {
    let told = request.headers().get(build::HEADER);
    if told.is_some_and(|told| told.as_bytes() != assets.build.as_bytes()) {
        return (MISMATCH, "Storeyard was updated. Reload the page.\n").into_response();
    }
    next.run(request).await
}

/// The status of [`build::MISMATCH`].
const MISMATCH: StatusCode = StatusCode::PRECONDITION_FAILED;

/// Reads the files once.
pub(super) fn locate(site_root: &Path) -> anyhow::Result<Assets> {
    let named = |extension: &str| {
        let path = format!("{FOLDER}/{NAME}.{extension}");
        let content = std::fs::read(site_root.join(&path))
            .with_context(|| format!("the site folder {} lacks {path}", site_root.display()))?;
        let version: String =
            Sha256::digest(&content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        anyhow::Ok((format!("/{path}?v={version}"), version))
    };
    let ((style, _), (script, _), (wasm, build)) = (named("css")?, named("js")?, named("wasm")?);
    Ok(Assets { style, script, wasm, build })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_another_build_is_told_by_the_status_that_it_knows() {
        assert_eq!(MISMATCH.as_u16(), build::MISMATCH);
    }

    #[test]
    fn an_address_changes_with_the_content_and_only_then() {
        let folder = crate::web::tests::site("assets");
        let before = locate(&folder).unwrap();
        assert_eq!(locate(&folder).unwrap().style, before.style);
        std::fs::write(folder.join("pkg/storeyard.css"), "a { color: red }").unwrap();
        let after = locate(&folder).unwrap();
        assert_ne!(after.style, before.style);
        assert_eq!((after.script, after.build), (before.script, before.build));
    }

    #[test]
    fn a_site_without_its_script_is_refused_by_name() {
        let folder = crate::web::tests::site("assets-missing");
        std::fs::remove_file(folder.join("pkg/storeyard.js")).unwrap();
        assert!(locate(&folder).unwrap_err().to_string().contains("pkg/storeyard.js"));
    }
}
