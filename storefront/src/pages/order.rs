use maud::{Markup, html};

use super::{Head, checkout, sums, unlisted};
use crate::backend::Order;
use crate::date;
use crate::money::Currency;
use crate::shop::{Shop, Site};

pub(crate) fn page(head: &Head<'_>, site: &Site, shop: &Shop, order: &Order, currency: &Currency) -> Markup {
    let main = html! {
        h1 { "Thank you for your order" }
        p.note.number {
            @if let Some(number) = order.display_id { "Order " strong { "#" (number) } }
            @if let Some(day) = date::day(&order.created_at) { ", " (day) }
        }
        div.halves {
            div {
                section.given {
                    h2 { "Goes to" }
                    @if let Some(to) = &order.shipping_address { (checkout::written(shop, to)) }
                    @if let Some(email) = &order.email { p { (email) } }
                }
                @for method in &order.shipping_methods {
                    @if let Some(name) = &method.name { section.given { h2 { "Delivery" } p { (name) } } }
                }
                @if !order.sums.total.is_nothing() {
                    section.given {
                        h2 { "Payment" }
                        p { "Nothing has been charged yet. The shop tells you how to pay " (currency.of(order.sums.total)) "." }
                    }
                }
                p { a.button href="/" { "Continue shopping" } }
            }
            aside.summary aria-label="What was ordered" {
                (sums::lines(site, &order.items, currency))
                (sums::table(&order.items, &order.sums, currency, !order.shipping_methods.is_empty()))
            }
        }
    };
    unlisted(head, "Thank you for your order", &main)
}
