//! The files that pages load: few, and part of the program. Each is kept by browsers for ever under a name that says what is in it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header;

use super::Problem;

#[derive(Debug)]
struct Asset {
    name: String,
    kind: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(stem: &str, end: &str, kind: &'static str, content: &'static str) -> Self {
        // The same for the same content, in every process.
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Self { name: format!("{stem}-{:016x}.{end}", hasher.finish()), kind, content }
    }
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("style", "css", "text/css; charset=utf-8", include_str!("../../assets/style.css"))
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("../../assets/icon.svg")));

pub(crate) fn style() -> String {
    format!("/assets/{}", STYLE.name)
}

pub(crate) fn icon() -> String {
    format!("/assets/{}", ICON.name)
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    let Some(asset) = [&STYLE, &ICON].into_iter().find(|asset| asset.name == name) else {
        return Problem::NoPage.into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.content).into_response()
}

/// Search engines may list what is sold, and nothing that is somebody's.
pub(super) async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /cart\nDisallow: /checkout\nDisallow: /order\nDisallow: /app\nDisallow: /admin\nDisallow: /auth\nDisallow: /store\n"
}
