//! A shop in the language, the time zone and, where it sells, the currency that were asked for.

use serde_json::{Value, json};
use store::{NewStore, StoreId};

use crate::{
    owner::{Owner, visit},
    platform::{Platform, key, maker, nanos},
};

fn asked(platform: &Platform, name: &str, options: &[(&str, &str)]) -> NewStore {
    let mut new = platform.asked(name, nanos().into());
    for (name, key) in options {
        let known = new.options.insert((*name).to_owned(), (*key).to_owned());
        assert!(known.is_some(), "{name} is not asked");
    }
    new
}

async fn made(platform: &Platform, new: NewStore) -> StoreId {
    let id = platform.stores.create(new, &maker(), &key()).await.unwrap();
    platform.until_settled(&id).await;
    id
}

fn in_shop(platform: &Platform, id: &StoreId, program: &[&str]) -> String {
    let namespace = id.namespace();
    let pod = ["exec", "-n", &namespace, "deployment/wordpress", "-c", "wordpress", "--"];
    platform.kubectl(&[&pod[..], program].concat())
}

/// What a script prints that has WordPress loaded.
fn php(platform: &Platform, id: &StoreId, script: &str) -> Value {
    let script = format!("require '/usr/share/wordpress/wp-load.php'; echo json_encode({script});");
    serde_json::from_str(&in_shop(platform, id, &["php", "-r", &script])).unwrap()
}

const PRICES: &str = "array_map(fn ($name) => get_option(\"woocommerce_$name\"), ['default_country', 'currency', 'currency_pos', \
                      'price_num_decimals', 'weight_unit', 'dimension_unit', 'calc_taxes'])";
const SETTINGS: &str =
    "array_map('get_option', ['WPLANG', 'timezone_string', 'start_of_week', 'date_format'])";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_shop_is_made_in_its_language_and_what_its_owner_changes_stays() {
    let platform = Platform::started(|_| {}).await;
    let mut options = vec![("language", "de_DE"), ("timeZone", "Europe/Berlin")];
    if platform.cluster.plugin {
        options.extend([("country", "CH"), ("currency", "JPY")]);
    }
    let id = made(&platform, asked(&platform, "Werkstatt", &options)).await;
    let page = visit(&id, "/").body;
    assert!(page.contains("<html lang=\"de"), "{page}");
    let door = visit(&id, "/wp-login.php").body;
    assert!(door.contains("Passwort") && door.contains("Anmelden"), "{door}");
    assert_eq!(php(&platform, &id, SETTINGS), json!(["de_DE", "Europe/Berlin", "1", "j. F Y"]));
    assert_eq!(php(&platform, &id, "get_term(1)->name"), "Allgemein", "as WordPress' own installer has it");
    if platform.cluster.plugin {
        // The Swiss way to write prices, and a currency that is not theirs.
        assert_eq!(php(&platform, &id, PRICES), json!(["CH", "JPY", "left_space", "0", "kg", "cm", "no"]));
    }

    let owner = Owner::sign_in(&platform, &id);
    let general = owner.get("/wp-admin/options-general.php").body;
    assert!(general.contains("Einstellungen"), "the admin is in its language: {general}");
    php(&platform, &id, "update_option('timezone_string', 'Asia/Tokyo') && update_option('WPLANG', 'fr_FR')");
    let namespace = id.namespace();
    platform.kubectl(&["rollout", "restart", "deployment/wordpress", "-n", &namespace]);
    platform.kubectl(&["rollout", "status", "deployment/wordpress", "-n", &namespace, "--timeout=120s"]);
    assert_eq!(php(&platform, &id, SETTINGS), json!(["fr_FR", "Asia/Tokyo", "1", "j. F Y"]));
    assert!(visit(&id, "/wp-login.php").body.contains("<html lang=\"fr"));
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_shop_is_written_from_right_to_left_where_its_language_is_and_the_image_speaks_all_that_is_offered()
{
    let platform = Platform::started(|_| {}).await;
    let id = made(&platform, asked(&platform, "متجر النور", &[("language", "ar")])).await;
    let page = visit(&id, "/").body;
    assert!(page.contains("<html dir=\"rtl\" lang=\"ar\""), "{page}");
    assert!(page.contains("<title>متجر النور"), "{page}");
    let spoken: Vec<String> =
        serde_json::from_value(php(&platform, &id, "get_available_languages()")).unwrap();
    let zones: Vec<String> =
        serde_json::from_value(php(&platform, &id, "timezone_identifiers_list()")).unwrap();
    let card = platform.stores.config().cards().remove(0);
    for question in card.questions {
        let known = match question.name.as_str() {
            "language" => &spoken,
            "timeZone" => &zones,
            _ => continue,
        };
        let is_known = |key: &str| key == "en_US" || known.iter().any(|known| known == key);
        let unknown: Vec<&str> =
            question.choices.iter().map(|choice| choice.key.as_str()).filter(|key| !is_known(key)).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", question.name);
    }
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}
