//! Makes a part of the page what the server says it is by now, changing only what differs: focus, selection, what was typed and what was
//! opened stay. What has `data-held` is the browser's own and is left as it is.

use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::{document, set};

/// What the browser keeps on an element by itself.
const OWN: [&str; 2] = ["open", "data-pending"];

/// What is written as text, as it would stand on a page.
pub(super) fn written(html: &str) -> Option<Node> {
    let template: web_sys::HtmlTemplateElement =
        document()?.create_element("template").ok()?.dyn_into().ok()?;
    template.set_inner_html(html);
    Some(template.content().into())
}

pub(super) fn children(old: &Node, new: &Node) {
    let wanted = nodes(new);
    let keys: Vec<String> = wanted.iter().filter_map(key).collect();
    // What goes first goes first, so that what stays need not be moved, and keeps the focus.
    for node in nodes(old) {
        if key(&node).is_some_and(|key| !keys.contains(&key)) {
            let _ = old.remove_child(&node);
        }
    }
    let mut place = old.first_child();
    for wanted in &wanted {
        match counterpart(place.clone(), wanted) {
            Some(kept) if place.as_ref() == Some(&kept) => {
                place = kept.next_sibling();
                one(&kept, wanted);
            }
            Some(kept) => {
                place = unmarked(old, place);
                if place.as_ref() == Some(&kept) {
                    place = kept.next_sibling();
                } else {
                    let _ = old.insert_before(&kept, place.as_ref());
                }
                one(&kept, wanted);
            }
            None => {
                let _ = old.insert_before(wanted, place.as_ref());
            }
        }
    }
    while let Some(rest) = place {
        place = rest.next_sibling();
        let _ = old.remove_child(&rest);
    }
}

/// Where the next element is, once what stands before it and is none is gone: the mark of what was not there before, or a text. To move
/// an element past it would take its focus.
fn unmarked(parent: &Node, mut place: Option<Node>) -> Option<Node> {
    while let Some(node) = place.take_if(|node| !node.is_instance_of::<Element>()) {
        place = node.next_sibling();
        let _ = parent.remove_child(&node);
    }
    place
}

fn nodes(parent: &Node) -> Vec<Node> {
    std::iter::successors(parent.first_child(), Node::next_sibling).collect()
}

/// What `wanted` is already, from `place` on.
fn counterpart(place: Option<Node>, wanted: &Node) -> Option<Node> {
    let key_wanted = key(wanted);
    let is_alike = |node: &Node| node.node_name() == wanted.node_name() && key(node) == key_wanted;
    match key_wanted {
        Some(_) => std::iter::successors(place, Node::next_sibling).find(is_alike),
        None => place.filter(is_alike),
    }
}

fn key(node: &Node) -> Option<String> {
    let element = node.dyn_ref::<Element>()?;
    element.get_attribute("data-key").or_else(|| element.get_attribute("id"))
}

fn one(old: &Node, new: &Node) {
    if old.is_equal_node(Some(new)) {
        return;
    }
    let (Some(before), Some(after)) = (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) else {
        old.set_node_value(new.node_value().as_deref());
        return;
    };
    if before.has_attribute("data-held") {
        return;
    }
    for name in names(after) {
        let value = after.get_attribute(&name);
        if before.get_attribute(&name) != value {
            set(before, &name, value.as_deref());
        }
    }
    for name in names(before) {
        if !after.has_attribute(&name) && !OWN.contains(&name.as_str()) {
            set(before, &name, None);
        }
    }
    children(old, new);
}

fn names(element: &Element) -> Vec<String> {
    element.get_attribute_names().iter().filter_map(|name| name.as_string()).collect()
}
