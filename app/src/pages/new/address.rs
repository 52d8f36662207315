use std::time::Duration;

use leptos::{prelude::*, reactive::spawn_local_scoped_with_cancellation};
use store::{Field, Scheme, Slug, StoreName};

use super::draft::Draft;
use crate::{api, changing::part, components::TextField};

/// The server is asked for names that the browser cannot transliterate, once typing pauses.
const TYPING_PAUSE: Duration = Duration::from_millis(200);

/// The store's name, and below it the address that it will have.
#[component]
pub fn NameField(draft: Draft, initial: String, scheme: Scheme, domain_suffix: String) -> impl IntoView {
    let here = {
        let domain_suffix = domain_suffix.clone();
        move |name: &StoreName| {
            Some(Preview { slug: Slug::of_ascii(name)?.to_string(), suffix: format!(".{domain_suffix}") })
        }
    };
    let preview = RwSignal::new(StoreName::parse(&initial).ok().and_then(|name| here(&name)));
    // Other fields change nothing of it.
    let name = Memo::new(move |_| draft.name());
    Effect::new(move |_| {
        let Ok(name) = StoreName::parse(&name.get()) else {
            preview.set(None);
            return;
        };
        if let Some(known) = here(&name) {
            preview.set(Some(known));
            return;
        }
        spawn_local_scoped_with_cancellation(async move {
            gloo_timers::future::sleep(TYPING_PAUSE).await;
            // Without an answer the address stays unsaid; it is a preview only.
            preview
                .set(api::preview_address(name.to_string()).await.ok().and_then(|host| Preview::of(&host)));
        });
    });
    let shown = part(move || match preview.get() {
        Some(Preview { slug, suffix }) => view! {
            <span class="muted">{format!("{scheme}://")}</span>
            {format!("store-{slug}-")}
            <span class="muted">"•••••"</span>
            {suffix}
        }
        .into_any(),
        None => view! { <span class="muted">"The address is made from the name."</span> }.into_any(),
    });
    view! {
        <div class="field">
            <TextField
                field=Field::Name
                label="Store name"
                initial
                described_by="address"
                error=Signal::derive(move || draft.error(Field::Name))
            />
            <div class="address" id="address">{shown}</div>
        </div>
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Preview {
    slug: String,
    suffix: String,
}

impl Preview {
    /// From a host as the server writes it, with dots for the suffix that only a made store has.
    fn of(host: &str) -> Option<Self> {
        let (slug, suffix) = host.strip_prefix("store-")?.split_once("-•••••")?;
        Some(Self { slug: slug.to_owned(), suffix: suffix.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_preview_is_taken_apart_at_its_dots() {
        let preview = Preview::of("store-dong-jing-•••••.shops.example").unwrap();
        assert_eq!((preview.slug.as_str(), preview.suffix.as_str()), ("dong-jing", ".shops.example"));
        assert_eq!(Preview::of("elsewhere.example"), None);
    }
}
