use maud::{Markup, html};

use super::{Head, alert, sums, unlisted};
use crate::backend::{self, Cart, Country, Id, ShippingOption};
use crate::money::Currency;
use crate::shop::{Shop, Site};
use crate::web::{Field, Kind, MAX_LENGTH, Typed, Wrong, rows};

const TITLE: &str = "Checkout";

/// The form as somebody has filled it in.
#[derive(Debug)]
pub(crate) struct Address<'a> {
    pub(crate) typed: &'a Typed,
    pub(crate) wrong: &'a [Wrong],
    pub(crate) alert: Option<&'a str>,
}

pub(crate) fn address_page(
    head: &Head<'_>,
    site: &Site,
    cart: &Cart,
    currency: &Currency,
    countries: &[Country],
    address: &Address<'_>,
) -> Markup {
    let form = html! {
        (alert(address.alert))
        (all_that_is_wrong(address.wrong))
        form.address action="/checkout" method="post" novalidate {
            h2 { "Contact and address" }
            @for fields in rows() {
                @match fields {
                    [field] => (labelled(field, countries, address)),
                    fields => div.row { @for field in fields { (labelled(field, countries, address)) } },
                }
            }
            button.wide { "Continue to delivery" }
        }
    };
    let title =
        if address.wrong.is_empty() && address.alert.is_none() { "Checkout" } else { "Check your address" };
    steps(head, site, cart, currency, title, Step::Address, &form)
}

fn all_that_is_wrong(wrong: &[Wrong]) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div.alert role="alert" {
                p { @if wrong.len() == 1 { "One field needs another look:" } @else { "Some fields need another look:" } }
                ul {
                    @for wrong in wrong { li { a href={ "#" (wrong.field) } { (wrong.sentence) } } }
                }
            }
        }
    }
}

fn labelled(field: &Field, countries: &[Country], address: &Address<'_>) -> Markup {
    let Field { name, label, .. } = field;
    let wrong = address.wrong.iter().find(|wrong| wrong.field == field.name);
    let described = wrong.map(|_| format!("{name}-wrong"));
    let invalid = wrong.map(|_| "true");
    let text = address.typed.get(name);
    let kind = match field.kind {
        Kind::Email => "email",
        Kind::Phone => "tel",
        Kind::Text | Kind::Country => "text",
    };
    html! {
        div.field {
            label for=(name) { (label) @if !field.required && *name != "postal_code" { span.note { " (optional)" } } }
            @if field.kind == Kind::Country {
                select id=(name) name=(name) autocomplete=(field.autocomplete) required aria-invalid=[invalid] aria-describedby=[described] {
                    @if countries.len() != 1 { option value="" { "Choose a country" } }
                    @for country in countries {
                        option value=(country.code) selected[country.code == text] { (country.name) }
                    }
                }
            } @else {
                input id=(name) type=(kind) name=(name) value=(text) autocomplete=(field.autocomplete) maxlength=(MAX_LENGTH)
                    required[field.required] aria-invalid=[invalid] aria-describedby=[described];
            }
            @if let Some(wrong) = wrong { p.wrong id={ (name) "-wrong" } { (wrong.sentence) } }
        }
    }
}

/// How it gets there, and what is to be known before it is bought.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    /// Empty where nothing has to be sent.
    pub(crate) options: &'a [ShippingOption],
    pub(crate) chosen: Option<&'a Id>,
    pub(crate) alert: Option<&'a str>,
    pub(crate) can_pay: bool,
}

pub(crate) fn delivery_page(
    head: &Head<'_>,
    site: &Site,
    shop: &Shop,
    cart: &Cart,
    currency: &Currency,
    delivery: &Delivery<'_>,
) -> Markup {
    let is_free = cart.sums.total.is_nothing();
    let form = html! {
        (alert(delivery.alert))
        section.given {
            h2 { "Goes to" }
            @if let Some(to) = &cart.shipping_address { (written(shop, to)) }
            @if let Some(email) = &cart.email { p { (email) } }
            p { a href="/checkout" { "Change" span.unseen { " the address" } } }
        }
        form.delivery action="/checkout/delivery" method="post" {
            @if !delivery.options.is_empty() { (ways(delivery, currency)) }
            h2 { "Payment" }
            @if is_free {
                p { "Nothing is to be paid." }
            } @else if delivery.can_pay {
                p { "The shop collects the payment after your order and tells you how. Nothing is charged now." }
            }
            input type="hidden" name="total" value=(currency.plain(cart.sums.total));
            @if delivery.can_pay {
                button.wide { "Buy now for " (currency.of(cart.sums.total)) }
            }
        }
    };
    steps(head, site, cart, currency, "Delivery and payment", Step::Delivery, &form)
}

fn ways(delivery: &Delivery<'_>, currency: &Currency) -> Markup {
    html! {
        fieldset.ways {
            legend { h2 { "Delivery" } }
            @for option in delivery.options {
                label.way {
                    input type="radio" name="option" value=(option.id) checked[delivery.chosen == Some(&option.id)] required;
                    span { (option.name) @if let Some(description) = option.description() { span.note { " " (description) } } }
                    @if let Some(amount) = option.amount { span.sum { (currency.of(amount)) } }
                }
            }
        }
        @if delivery.options.len() > 1 {
            p { button.quiet name="update" value="yes" { "Use this delivery" } }
        }
    }
}

/// As on an envelope.
pub(super) fn written(shop: &Shop, address: &backend::Address) -> Markup {
    let text = |field: &Field| match field.kind {
        Kind::Email => "",
        Kind::Country => shop.country(address.get(field.name)),
        Kind::Text | Kind::Phone => address.get(field.name),
    };
    let line = |fields: &[Field]| {
        let texts: Vec<&str> = fields.iter().map(text).filter(|text| !text.is_empty()).collect();
        texts.join(" ")
    };
    html! {
        address {
            @for line in rows().map(line).filter(|line| !line.is_empty()) { (line) br; }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Address,
    Delivery,
}

fn steps(
    head: &Head<'_>,
    site: &Site,
    cart: &Cart,
    currency: &Currency,
    title: &str,
    step: Step,
    form: &Markup,
) -> Markup {
    let mark = |here: Step| (here == step).then_some("step");
    let main = html! {
        h1 { (TITLE) }
        ol.steps aria-label="Steps" {
            li { a href="/cart" { "Cart" } }
            li aria-current=[mark(Step::Address)] { @if step == Step::Delivery { a href="/checkout" { "Address" } } @else { "Address" } }
            li aria-current=[mark(Step::Delivery)] { "Delivery and payment" }
        }
        div.halves {
            div { (form) }
            aside.summary aria-label="Your order" {
                (sums::lines(site, &cart.items, currency))
                (sums::table(&cart.items, &cart.sums, currency, !cart.shipping_methods.is_empty()))
            }
        }
    };
    unlisted(head, title, &main)
}
