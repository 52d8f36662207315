use maud::{Markup, html};

use super::{Head, alert, picture, sums, unlisted};
use crate::backend::{Cart, Line, Taxes};
use crate::money::Currency;
use crate::shop::Site;
use crate::web::{MAX_CODE, MOST};

const TITLE: &str = "Your cart";

pub(crate) fn empty(head: &Head<'_>, sentence: Option<&str>) -> Markup {
    let main = html! {
        div.alone {
            h1 { (TITLE) }
            (alert(sentence))
            p { "Nothing is in it yet." }
            p { a.button href="/" { "See all products" } }
        }
    };
    unlisted(head, TITLE, &main)
}

pub(crate) fn page(
    head: &Head<'_>,
    site: &Site,
    cart: &Cart,
    currency: &Currency,
    sentence: Option<&str>,
) -> Markup {
    let main = html! {
        h1 { (TITLE) }
        (alert(sentence))
        div.halves {
            ul.lines {
                @for line in &cart.items { li.line { (changeable(site, &cart.items, line, currency)) } }
            }
            aside.summary aria-label="Sum" {
                (sums::table(&cart.items, &cart.sums, currency, !cart.shipping_methods.is_empty()))
                (codes(cart))
                @if cart.shipping_methods.is_empty() && cart.needs_shipping() { p.note { "Delivery is added at the checkout." } }
                a.button.wide href="/checkout" { "Check out" }
                a.onward href="/" { "Continue shopping" }
            }
        }
    };
    unlisted(head, TITLE, &main)
}

/// What somebody knows that takes something off.
fn codes(cart: &Cart) -> Markup {
    html! {
        @for code in cart.codes() {
            form.code action="/cart/code" method="post" {
                input type="hidden" name="code" value=(code);
                p { "Code " strong { (code) } }
                button.bare name="remove" value="yes" { "Remove" span.unseen { " the code " (code) } }
            }
        }
        form.code action="/cart/code" method="post" {
            div {
                label for="code" { "Discount code" }
                input #code name="code" maxlength=(MAX_CODE) autocomplete="off" autocapitalize="off" spellcheck="false" required;
            }
            button.quiet { "Apply" span.unseen { " the code" } }
        }
    }
}

fn changeable(site: &Site, all: &[Line], line: &Line, currency: &Currency) -> Markup {
    html! {
        (picture(site, line.thumbnail.as_deref(), line.name(), "", true))
        div {
            h2.what { (sums::link(line)) }
            @if let Some(variant) = sums::variant(line) { p.note { (variant) } }
            p.note { (currency.of(line.unit_price)) }
            @if let Some(id) = &line.id {
                form.quantity action={ "/cart/lines/" (id) } method="post" {
                    label.unseen for={ "quantity-" (id) } { "Quantity of " (line.name()) }
                    input id={ "quantity-" (id) } type="number" name="quantity" value=(line.quantity()) min="1" max=(MOST) inputmode="numeric" required;
                    button.quiet { "Update" span.unseen { " quantity of " (line.name()) } }
                    button.bare name="remove" value="yes" formnovalidate { "Remove" span.unseen { " " (line.name()) } }
                }
            }
        }
        p.sum { (currency.of(line.sum(Taxes::of(all)))) }
    }
}
