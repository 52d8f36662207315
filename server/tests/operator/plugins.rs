//! Plugins and themes: brought by a shop's owner, or by the platform.

use std::time::{Duration, Instant};

use serde_json::json;
use store::{ConditionKind, Phase, StoreId, Wish};

use crate::{
    owner::{Answer, Files, Owner, visit},
    platform::{Platform, ada},
};

const GREETER: Files<'static> = &[
    (
        "greeter.php",
        "<?php\n/*\nPlugin Name: Greeter\nVersion: 1.0\n*/\nadd_action('wp_head', fn () => print('<meta name=\"greeter\" content=\"1.0\">'));\n",
    ),
    ("greeter.css", "body { color: inherit }\n"),
];
const GREETS: &str = "<meta name=\"greeter\" content=\"1.0\">";
const BROKEN: Files<'static> = &[(
    "broken.php",
    "<?php\n/*\nPlugin Name: Broken\nVersion: 1.0\n*/\nadd_action('init', fn () => broken_by_design());\n",
)];
/// As the theme that comes with WordPress is called.
const IMPOSTOR: Files<'static> = &[
    ("style.css", "/*\nTheme Name: Impostor\nVersion: 99\n*/\n"),
    ("index.php", "<?php echo 'impostor';\n"),
];
const DEFAULT_THEME: &str = "twentytwentyfive";

fn in_shop(platform: &Platform, id: &StoreId, script: &str) -> String {
    let namespace = id.namespace();
    platform.kubectl(&[
        "exec",
        "-n",
        &namespace,
        "deployment/wordpress",
        "-c",
        "wordpress",
        "--",
        "sh",
        "-c",
        script,
    ])
}

fn assert_says(answer: &Answer, text: &str) {
    assert!(answer.body.contains(text), "{}: {}", answer.status, answer.body);
}

async fn restarted(platform: &Platform, id: &StoreId) {
    let namespace = id.namespace();
    platform.kubectl(&["rollout", "restart", "deployment/wordpress", "-n", &namespace]);
    platform.kubectl(&["rollout", "status", "deployment/wordpress", "-n", &namespace, "--timeout=120s"]);
    platform.until_settled(id).await;
}

/// With other values, and so other pods, all of its stores.
async fn reconfigured(platform: &mut Platform, id: &StoreId, change: impl FnOnce(&mut serde_json::Value)) {
    let deployed = "jsonpath={.status.release.id}";
    let release = |platform: &Platform| {
        platform.kubectl(&["get", "store", id.as_str(), "-n", &platform.namespace, "-o", deployed])
    };
    let before = release(platform);
    platform.stop();
    platform.change(change);
    platform.start(None);
    let began = Instant::now();
    while release(platform) == before {
        assert!(began.elapsed() < crate::platform::LONG, "{}", platform.log());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    platform.until_settled(id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn an_owner_brings_plugins_which_last_and_what_the_platform_brings_stays_the_platforms() {
    let mut platform = Platform::started(|_| ()).await;
    let id = platform.create("Plugged").await;
    platform.until_settled(&id).await;
    let owner = Owner::sign_in(&platform, &id);

    // The directory is not reached, which is said at once, and a zip can be uploaded.
    let began = Instant::now();
    let page = owner.get("/wp-admin/plugin-install.php");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_says(&page, "reaches nothing outside");
    assert_says(&page, "Upload Plugin");
    assert_says(&owner.upload("plugin", "greeter", GREETER), "Plugin installed successfully");
    assert!(!visit(&id, "/").body.contains(GREETS));
    assert_eq!(owner.switch("activate", "greeter/greeter.php").status, 302);
    assert_says(&visit(&id, "/"), GREETS);

    // Its files are served as a plugin's, and nothing is as an upload.
    assert_eq!(visit(&id, "/wp-content/plugins/greeter/greeter.css").status, 200);
    assert_eq!(visit(&id, "/wp-content/uploads/.own/plugins/greeter/greeter.css").status, 403);
    in_shop(
        &platform,
        &id,
        "cd /usr/share/wordpress/wp-content/uploads && echo '<?php echo 6 * 7;' >run.php && cp run.php run.txt",
    );
    let run = visit(&id, "/wp-content/uploads/run.php");
    assert!(run.status == 403 && !run.body.contains("42"), "{run:?}");
    assert_eq!(visit(&id, "/wp-content/uploads/run.txt").status, 200);
    // PHP that was changed by something else than WordPress is run as it is now.
    in_shop(
        &platform,
        &id,
        "sed -i 's/content=.1.0/&-edited/' /usr/share/wordpress/wp-content/plugins/greeter/greeter.php",
    );

    restarted(&platform, &id).await;
    assert_says(&visit(&id, "/"), "content=\"1.0-edited\"");
    reconfigured(&mut platform, &id, |config| {
        config["engines"]["woocommerce"]["values"] = json!({ "php": { "memoryLimit": "250M" } });
    })
    .await;
    assert_says(&visit(&id, "/"), "name=\"greeter\"");

    // What the platform brings is neither replaced nor deleted.
    assert_says(&owner.upload("theme", DEFAULT_THEME, IMPOSTOR), "It comes with the platform");
    assert!(!visit(&id, "/").body.contains("impostor"));
    let update = owner.get("/wp-admin/update-core.php");
    assert_says(&update, "are updated by the platform");
    if platform.cluster.plugin {
        let plugin = "woocommerce/woocommerce.php";
        assert_says(&owner.get("/wp-admin/plugins.php"), "Brought and updated by the platform");
        owner.switch("deactivate", plugin);
        assert_says(&owner.delete(plugin), "It comes with the platform");
        assert_eq!(owner.switch("activate", plugin).status, 302);
        platform.until_phase(&id, Phase::Ready).await;
    }

    // Switched off, it is off, and deleted, it is gone.
    assert_eq!(owner.switch("deactivate", "greeter/greeter.php").status, 302);
    assert!(!visit(&id, "/").body.contains("name=\"greeter\""));
    owner.delete("greeter/greeter.php");
    assert_ne!(visit(&id, "/wp-content/plugins/greeter/greeter.css").status, 200);
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn where_the_platform_brings_all_plugins_the_admin_says_so_and_an_owners_wait_until_they_may_come_back()
{
    let managed = |config: &mut serde_json::Value, plugins: &str| {
        config["engines"]["woocommerce"]["options"]["plugins"] = json!(plugins);
    };
    let mut platform = Platform::started(|_| ()).await;
    let id = platform.create("Managed").await;
    platform.until_settled(&id).await;
    let owner = Owner::sign_in(&platform, &id);
    assert_says(&owner.upload("plugin", "greeter", GREETER), "Plugin installed successfully");
    owner.switch("activate", "greeter/greeter.php");
    assert_says(&visit(&id, "/"), GREETS);

    reconfigured(&mut platform, &id, |config| managed(config, "managed")).await;
    assert!(!visit(&id, "/").body.contains(GREETS));
    let page = owner.get("/wp-admin/plugins.php");
    assert_says(&page, "are those that its platform brings");
    assert_says(&page, "kept and not used: greeter/greeter.php");
    assert!(!page.body.contains("plugin-install.php"), "{}", page.body);
    let refused = owner.get("/wp-admin/plugin-install.php");
    assert_eq!(refused.status, 403);
    assert_says(&refused, "are those that its platform brings");

    reconfigured(&mut platform, &id, |config| managed(config, "own")).await;
    assert_says(&visit(&id, "/"), GREETS);
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_plugin_that_breaks_the_shop_is_told_by_its_line_and_taken_away_in_safe_mode() {
    let platform = Platform::started(|config| config["deadlineSeconds"] = json!(60)).await;
    let id = platform.create("Broken").await;
    platform.until_settled(&id).await;
    let owner = Owner::sign_in(&platform, &id);
    let is_safe = |safe: bool| move |view: &store::StoreView| view.upkeep.safe_mode == Some(safe);
    for (name, files) in [("greeter", GREETER), ("broken", BROKEN)] {
        assert_says(&owner.upload("plugin", name, files), "Plugin installed successfully");
        owner.switch("activate", &format!("{name}/{name}.php"));
    }

    // The pod stays, and only the store's page says which line it was.
    let degraded = platform.until_phase(&id, Phase::Degraded).await;
    let message = &degraded.conditions.get(ConditionKind::StorefrontReachable).message;
    let told = "Call to undefined function broken_by_design() in /usr/share/wordpress/wp-content/plugins/broken/broken.php:6";
    assert!(message.starts_with("The shop ends with a fatal error: “PHP Fatal error:"), "{message}");
    assert!(message.contains(told), "{message}");
    let seen = visit(&id, "/");
    assert!(seen.status == 500 && !seen.body.contains("broken"), "{seen:?}");
    assert!(degraded.pods.iter().all(|pod| pod.state == store::view::PodState::Ready), "{:?}", degraded.pods);

    platform.stores.change(&id, Wish::SafeMode(true), &ada()).await.unwrap();
    platform.until(&id, "safe", is_safe(true)).await;
    platform.until_phase(&id, Phase::Ready).await;
    let page = visit(&id, "/");
    assert!(page.status == 200 && !page.body.contains(GREETS), "{page:?}");
    assert_says(&owner.get("/wp-admin/"), "Safe mode.");

    // Left too early it is back by itself, and the page says why.
    platform.stores.change(&id, Wish::SafeMode(false), &ada()).await.unwrap();
    let undone = platform.until(&id, "undone", |view| view.upkeep.undone.is_some()).await;
    let sentence = undone.upkeep.undone.unwrap().sentence;
    assert!(sentence.contains("broken_by_design"), "{sentence}");
    let back = platform.until_phase(&id, Phase::Ready).await;
    assert_eq!(back.upkeep.safe_mode, Some(true));
    // Every pod that answers is one of those that the store went back to.
    for visits in 0..20 {
        assert_eq!(visit(&id, "/").status, 200, "{visits}");
    }

    owner.switch("deactivate", "broken/broken.php");
    owner.delete("broken/broken.php");
    platform.stores.change(&id, Wish::SafeMode(false), &ada()).await.unwrap();
    platform.until(&id, "as it was", is_safe(false)).await;
    platform.until_phase(&id, Phase::Ready).await;
    assert_says(&visit(&id, "/"), GREETS);
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn products_come_from_a_file_also_where_their_pictures_cannot_be_fetched() {
    let platform = Platform::started(|_| ()).await;
    if !platform.cluster.plugin {
        eprintln!("skipped: the image has no WooCommerce");
        return;
    }
    let id = platform.create("Imported").await;
    platform.until_settled(&id).await;
    let imported = platform.kubectl(&[
        "exec",
        "-n",
        &id.namespace(),
        "deployment/wordpress",
        "-c",
        "wordpress",
        "--",
        "php",
        "-r",
        IMPORT,
    ]);
    assert_eq!(imported, "publish publish");
    let page = Owner::sign_in(&platform, &id).get("/wp-admin/edit.php?post_type=product");
    assert_says(&page, "A picture was not fetched");
    assert_says(&page, "https://elsewhere.example/mug.jpg");
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

/// Two products as the page that imports them does it, one with a picture that is elsewhere.
const IMPORT: &str = r#"
$_SERVER['HTTP_HOST'] = 'localhost';
require '/usr/share/wordpress/wp-load.php';
wp_set_current_user(1);
require_once WC_ABSPATH . 'includes/import/class-wc-product-csv-importer.php';
$file = wp_upload_dir()['basedir'] . '/products.csv';
file_put_contents($file, "SKU,Name,Regular price,Images
P1,With,9,https://elsewhere.example/mug.jpg
P2,Without,9,
");
$fields = ['SKU' => 'sku', 'Name' => 'name', 'Regular price' => 'regular_price', 'Images' => 'images'];
(new WC_Product_CSV_Importer($file, ['parse' => true, 'mapping' => $fields]))->import();
echo implode(' ', array_map(fn ($sku) => get_post_status(wc_get_product_id_by_sku($sku)), ['P1', 'P2']));
"#;
