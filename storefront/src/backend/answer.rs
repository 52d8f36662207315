//! What the backend answers, as far as the pages tell of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Id;
use crate::money::{Amount, Currency};

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shop {
    pub(crate) name: Option<String>,
    pub(crate) default_region_id: Option<Id>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Regions {
    pub(super) regions: Vec<Region>,
}

/// Where goods are sold at the same prices.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Region {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) currency_code: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) countries: Vec<Country>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Country {
    /// In two small letters.
    #[serde(rename = "iso_2")]
    pub(crate) code: String,
    #[serde(rename = "display_name")]
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct CurrencyAnswer {
    currency: Currency,
}

impl CurrencyAnswer {
    pub(super) fn currency(self) -> Currency {
        self.currency
    }
}

/// Goods that are shown together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) kind: GroupKind,
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) handle: String,
    pub(crate) description: Option<String>,
    /// What it is a part of.
    pub(crate) parent: Option<Id>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GroupKind {
    /// By what they are.
    Category,
    /// By what their owner had in mind.
    Collection,
}

impl GroupKind {
    /// How a list of goods is said to be of such alone.
    pub(super) const fn filter(self) -> &'static str {
        match self {
            Self::Category => "category_id[]",
            Self::Collection => "collection_id[]",
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Categories {
    pub(super) product_categories: Vec<Category>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Category {
    id: Id,
    name: String,
    handle: String,
    description: Option<String>,
    parent_category_id: Option<Id>,
}

impl From<Category> for Group {
    fn from(category: Category) -> Self {
        let Category { id, name, handle, description, parent_category_id: parent } = category;
        Self { kind: GroupKind::Category, id, name, handle, description, parent }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Collections {
    pub(super) collections: Vec<Collection>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Collection {
    id: Id,
    title: String,
    handle: String,
}

impl From<Collection> for Group {
    fn from(collection: Collection) -> Self {
        let Collection { id, title: name, handle } = collection;
        Self { kind: GroupKind::Collection, id, name, handle, description: None, parent: None }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Products {
    pub(crate) products: Vec<Product>,
    /// Of all that there are, of which this may be a part.
    #[serde(default)]
    pub(crate) count: usize,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Product {
    pub(crate) handle: String,
    pub(crate) title: String,
    pub(crate) subtitle: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) thumbnail: Option<String>,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) images: Vec<Image>,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) options: Vec<ProductOption>,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) variants: Vec<Variant>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Image {
    pub(crate) url: String,
}

/// In what its variants differ, such as a size.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ProductOption {
    pub(crate) id: Id,
    pub(crate) title: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) values: Vec<OptionValue>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OptionValue {
    pub(crate) value: String,
    pub(crate) option_id: Option<Id>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Variant {
    pub(crate) id: Id,
    #[serde(default)]
    manage_inventory: bool,
    #[serde(default)]
    allow_backorder: bool,
    inventory_quantity: Option<f64>,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) options: Vec<OptionValue>,
    #[serde(rename = "calculated_price")]
    price: Option<Price>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Price {
    calculated_amount: Option<Amount>,
    original_amount: Option<Amount>,
    calculated_amount_with_tax: Option<Amount>,
}

/// How much there is of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stock {
    Enough,
    Few(u32),
    Nothing,
}

/// So many are few.
const FEW: f64 = 5.0;

impl Variant {
    /// None where it is not sold.
    pub(crate) fn price(&self) -> Option<Amount> {
        self.price?.calculated_amount
    }

    /// What it costs at other times, where that is more.
    pub(crate) fn price_before(&self) -> Option<Amount> {
        let price = self.price?;
        price.original_amount.filter(|before| price.calculated_amount.is_some_and(|now| *before > now))
    }

    /// Whether more is to be paid than the price: a tax that is not in it.
    pub(crate) fn is_taxed_on_top(&self) -> bool {
        let more = |price: Price| price.calculated_amount_with_tax > price.calculated_amount;
        self.price.is_some_and(more)
    }

    pub(crate) fn stock(&self) -> Stock {
        match self.inventory_quantity {
            Some(left) if self.manage_inventory && !self.allow_backorder => {
                if left < 1.0 {
                    Stock::Nothing
                } else if left <= FEW {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "from 1 to 5"
                    )]
                    Stock::Few(left as u32)
                } else {
                    Stock::Enough
                }
            }
            _ => Stock::Enough,
        }
    }

    pub(crate) fn can_be_bought(&self) -> bool {
        self.price().is_some() && self.stock() != Stock::Nothing
    }

    pub(crate) fn value_of(&self, option: &ProductOption) -> Option<&str> {
        let of = |value: &&OptionValue| value.option_id.as_ref() == Some(&option.id);
        self.options.iter().find(of).map(|value| value.value.as_str())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CartAnswer {
    pub(super) cart: Cart,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cart {
    pub(crate) id: Id,
    pub(crate) email: Option<String>,
    pub(crate) region_id: Option<Id>,
    #[serde(default)]
    pub(crate) currency_code: String,
    /// It became an order, and is none any more.
    completed_at: Option<String>,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) items: Vec<Line>,
    pub(crate) shipping_address: Option<Address>,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) shipping_methods: Vec<ShippingMethod>,
    #[serde(default, deserialize_with = "or_nothing")]
    promotions: Vec<Promotion>,
    #[serde(flatten)]
    pub(crate) sums: Sums,
}

/// What takes something off a price.
#[derive(Clone, Debug, Deserialize)]
struct Promotion {
    code: Option<String>,
    /// Nobody has to name it.
    #[serde(default)]
    is_automatic: bool,
}

impl Cart {
    /// The codes that were given for it, and hold.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        let named = self.promotions.iter().filter(|promotion| !promotion.is_automatic);
        named.filter_map(|promotion| promotion.code.as_deref())
    }

    pub(crate) fn is_ordered(&self) -> bool {
        self.completed_at.is_some()
    }

    pub(crate) fn needs_shipping(&self) -> bool {
        self.items.iter().any(|line| line.requires_shipping)
    }

    /// How many pieces are in it.
    pub(crate) fn pieces(&self) -> u32 {
        self.items.iter().fold(0, |sum, line| sum.saturating_add(line.quantity()))
    }
}

/// So many of one thing.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: Option<Id>,
    #[serde(default)]
    pub(crate) title: String,
    pub(crate) product_title: Option<String>,
    pub(crate) variant_title: Option<String>,
    pub(crate) product_handle: Option<String>,
    pub(crate) thumbnail: Option<String>,
    #[serde(default)]
    quantity: f64,
    #[serde(default)]
    pub(crate) unit_price: Amount,
    #[serde(default)]
    is_tax_inclusive: bool,
    #[serde(default = "yes")]
    pub(crate) requires_shipping: bool,
    #[serde(default)]
    subtotal: Amount,
    #[serde(default)]
    original_total: Amount,
}

impl Line {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what is too much is the most"
    )]
    pub(crate) fn quantity(&self) -> u32 {
        self.quantity as u32
    }

    pub(crate) fn name(&self) -> &str {
        self.product_title.as_deref().unwrap_or(&self.title)
    }
}

/// What a cart or an order comes to. Each sum is there with its tax and without.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Sums {
    #[serde(default)]
    item_subtotal: Amount,
    #[serde(default)]
    original_item_total: Amount,
    #[serde(default)]
    shipping_subtotal: Amount,
    #[serde(default)]
    original_shipping_total: Amount,
    #[serde(default)]
    discount_subtotal: Amount,
    #[serde(default)]
    discount_total: Amount,
    #[serde(default)]
    pub(crate) tax_total: Amount,
    #[serde(default)]
    pub(crate) total: Amount,
}

/// Whether the prices that people are told have the tax in them, or it comes on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taxes {
    Included,
    OnTop,
}

impl Taxes {
    /// As the lines' prices have it.
    pub(crate) fn of(lines: &[Line]) -> Self {
        if lines.iter().all(|line| line.is_tax_inclusive) { Self::Included } else { Self::OnTop }
    }
}

impl Line {
    pub(crate) fn sum(&self, taxes: Taxes) -> Amount {
        match taxes {
            Taxes::Included => self.original_total,
            Taxes::OnTop => self.subtotal,
        }
    }
}

impl Sums {
    pub(crate) fn items(&self, taxes: Taxes) -> Amount {
        match taxes {
            Taxes::Included => self.original_item_total,
            Taxes::OnTop => self.item_subtotal,
        }
    }

    pub(crate) fn shipping(&self, taxes: Taxes) -> Amount {
        match taxes {
            Taxes::Included => self.original_shipping_total,
            Taxes::OnTop => self.shipping_subtotal,
        }
    }

    pub(crate) fn discount(&self, taxes: Taxes) -> Amount {
        match taxes {
            Taxes::Included => self.discount_total,
            Taxes::OnTop => self.discount_subtotal,
        }
    }
}

/// Where something goes to: texts by the backend's names for them. What is empty is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Address(#[serde(deserialize_with = "texts")] BTreeMap<String, String>);

impl Address {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl FromIterator<(String, String)> for Address {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(texts: T) -> Self {
        Self(texts.into_iter().collect())
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ShippingMethod {
    pub(crate) name: Option<String>,
    pub(crate) shipping_option_id: Option<Id>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ShippingOptions {
    pub(super) shipping_options: Vec<ShippingOption>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ShippingOption {
    pub(crate) id: Id,
    pub(crate) name: String,
    /// None where it is only known once it is chosen.
    pub(crate) amount: Option<Amount>,
    /// It is sent from where too little is left.
    #[serde(default)]
    pub(crate) insufficient_inventory: bool,
    #[serde(rename = "type")]
    kind: Option<ShippingKind>,
}

#[derive(Clone, Debug, Deserialize)]
struct ShippingKind {
    description: Option<String>,
}

impl ShippingOption {
    pub(crate) fn description(&self) -> Option<&str> {
        self.kind.as_ref()?.description.as_deref().filter(|text| !text.is_empty())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Providers {
    pub(super) payment_providers: Vec<Provider>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Provider {
    pub(super) id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct PaymentCollectionAnswer {
    pub(super) payment_collection: PaymentCollection,
}

#[derive(Debug, Deserialize)]
pub(super) struct PaymentCollection {
    pub(super) id: Id,
}

/// What a cart is after it was to become an order.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Completed {
    Order { order: Named },
    Cart {},
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: Id,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrderAnswer {
    pub(super) order: Order,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) display_id: Option<u64>,
    pub(crate) email: Option<String>,
    pub(crate) currency_code: String,
    pub(crate) created_at: String,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) items: Vec<Line>,
    pub(crate) shipping_address: Option<Address>,
    #[serde(default, deserialize_with = "or_nothing")]
    pub(crate) shipping_methods: Vec<ShippingMethod>,
    #[serde(flatten)]
    pub(crate) sums: Sums,
}

/// An answer that is none.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refusal {
    pub(super) code: Option<String>,
    #[serde(default)]
    pub(super) message: String,
}

fn yes() -> bool {
    true
}

/// What is null is as what is not there.
fn or_nothing<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Of what is told by name, what is text.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let told = BTreeMap::<String, Value>::deserialize(from)?;
    let text = |(name, value)| if let Value::String(text) = value { Some((name, text)) } else { None };
    Ok(told.into_iter().filter_map(text).collect())
}
