//! Who may come in, on the page: what an admin does to others, what everybody does to themselves, and what nobody may.

use std::sync::Arc;

use access::{
    errand::{self, Errand},
    users::Users,
};
use fake_cluster::Cluster;
use http::{StatusCode, header};
use k8s_openapi::api::core::v1::Secret;
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams},
};
use provisioner::resource::now;
use serde_json::json;
use store::{PersonId, Role};
use tokio_util::task::AbortOnDropHandle;

use super::{Answer, Site, ready};

const NEW: &str = "another+horse+battery";

/// Does, as an operator does and until it is let go of, what is asked for of the users.
fn serving(cluster: &Arc<Cluster>) -> AbortOnDropHandle<()> {
    let secrets: Api<Secret> = Api::namespaced(cluster.client(), "storeyard");
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            let left = secrets.list(&ListParams::default().labels(&errand::labels())).await.unwrap().items;
            for secret in left {
                let users = secrets.get("storeyard-users").await.unwrap();
                let patch =
                    errand::done(&Errand::read(&secret).unwrap(), Some(&users), now()).unwrap().unwrap();
                secrets
                    .patch("storeyard-users", &PatchParams::default(), &Patch::Merge(patch))
                    .await
                    .unwrap();
                secrets.delete(&secret.name_any(), &DeleteParams::default()).await.unwrap();
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }))
}

async fn role(site: &Site, name: &str) -> Option<Role> {
    let secrets: Api<Secret> = Api::namespaced(site.cluster.client(), "storeyard");
    let users = Users::read(&secrets.get("storeyard-users").await.unwrap());
    users.get(&PersonId::parse(name).unwrap()).map(|user| user.role)
}

async fn sign_in(site: &Site, name: &str, password: &str) -> StatusCode {
    site.asked_by(None).post("/sign-in", format!("name={name}&password={password}")).await.status
}

fn is_in(answer: &Answer) -> bool {
    answer.status == StatusCode::OK
}

#[tokio::test]
async fn an_admin_adds_somebody_changes_them_and_takes_them_away() {
    let site = Site::with(&[ready()]).await;
    let _operator = serving(&site.cluster);
    let added = site.post("/users", format!("do=add&user=el&role=viewer&password={NEW}")).await;
    assert_eq!((added.status, added.location()), (StatusCode::SEE_OTHER, "/users?done=add-user&user=el"));
    let page = site.get(added.location()).await.body;
    assert!(page.contains("el may sign in now.") && page.contains("viewer, no stores"), "{page}");
    assert_eq!(sign_in(&site, "el", NEW).await, StatusCode::SEE_OTHER);
    assert_eq!(site.post("/users", "do=role&user=el&role=admin").await.status, StatusCode::SEE_OTHER);
    assert_eq!(role(&site, "el").await, Some(Role::Admin));
    assert_eq!(site.post("/users", "do=remove&user=el").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post("/users", "do=remove&user=el&sure=yes").await.status, StatusCode::SEE_OTHER);
    assert_eq!(role(&site, "el").await, None);
    assert_eq!(sign_in(&site, "el", NEW).await, StatusCode::FORBIDDEN);
    // Nothing of it stays where it was asked for.
    assert_eq!(site.cluster.kept_names("secrets"), ["storeyard-keys", "storeyard-users"]);
}

#[tokio::test]
async fn a_password_that_is_made_is_shown_once_and_is_nowhere_else() {
    let site = Site::with(&[]).await;
    let _operator = serving(&site.cluster);
    let bos = site.asked_by(Some("bo"));
    assert!(is_in(&bos.get("/stores").await));
    let made = site.post("/users", "do=password&user=bo&password=").await;
    assert_eq!((made.status, made.header(header::CACHE_CONTROL)), (StatusCode::OK, "no-store"));
    let password = made.body.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(password.len(), 23);
    assert!(!is_in(&bos.get("/stores").await), "the session of the password before");
    assert_eq!(sign_in(&site, "bo", &password).await, StatusCode::SEE_OTHER);
    assert!(!site.get("/users").await.body.contains(&password));
    let kept = site.cluster.kept("secrets", "storeyard-users").unwrap().to_string();
    assert!(!kept.contains(&password));
}

#[tokio::test]
async fn sessions_that_an_admin_ends_are_over_at_every_replica() {
    let site = Site::with(&[]).await;
    let other = site.replica().await;
    let mut there = other.asked_by(Some("bo"));
    there.cookie = Some(site.cookie_of("bo"));
    assert!(is_in(&there.get("/stores").await));
    let ended = site.post("/users", "do=end-sessions&user=bo").await;
    assert_eq!(ended.location(), "/users?done=end-sessions&user=bo");
    for _ in 0..500 {
        if !is_in(&there.get("/stores").await) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the session goes on elsewhere");
}

#[tokio::test]
async fn nobody_takes_the_last_admin_or_themselves_away_and_nobody_but_an_admin_does_anything() {
    let site = Site::with(&[]).await;
    let _operator = serving(&site.cluster);
    for form in ["do=remove&user=ada&sure=yes", "do=role&user=ada&role=member"] {
        let refused = site.post("/users", form).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.body.contains("You cannot take your own role or yourself away."), "{}", refused.body);
    }
    let page = site.get("/users").await.body;
    assert!(
        page.contains("This is you") && !page.contains("id=\"role-ada\"") && page.contains("id=\"role-bo\"")
    );
    for (form, status, told) in [
        (
            format!("do=add&user=bo&role=viewer&password={NEW}"),
            StatusCode::CONFLICT,
            "There is a user bo already.",
        ),
        (
            "do=add&user=el&role=viewer&password=short".into(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "at least 12 characters",
        ),
        ("do=add&user=E+l&role=viewer&password=".into(), StatusCode::UNPROCESSABLE_ENTITY, "letters a to z"),
        ("do=role&user=nobody&role=viewer".into(), StatusCode::CONFLICT, "There is no user nobody."),
        ("do=dance&user=bo".into(), StatusCode::UNPROCESSABLE_ENTITY, "nothing that can be done"),
    ] {
        let refused = site.post("/users", form).await;
        assert_eq!(refused.status, status, "{told}");
        assert!(refused.body.contains(told), "{told}: {}", refused.body);
    }
    for name in ["bo", "vi"] {
        let asked = site.asked_by(Some(name));
        assert_eq!(asked.get("/users").await.status, StatusCode::FORBIDDEN);
        assert_eq!(asked.post("/users", "do=role&user=bo&role=admin").await.status, StatusCode::FORBIDDEN);
    }
    let nobody = site.asked_by(None);
    assert_eq!(nobody.get("/users").await.location(), "/sign-in?to=/users");
    assert_eq!(nobody.post("/users", "do=remove&user=bo&sure=yes").await.location(), "/sign-in");
    assert_eq!((role(&site, "ada").await, role(&site, "bo").await), (Some(Role::Admin), Some(Role::Member)));
}

#[tokio::test]
async fn a_name_that_was_free_again_does_not_inherit_stores_unasked() {
    let mut left = ready();
    left["spec"]["owner"] = json!("el");
    let site = Site::with(&[left]).await;
    let _operator = serving(&site.cluster);
    let form = format!("do=add&user=el&role=member&password={NEW}");
    let refused = site.post("/users", form.clone()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("left 1 store(s)") && refused.body.contains("value=\"el\""),
        "{}",
        refused.body
    );
    assert_eq!(site.post("/users", form + "&with_stores=yes").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn everybody_changes_their_own_password_and_stays_signed_in_where_they_did() {
    let site = Site::with(&[]).await;
    let _operator = serving(&site.cluster);
    let (here, elsewhere) = (site.asked_by(Some("vi")), site.asked_by(Some("vi")));
    let wrong = here.post("/account", format!("current=wrong+horse+battery&password={NEW}")).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("The password that you have now is another one."));
    let changed = here.post("/account", format!("current=correct+horse+battery&password={NEW}")).await;
    assert_eq!((changed.status, changed.location()), (StatusCode::SEE_OTHER, "/account?done=own-password"));
    let cookie = changed.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
    let renewed = Site { cookie: Some(cookie), ..site.asked_by(None) };
    assert!(renewed.get(changed.location()).await.body.contains("Your password was changed."));
    assert!(!is_in(&elsewhere.get("/stores").await));
    assert_eq!(sign_in(&site, "vi", NEW).await, StatusCode::SEE_OTHER);
    assert_eq!(role(&site, "vi").await, Some(Role::Viewer));
    assert_eq!(site.asked_by(None).get("/account").await.location(), "/sign-in?to=/account");
}

#[tokio::test]
async fn what_is_left_for_the_operator_has_no_password_in_it() {
    let site = Arc::new(Site::with(&[]).await);
    let asked = {
        let site = Arc::clone(&site);
        tokio::spawn(async move { site.post("/users", format!("do=password&user=bo&password={NEW}")).await })
    };
    let errand = loop {
        let left = site.cluster.kept_names("secrets").into_iter().find(|name| name.contains("-change-"));
        if let Some(name) = left {
            break site.cluster.kept("secrets", &name).unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    assert_eq!(errand["metadata"]["labels"]["app.kubernetes.io/component"], "user-change");
    let secret: Secret = serde_json::from_value(errand).unwrap();
    let data = String::from_utf8(secret.data.unwrap().remove("change").unwrap().0).unwrap();
    assert!(data.contains("argon2id") && !data.contains("horse"), "{data}");
    asked.abort();
}
