//! The document around the app.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{
    App,
    me::{self, Me},
};

/// Where the browser finds what the page is made of. Each address changes with what is behind it, so that it can be kept for ever.
#[derive(Clone, Debug)]
pub struct Assets {
    pub style: String,
    pub script: String,
    pub wasm: String,
}

pub fn shell(assets: Assets) -> impl IntoView {
    let Assets { style, script, wasm } = assets;
    let start = format!(
        "import init, {{ hydrate }} from {script:?};\nawait init({{ module_or_path: {wasm:?} }});\nhydrate();"
    );
    let person = Me::known().0.map(|person| {
        view! {
            <meta name=me::NAME content=person.name/>
            <meta name=me::ROLE content=person.role.key()/>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="description" content="Working, isolated online stores on your own Kubernetes."/>
                {person}
                <link rel="stylesheet" href=style/>
                <link id="favicon" rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="modulepreload" href=script/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script type="module" nonce=use_nonce()>{start}</script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
