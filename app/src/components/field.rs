use leptos::prelude::*;
use store::Field;

/// A labelled text field with its message below it. The browser owns the value, so that what was typed before the page is hydrated stays.
#[component]
pub fn TextField(
    field: Field,
    label: &'static str,
    #[prop(into)] initial: String,
    #[prop(into)] error: Signal<Option<String>>,
    #[prop(optional)] kind: Option<&'static str>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    /// Ids of what else describes it.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// Not for prose: no spelling, no capitals.
    #[prop(optional)]
    literal: bool,
    /// Set by the one field that shows more beside its input.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let key = field.key();
    let error_id = format!("{key}-error");
    let describing = {
        let error_id = error_id.clone();
        move || {
            let error_id = error.with(Option::is_some).then(|| error_id.clone());
            let ids: Vec<String> = error_id.into_iter().chain(described_by.map(str::to_owned)).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    let input = view! {
        <input
            id=key
            name=key
            type=kind.unwrap_or("text")
            value=initial
            autocomplete=autocomplete.unwrap_or("off")
            autocapitalize=literal.then_some("none")
            spellcheck=literal.then_some("false")
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby=describing
        />
    };
    let row = match children {
        None => input.into_any(),
        Some(children) => view! { <div class="with-buttons">{input} {children()}</div> }.into_any(),
    };
    view! {
        <div class="field">
            <label for=key>{label}</label>
            {row}
            <FieldMessage id=error_id error/>
        </div>
    }
}

/// There before it says something, so that it is read out when it does.
#[component]
pub fn FieldMessage(#[prop(into)] id: String, #[prop(into)] error: Signal<Option<String>>) -> impl IntoView {
    view! { <p class="error" id=id aria-live="polite">{error}</p> }
}
