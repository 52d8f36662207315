//! What is in the cluster and is no store of the list: shown to admins, who have to see to it.

use leptos::{prelude::*, server_fn::ServerFn};
use store::{ListPage, Stray, StrayKind};

use crate::{api::RemoveStray, components::english, texts::list as texts};

pub fn strays(page: &ListPage) -> Option<AnyView> {
    (!page.strays.is_empty()).then(|| {
        view! {
            <section class="notice" data-key="strays" aria-labelledby="strays-title">
                <h2 id="strays-title">{texts::to_be_seen_to()}</h2>
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
                {english(sentence)}
                {texts::left_as_it_is()}
                <code>{format!("kubectl delete store {id}")}</code>
            </p>
        }
        .into_any(),
        StrayKind::NamespaceWithoutStore => {
            let namespace = id.namespace();
            view! {
                <p>
                    {texts::stray()}<code>{namespace.clone()}</code>
                    {texts::stray_runs_on()}
                </p>
                <details>
                    <summary>{texts::remove()}</summary>
                    <form class="inline" method="post" action=RemoveStray::url()>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <p>{texts::removed_for_good()}</p>
                        <button class="button danger" type="submit">{texts::remove_it(&namespace)}</button>
                    </form>
                </details>
            }
            .into_any()
        }
    }
}
