//! The document around the app.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, api::build, language::language, texts::frame as texts};

/// Where the browser finds what the page is made of. Each address changes with what is behind it, so that it can be kept for ever.
#[derive(Clone, Debug)]
pub struct Assets {
    pub style: String,
    pub script: String,
    pub wasm: String,
    /// Names the program that the pages run.
    pub build: String,
}

/// What is there when the page's program is not. What it says, its element has in the reader's language.
const SCRIPT: &str = concat!(include_str!("shell/start.js"), include_str!("shell/leave.js"));

pub fn shell(assets: Assets) -> impl IntoView {
    let Assets { style, script, wasm, build } = assets;
    let run = format!(
        "try {{\n  const program = await import({script:?});\n  await program.default({{ module_or_path: {wasm:?} }});\n  \
         program.begin();\n}} catch (error) {{\n  console.error(error);\n  dispatchEvent(new Event(\"storeyard:failed\"));\n}}"
    );
    view! {
        <!DOCTYPE html>
        <html lang=language().key() data-live="no">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f7f5"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0f1011"/>
                <meta name="description" content=texts::description()/>
                <meta name=build::META content=build/>
                <link rel="stylesheet" href=style/>
                <link id="favicon" rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="modulepreload" href=script/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script
                    nonce=use_nonce()
                    data-stopped=texts::stopped()
                    data-failed=texts::failed()
                    data-late=texts::late()
                    data-unsent=texts::unsent()
                    data-reload=texts::reload()
                >
                    {SCRIPT}
                </script>
                <script type="module" nonce=use_nonce()>{run}</script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
