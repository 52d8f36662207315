//! Addresses that are to lead out of the site's folder, or past the sign-in.

use crate::process::{BESIDE, Web};

#[tokio::test(flavor = "multi_thread")]
async fn no_address_leads_out_of_the_sites_folder_or_past_the_sign_in() {
    let web = Web::start("paths").await;
    for path in [
        "/../beside",
        "/../../../../../../etc/passwd",
        "/%2e%2e/beside",
        "/..%2fbeside",
        "/..%5cbeside",
        "/%252e%252e%252fbeside",
        "/pkg/../../beside",
        "/pkg/..%2f..%2fbeside",
        "/pkg/....//....//beside",
        "/pkg//../../beside",
        "/%c0%ae%c0%ae/beside",
        "/%e0%80%ae%e0%80%ae/beside",
        "/pkg/storeyard.css%00.js",
        "/pkg/%00",
        "/pkg/storeyard.css/",
        "/pkg/",
        "/pkg",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/.//etc/passwd",
        "/~root",
        "/C:/windows/win.ini",
        "/%ff%fe",
        "/%",
        "/%zz",
        "/favicon.svg/../../beside",
    ] {
        let answer = web.get(path, "", "").await;
        assert!([400, 404, 307].contains(&answer.status()), "{path}: {answer:?}");
        assert!(!answer.0.contains(BESIDE) && !answer.0.contains("root:x"), "{path}: {answer:?}");
    }
    for path in [
        "/stores",
        "/stores/",
        "//stores",
        "/%73tores",
        "/./stores",
        "/x/../stores",
        "/stores%2f",
        "/STORES",
        "/stores;x",
    ] {
        let answer = web.get(path, "", "").await;
        assert!([303, 404].contains(&answer.status()), "{path}: {answer:?}");
        assert!(!answer.0.contains("Berg Kaffee"), "{path} is shown to nobody in particular");
    }
    web.assert_well().await;
}
