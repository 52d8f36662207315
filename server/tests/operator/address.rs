//! Another domain or another scheme under stores that stand: they follow as in an update, and none of them is told to be worse for it.

use std::time::Duration;

use serde_json::{Value, json};
use store::{Phase, Scheme, StoreId, StoreView, Wish};
use tokio::time::sleep;

use crate::platform::{Platform, ada};

/// What a visitor is answered at an address, with the status in front.
fn visit(scheme: &str, host: &str) -> String {
    let port = if scheme == "https" { 443 } else { 80 };
    let told = std::process::Command::new("curl")
        .args(["--silent", "--insecure", "--max-time", "10", "--write-out", "\n%{http_code}"])
        .args(["--resolve", &format!("{host}:{port}:127.0.0.1"), &format!("{scheme}://{host}/")])
        .output()
        .unwrap();
    String::from_utf8_lossy(&told.stdout).into_owned()
}

fn answers(scheme: &str, host: &str) -> bool {
    visit(scheme, host).ends_with("\n200")
}

/// What the shop itself takes for its address.
fn own_urls(platform: &Platform, id: &StoreId) -> String {
    run_in_shop(
        platform,
        id,
        "echo get_option('siteurl'), ' ', get_option('home'), ' ', wp_upload_dir()['baseurl'];",
    )
}

/// Writes the shop's address where an owner would: into a page, into a setting of several parts, and into a product's files.
fn write_links(platform: &Platform, id: &StoreId) {
    let written = run_in_shop(
        platform,
        id,
        "$page = wp_insert_post(['post_type' => 'page', 'post_title' => 'Links', 'post_content' => '<a href=\"' . home_url('/a') . '\">'
             . home_url() . '.example</a>']);
         update_option('links_page', $page);
         update_option('links', ['here' => home_url('/b'), 'there' => 'http://elsewhere.example']);
         update_post_meta($page, '_downloadable_files', ['x' => ['name' => 'Book', 'file' => home_url('/wp-content/uploads/book.pdf')]]);
         echo 'written';",
    );
    assert_eq!(written, "written");
}

/// The address that all of these have now, or what they are where it is not the same.
fn links(platform: &Platform, id: &StoreId) -> String {
    run_in_shop(
        platform,
        id,
        "$page = get_post(get_option('links_page'));
         preg_match('~^<a href=\"(.*)/a\">(.*)</a>$~', $page->post_content, $link);
         $files = get_post_meta($page->ID, '_downloadable_files', true);
         $found = [$link[1], substr(get_option('links')['here'], 0, -2), substr($files['x']['file'], 0, -28)];
         $foreign = [$link[2] !== $link[1] . '.example', get_option('links')['there'] === 'http://elsewhere.example'];
         echo count(array_unique($found)) === 1 && !in_array(false, $foreign, true) ? $found[0] : json_encode([$found, $link, $foreign]);",
    )
}

pub(crate) fn run_in_shop(platform: &Platform, id: &StoreId, script: &str) -> String {
    let script =
        format!("$_SERVER['HTTP_HOST'] = 'localhost'; require '/usr/share/wordpress/wp-load.php'; {script}");
    let namespace = id.namespace();
    let shop =
        ["exec", "-n", &namespace, "deployment/wordpress", "-c", "wordpress", "--", "php", "-r", &script];
    platform.kubectl(&shop)
}

/// The store as soon as it is ready at an address, and was well until then.
async fn until_at(platform: &Platform, id: &StoreId, address: &str) -> StoreView {
    let at = |view: &StoreView| {
        let phase = view.summary.phase;
        assert!(
            matches!(phase, Phase::Ready | Phase::Updating | Phase::Suspended),
            "{phase}: {:#?}\n{}",
            view.conditions,
            platform.log()
        );
        view.summary.address.shop() == address && phase != Phase::Updating
    };
    platform.until(id, address, at).await
}

async fn settled(platform: &Platform, names: &[&str]) -> Vec<StoreId> {
    let mut stores = Vec::new();
    for name in names {
        stores.push(platform.create(name).await);
    }
    for id in &stores {
        platform.until_settled(id).await;
    }
    stores
}

async fn remove(platform: &Platform, stores: &[StoreId]) {
    for id in stores {
        platform.delete(id).await;
    }
    for id in stores {
        platform.until_gone(id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn stores_follow_to_another_domain_and_their_shops_know_it() {
    let mut platform = Platform::started(|_| ()).await;
    let stores = settled(&platform, &["One", "Two", "Resting"]).await;
    platform.stores.change(&stores[2], Wish::Suspend, &ada()).await.unwrap();
    platform.until_phase(&stores[2], Phase::Suspended).await;
    write_links(&platform, &stores[0]);
    platform.stop();
    platform.change(|config| config["domainSuffix"] = json!("moved.localhost"));
    platform.start(None);
    for id in &stores {
        until_at(&platform, id, &format!("http://store-{id}.moved.localhost")).await;
    }
    for id in &stores[..2] {
        let (old, new) = (format!("store-{id}.localhost"), format!("store-{id}.moved.localhost"));
        let url = format!("http://{new}");
        assert_eq!(own_urls(&platform, id), format!("{url} {url} {url}/wp-content/uploads"));
        let page = visit("http", &new);
        assert!(page.ends_with("\n200") && page.contains(&url) && !page.contains(&old), "{page}");
        assert!(!answers("http", &old), "{old} still answers");
    }
    assert_eq!(links(&platform, &stores[0]), format!("http://store-{}.moved.localhost", stores[0]));
    // One that slept meanwhile wakes at its new address.
    platform.stores.change(&stores[2], Wish::Resume, &ada()).await.unwrap();
    let woken = format!("store-{}.moved.localhost", stores[2]);
    platform.until_phase(&stores[2], Phase::Ready).await;
    assert!(answers("http", &woken));
    remove(&platform, &stores).await;
}

fn to_https(config: &mut Value) {
    config["scheme"] = json!("https");
    config["ingress"]["address"] = json!("127.0.0.1:443");
    config["ingress"]["annotations"] = json!({ "traefik.ingress.kubernetes.io/router.tls": "true" });
    config["ingress"]["tls"] = json!({ "enabled": false, "insecureSkipVerify": true });
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn stores_follow_to_https_when_they_are_asked_to_and_are_well_until_then() {
    let mut platform = Platform::started(|_| ()).await;
    let stores = settled(&platform, &["One", "Two"]).await;
    platform.stop();
    platform.change(|config| {
        to_https(config);
        config["updates"] = json!({ "mode": "manual", "concurrency": 2 });
        config["checkSeconds"] = json!(2);
    });
    platform.start(None);
    for id in &stores {
        platform.until(id, "offered it", |view| view.upkeep.offered.is_some()).await;
    }
    // Nobody has asked yet: they are where they were, and this platform would ask them elsewhere.
    sleep(Duration::from_secs(8)).await;
    for id in &stores {
        until_at(&platform, id, &format!("http://store-{id}.localhost")).await;
        assert!(answers("http", &format!("store-{id}.localhost")));
    }
    platform.stores.change(&stores[0], Wish::Update, &ada()).await.unwrap();
    let moved = until_at(&platform, &stores[0], &format!("https://store-{}.localhost", stores[0])).await;
    assert_eq!(moved.summary.address.scheme, Scheme::Https);
    assert!(answers("https", &moved.summary.address.host));
    assert!(own_urls(&platform, &stores[0]).starts_with("https://"));

    // And with nobody to ask, they all follow.
    platform.stop();
    platform.change(|config| config["updates"]["mode"] = json!("automatic"));
    platform.start(None);
    until_at(&platform, &stores[1], &format!("https://store-{}.localhost", stores[1])).await;
    remove(&platform, &stores).await;
}
