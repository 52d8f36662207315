//! A new shop that is closed until its owner opens it. Run where the shop's image has a shop in it.

use store::{ConditionKind, Phase, StoreId};

use crate::platform::Platform;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_shop_that_its_owner_has_to_open_is_ready_and_sells_nothing_until_then() {
    let platform = Platform::started(|config| {
        config["engines"]["woocommerce"]["options"]["opensAtOnce"] = false.into();
    })
    .await;
    let id = platform.create("Soon").await;
    let ready = platform.until_settled(&id).await;
    assert_eq!(closed(&id), "not-opened");
    assert!(ready.notices[0].sentence.contains("has not been opened yet"), "{:?}", ready.notices);
    assert_eq!(in_shop(&platform, &id, PAYMENT_METHODS), "");

    in_shop(&platform, &id, "update_option('woocommerce_coming_soon', 'no');");
    assert_eq!(closed(&id), "");
    platform.until(&id, "told to be open", |view| view.notices.is_empty()).await;
    // It was open: that it is closed now is something else than that nobody has opened it.
    in_shop(&platform, &id, "update_option('woocommerce_coming_soon', 'yes');");
    let degraded = platform.until_phase(&id, Phase::Degraded).await;
    let answer = degraded.conditions.get(ConditionKind::StorefrontReachable);
    assert!(answer.message.contains("“coming soon” page"), "{}", answer.message);
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

const PAYMENT_METHODS: &str =
    "echo implode(' ', array_keys(WC()->payment_gateways()->get_available_payment_gateways()));";

/// What the shop says of itself where visitors see something else.
fn closed(id: &StoreId) -> String {
    let told = std::process::Command::new("curl")
        .args(["-s", "-o", "/dev/null", "-w", "%header{x-storeyard-closed}", "--max-time", "30"])
        .arg(format!("http://store-{id}.localhost/?rest_route=/wc/store/v1/products"))
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    String::from_utf8(told.stdout).unwrap()
}

/// What PHP prints with WordPress loaded.
fn in_shop(platform: &Platform, id: &StoreId, code: &str) -> String {
    let code = format!(
        "$_SERVER += ['HTTP_HOST' => getenv('STORE_HOST'), 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/', \
         'SERVER_PROTOCOL' => 'HTTP/1.1']; require '/usr/share/wordpress/wp-load.php'; {code}"
    );
    let namespace = id.namespace();
    let web = ["exec", "-n", &namespace, "deploy/wordpress", "-c", "wordpress", "--", "php", "-r", &code];
    platform.kubectl(&web)
}
