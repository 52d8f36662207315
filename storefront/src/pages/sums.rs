use maud::{Markup, html};

use super::{picture, product_path};
use crate::backend::{Line, Sums, Taxes};
use crate::money::{Amount, Currency};
use crate::shop::Site;

/// What it comes to, row by row, as the prices are told: each with its tax, or the tax as a row of its own.
pub(super) fn table(lines: &[Line], sums: &Sums, currency: &Currency, has_shipping: bool) -> Markup {
    let taxes = Taxes::of(lines);
    let (discount, tax) = (sums.discount(taxes), sums.tax_total);
    let row = |name: &str, amount: Amount| html! { div { dt { (name) } dd { (currency.of(amount)) } } };
    html! {
        dl.sums {
            (row("Products", sums.items(taxes)))
            @if has_shipping { (row("Delivery", sums.shipping(taxes))) }
            @if !discount.is_nothing() { (row("Discount", discount.negated())) }
            @if taxes == Taxes::OnTop && !tax.is_nothing() { (row("Tax", tax)) }
            div.total { dt { "Total" } dd { (currency.of(sums.total)) } }
        }
        @if taxes == Taxes::Included && !tax.is_nothing() {
            p.note.tax { "Including " (currency.of(tax)) " tax" }
        }
    }
}

/// The lines as they are looked over, and not changed.
pub(super) fn lines(site: &Site, lines: &[Line], currency: &Currency) -> Markup {
    let taxes = Taxes::of(lines);
    html! {
        ul.lines.small {
            @for line in lines {
                li.line {
                    (picture(site, line.thumbnail.as_deref(), line.name(), "", false))
                    div {
                        p.what { (line.name()) }
                        p.note { @if let Some(variant) = variant(line) { (variant) ", " } (line.quantity()) " × " (currency.of(line.unit_price)) }
                    }
                    p.sum { (currency.of(line.sum(taxes))) }
                }
            }
        }
    }
}

/// Which variant it is, where that says anything.
pub(super) fn variant(line: &Line) -> Option<&str> {
    let says_something =
        |title: &&str| !title.is_empty() && !title.starts_with("Default") && *title != line.name();
    line.variant_title.as_deref().filter(says_something)
}

pub(super) fn link(line: &Line) -> Markup {
    html! {
        @match &line.product_handle {
            Some(handle) => a href=(product_path(handle)) { (line.name()) },
            None => (line.name()),
        }
    }
}
