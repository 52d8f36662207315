//! What is in the cluster and is no store of the list: shown to admins, who have to see to it.

use leptos::{prelude::*, server_fn::ServerFn};
use store::{ListPage, Stray, StrayKind};

use crate::api::RemoveStray;

pub fn strays(page: &ListPage) -> Option<AnyView> {
    (!page.strays.is_empty()).then(|| {
        view! {
            <section class="notice" data-key="strays" aria-labelledby="strays-title">
                <h2 id="strays-title">"To be seen to"</h2>
                {page.strays.iter().cloned().map(one).collect_view()}
            </section>
        }
        .into_any()
    })
}

fn one(Stray { id, what }: Stray) -> AnyView {
    match what {
        StrayKind::NotUnderstood(sentence) => view! {
            <p>
                {sentence}
                " What runs of it is left as it is. A version of Storeyard that knows it looks after it again. Or delete it, in the namespace of the platform: all of it then goes. "
                <code>{format!("kubectl delete store {id}")}</code>
            </p>
        }
        .into_any(),
        StrayKind::NamespaceWithoutStore => {
            let namespace = id.namespace();
            view! {
                <p>
                    "The namespace "<code>{namespace.clone()}</code>
                    " was made by this platform and its Store is gone. All that is in it runs on, and nothing removes it by itself."
                </p>
                <details>
                    <summary>"Remove…"</summary>
                    <form class="inline" method="post" action=RemoveStray::url()>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <p>"The namespace, the shop in it and its volumes are deleted for good."</p>
                        <button class="button danger" type="submit">{format!("Remove {namespace}")}</button>
                    </form>
                </details>
            }
            .into_any()
        }
    }
}
