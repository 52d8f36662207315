//! Which variant of a product is meant.

use crate::backend::{Id, Product, ProductOption, Variant};

/// The variant that was asked for, or else the first that can be bought.
pub(super) fn choose<'a>(product: &'a Product, wanted: Option<&Id>) -> Option<&'a Variant> {
    let variants = &product.variants;
    let asked = wanted.and_then(|wanted| variants.iter().find(|variant| variant.id == *wanted));
    asked.or_else(|| variants.iter().find(|variant| variant.can_be_bought())).or(variants.first())
}

/// The variant with another value of one option that is else as much like the current one as there is.
pub(super) fn leads_to<'a>(
    product: &'a Product,
    current: &Variant,
    option: &ProductOption,
    value: &str,
) -> Option<&'a Variant> {
    let alike = |variant: &Variant| {
        let same = |option: &&ProductOption| variant.value_of(option) == current.value_of(option);
        product.options.iter().filter(same).count()
    };
    let having = product.variants.iter().filter(|variant| variant.value_of(option) == Some(value));
    // Of those that are as much alike, the last is the greatest: so they are looked at from behind.
    having.rev().max_by_key(|variant| (alike(variant), variant.can_be_bought()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Red in S and M, blue in M alone, which is sold out.
    fn shirt() -> Product {
        let variant = |id: &str, colour: &str, size: &str, left: u32| {
            json!({
                "id": id, "manage_inventory": true, "inventory_quantity": left,
                "calculated_price": {"calculated_amount": 20},
                "options": [{"option_id": "opt_c", "value": colour}, {"option_id": "opt_s", "value": size}],
            })
        };
        let option = |id: &str, title: &str, values: [&str; 2]| json!({"id": id, "title": title, "values": values.map(|value| json!({"value": value}))});
        let shirt: Value = json!({
            "handle": "shirt", "title": "Shirt",
            "options": [option("opt_c", "Colour", ["Red", "Blue"]), option("opt_s", "Size", ["S", "M"])],
            "variants": [variant("rs", "Red", "S", 0), variant("rm", "Red", "M", 3), variant("bm", "Blue", "M", 0)],
        });
        serde_json::from_value(shirt).unwrap()
    }

    #[test]
    fn what_can_be_bought_is_shown_unless_something_else_was_asked_for() {
        let shirt = shirt();
        let chosen = |wanted: Option<&str>| {
            choose(&shirt, wanted.map(|id| id.parse().unwrap()).as_ref()).unwrap().id.to_string()
        };
        assert_eq!(chosen(None), "rm");
        assert_eq!(chosen(Some("rs")), "rs");
        assert_eq!(chosen(Some("gone")), "rm");
    }

    #[test]
    fn another_value_leads_to_what_there_is_of_it() {
        let shirt = shirt();
        let [colour, size] = shirt.options.as_slice() else { panic!("two options") };
        let [red_s, red_m, blue_m] = shirt.variants.as_slice() else { panic!("three variants") };
        let to = |current, option, value| {
            leads_to(&shirt, current, option, value).map(|variant| variant.id.to_string())
        };
        assert_eq!(to(red_m, colour, "Blue").as_deref(), Some("bm"));
        assert_eq!(to(red_s, colour, "Blue").as_deref(), Some("bm"));
        assert_eq!(to(blue_m, colour, "Red").as_deref(), Some("rm"));
        assert_eq!(to(blue_m, size, "S").as_deref(), Some("rs"));
        assert_eq!(to(red_m, size, "M").as_deref(), Some("rm"));
        assert_eq!(to(red_m, size, "XXL"), None);
    }
}
