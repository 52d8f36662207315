mod activity;
mod audit;
mod capacity;
mod door;
mod fuzz;
mod headers;
mod jobs;
mod language;
mod limits;
mod list;
mod oidc;
mod people;
mod way_in;
mod window;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use access::{Session, password::Hash, users::User};
use app::{
    api::Poll,
    error::ApiError,
    update::{Heard, Pace, Page, View, Wait},
};
use axum::body::{Bytes, to_bytes};
use codee::{Decoder, Encoder, binary::PostcardCodec};
use fake_cluster::{Cluster, Mood, store};
use http::{HeaderMap, Response, StatusCode, header};
use provisioner::{
    config::Config,
    resource::{millis, now, rfc3339},
    stores::{Reading, Snapshot},
};
use serde_json::{Value, json};
use store::{
    PersonId, Phase, Role, StoreId,
    view::{Ask, TimelineKind},
};
use tokio_util::task::AbortOnDropHandle;
use tower::ServiceExt;

use super::*;

const FORM: &str = "application/x-www-form-urlencoded";
const POSTCARD: &str = "application/x-postcard";
const GOOD: &str = "request=0123456789abcdef0123456789abcdef&name=Atelier+Nord&engine=woocommerce&plan=small&email=ada%40atelier.example&user=ada&password=correct+horse+battery";
const READY: &str = "berg-kaffee-p3m9a";

/// A site folder with the files that the pages are made of.
pub(super) fn site(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("storeyard-site-{}-{name}", std::process::id()));
    std::fs::create_dir_all(folder.join("pkg")).unwrap();
    for (file, content) in [
        ("pkg/storeyard.css", "a {}"),
        ("pkg/storeyard.js", "export default 1"),
        ("pkg/storeyard.wasm", "\0asm"),
        ("pkg/storeyard.wasm.br", "compressed"),
        ("favicon.svg", "<svg/>"),
    ] {
        std::fs::write(folder.join(file), content).unwrap();
    }
    folder
}

struct Site {
    router: Router,
    cluster: Arc<Cluster>,
    stores: Stores,
    access: Access,
    /// Who asks: the admin Ada, unless a test says otherwise.
    cookie: Option<String>,
}

/// Users by role; the password of each is `correct horse battery`.
const USERS: [(&str, &str); 4] = [("ada", "admin"), ("bo", "member"), ("cy", "member"), ("vi", "viewer")];
const HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$A67jYPPZFHIoNiFUknmnpg$SGATKjjWtUXJ+vnTLg2DQm/Gugqz6b/RHPZbgzT136Y";

impl Site {
    async fn with(stores: &[Value]) -> Self {
        let cluster = Cluster::new();
        for store in stores {
            cluster.put(store.clone());
        }
        let site = Self::over(cluster);
        site.read().await.come_in().await
    }

    /// With an audit log.
    async fn audited(cluster: Arc<Cluster>) -> Self {
        let kept = r#""signOuts": "storeyard-sign-outs", "audit": "storeyard-audit-","#;
        let config = CONFIG.replace(r#""signOuts": "storeyard-sign-outs","#, kept);
        Self::of(cluster, &config).read().await.come_in().await
    }

    /// Waits until the stores were read.
    async fn read(self) -> Self {
        let is_fresh = |snapshot: &Snapshot| snapshot.reading == Reading::Fresh;
        assert!(self.stores.until(Duration::from_secs(5), is_fresh).await);
        self
    }

    /// Another replica of it, over the same cluster.
    async fn replica(&self) -> Self {
        Self::over(Arc::clone(&self.cluster)).read().await.come_in().await
    }

    /// Waits until it is known who may come in, and has Ada do so.
    async fn come_in(mut self) -> Self {
        while !self.access.is_ready() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.cookie = Some(self.cookie_of("ada"));
        self
    }

    /// With the same people, and stores that are now asked for in vain.
    fn over_a_cluster_that_is_down(self) -> Self {
        let cluster = Cluster::new();
        cluster.be(Mood::Down);
        let stores = Stores::start(cluster.client(), Arc::new(Config::parse(CONFIG).unwrap()));
        let router = Self::router(&stores, &self.access, None, "down");
        Self { router, cluster, stores, ..self }
    }

    /// What the browser of somebody who signed in now sends.
    fn cookie_of(&self, name: &str) -> String {
        let mark = Hash::parse(HASH).unwrap().mark();
        let session = Session::new(PersonId::parse(name).unwrap(), mark, now());
        format!("storeyard={}", self.access.seal(&session).unwrap())
    }

    /// The same site, asked by somebody else, or by nobody.
    fn asked_by(&self, name: Option<&str>) -> Self {
        Self {
            router: self.router.clone(),
            cluster: Arc::clone(&self.cluster),
            stores: self.stores.clone(),
            access: self.access.clone(),
            cookie: name.map(|name| self.cookie_of(name)),
        }
    }

    fn over(cluster: Arc<Cluster>) -> Self {
        Self::of(cluster, CONFIG)
    }

    fn of(cluster: Arc<Cluster>, config: &str) -> Self {
        let config = Arc::new(Config::parse(config).unwrap());
        if cluster.kept("secrets", "storeyard-users").is_none() {
            cluster.keep("secrets", "storeyard-users", users());
        }
        cluster.keep("configmaps", "storeyard-sign-outs", json!({}));
        Self::of_nobody(cluster, config)
    }

    /// Before anybody was let in.
    fn of_nobody(cluster: Arc<Cluster>, config: Arc<Config>) -> Self {
        let access = Access::start(cluster.client(), &config.namespace, config.sign_in.clone());
        let stores = Stores::start(cluster.client(), config);
        let router = Self::router(&stores, &access, None, "router");
        Self { router, cluster, stores, access, cookie: None }
    }

    fn router(stores: &Stores, access: &Access, window: Option<SocketAddr>, files: &str) -> Router {
        let window = Client::new(stores.clone(), window);
        router(stores.clone(), access.clone(), window, &site(files), CancellationToken::new()).unwrap()
    }

    /// With an operator that shows its window there.
    fn beside(self, window: SocketAddr) -> Self {
        let router = Self::router(&self.stores, &self.access, Some(window), "window");
        Self { router, ..self }
    }

    async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()).await
    }

    /// As the page's script posts.
    async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request =
            Request::post(path).header(header::CONTENT_TYPE, FORM).header(header::ACCEPT, "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// As a browser posts a form without a script, from the page at `from`.
    async fn submit(&self, path: &str, from: &str, body: &'static str) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, FORM)
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::REFERER, format!("http://dashboard.localhost{from}"));
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

/// The content of the users' Secret.
fn users() -> Value {
    let hash = Hash::parse(HASH).unwrap();
    let entries = USERS.map(|(name, role)| {
        let user = User { role: Role::parse(role).unwrap(), hash: hash.clone() };
        (name.to_owned(), json!(user.written()))
    });
    Value::Object(entries.into_iter().collect())
}

/// Tells, as an operator does and until it is let go of, what became of each action that is asked for.
fn acting(cluster: &Arc<Cluster>, refused: Option<&'static str>) -> AbortOnDropHandle<()> {
    let cluster = Arc::clone(cluster);
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            for mut store in cluster.all() {
                let asked = &store["metadata"]["annotations"]["storeyard.dev/action"];
                let asked: Value = serde_json::from_str(asked.as_str().unwrap_or("null")).unwrap();
                if !asked.is_null() && store["status"]["action"]["id"] != asked["id"] {
                    store["status"]["action"] =
                        json!({"id": asked["id"], "at": asked["at"], "refused": refused});
                    cluster.put(store);
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }))
}

/// As the page's script asks.
fn poll(view: View, since: Option<String>, wait: Wait) -> Request<Body> {
    let body = PostcardCodec::encode(&Poll { view, since, wait }).unwrap();
    Request::post("/api/poll").header(header::CONTENT_TYPE, POSTCARD).body(Body::from(body)).unwrap()
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// Without the marks that a page has between its texts.
    body: String,
    bytes: Bytes,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).replace("<!>", ""),
            bytes: body,
        }
    }

    /// What the page's script reads of it.
    fn told<T>(&self) -> T
    where
        PostcardCodec: Decoder<T, Encoded = [u8], Error: std::fmt::Debug>,
    {
        PostcardCodec::decode(&self.bytes).unwrap()
    }

    fn header(&self, name: impl http::header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The page's path and query that the answer leads to.
    fn location(&self) -> &str {
        let location = self.header(header::LOCATION);
        location.strip_prefix("http://dashboard.localhost").unwrap_or(location)
    }
}

const CONFIG: &str = r#"{
    "namespace": "storeyard", "domainSuffix": "localhost", "scheme": "http",
    "ingress": {"className": "traefik", "address": "127.0.0.1:80", "namespace": "traefik", "podLabels": {"app": "traefik"}},
    "signIn": {"users": "storeyard-users", "keys": "storeyard-keys", "signOuts": "storeyard-sign-outs", "idleMinutes": 720, "absoluteHours": 168},
    "deadlineSeconds": 600, "concurrency": 4, "checkSeconds": 60,
    "engines": {"woocommerce": {"chart": "../charts/woocommerce", "options": {"plugin": true}, "images": {"wordpress": "localhost/w:1", "mariadb": "localhost/m:1"}}}}"#;

fn ready() -> Value {
    store(READY, "Berg Kaffee", "Done")
}

#[tokio::test]
async fn the_list_is_in_the_first_answer() {
    let page = Site::with(&[ready()]).await.get("/stores").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["<bdi>Berg Kaffee<", "store-berg-kaffee-p3m9a.localhost", "phase ready"] {
        assert!(page.body.contains(part), "{part}");
    }
}

#[tokio::test]
async fn the_address_without_a_path_leads_to_the_list() {
    let answer = Site::with(&[]).await.get("/").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::TEMPORARY_REDIRECT, "/stores"));
}

#[tokio::test]
async fn no_stores_a_failed_read_and_a_first_read_look_different() {
    let site = Site::with(&[]).await;
    let empty = site.get("/stores").await;
    assert!(empty.body.contains("Create your first store"));

    let site = site.over_a_cluster_that_is_down();
    let loading = site.get("/stores").await;
    let shown = |page: &Answer| page.body.split("<template").next().unwrap_or_default().to_owned();
    assert!(shown(&loading).contains("aria-busy=\"true\"") && !shown(&empty).contains("aria-busy"));
    assert!(!loading.body.contains("Create your first store"));
    assert_eq!(loading.status, StatusCode::SERVICE_UNAVAILABLE);

    let is_stale = |snapshot: &Snapshot| matches!(snapshot.reading, Reading::Stale { .. });
    assert!(site.stores.until(Duration::from_secs(20), is_stale).await);
    let failed = site.get("/stores").await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(failed.headers[header::RETRY_AFTER], "5");
    assert!(
        failed.body.contains("The stores cannot be read") && !failed.body.contains("Create your first store")
    );
}

#[tokio::test]
async fn what_is_not_there_is_a_404_with_a_sentence() {
    let site = Site::with(&[ready()]).await;
    for (path, sentence) in [
        ("/nowhere", "Nothing is at this address."),
        ("/stores/a/b/c", "Nothing is at this address."),
        ("/stores/no-such-00000", "There is no store at this address."),
        ("/stores/..%2Fetc", "Nothing is at this address."),
        ("/stores/no-such-00000/delete", "There is no store at this address."),
        ("/pkg/no-such.js", "Nothing is at this address."),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains(sentence), "{path}");
    }
}

#[tokio::test]
async fn search_filter_and_page_are_in_the_address() {
    let site = Site::with(&[ready(), store("casa-verde-0qk4z", "Casa Verde", "Failed")]).await;
    let found = site.get("/stores?q=CASA&show=attention&sort=name").await.body;
    assert!(found.contains("Casa Verde") && !found.contains("Berg Kaffee"));
    assert!(site.get("/stores?q=nothing-like-it").await.body.contains("No match"));
    assert_eq!(site.get("/stores?page=999&sort=%00&show=x&turn=y").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_posted_form_is_a_store_and_twice_the_same_form_is_one() {
    let site = Site::with(&[]).await;
    let first = site.post("/api/create_store", GOOD).await;
    let second = site.post("/api/create_store", GOOD).await;
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(first.body, second.body);
    assert_eq!(site.cluster.names().len(), 1);
}

#[tokio::test]
async fn whoever_asks_for_stores_too_fast_is_told_when_to_go_on_and_five_by_hand_are_made() {
    let rate = r#""creationRate": {"perPersonHourly": 5, "hourly": 6}, "concurrency": 4"#;
    let config = CONFIG.replace(r#""concurrency": 4"#, rate);
    let site = Site::of(Cluster::new(), &config).read().await.come_in().await;
    let nth = |n: u32| GOOD.replace("0123456789abcdef0123456789abcdef", &format!("{n:032x}"));
    for n in 0..5 {
        assert_eq!(site.post("/api/create_store", nth(n)).await.status, StatusCode::OK, "store {n}");
    }
    let sixth = site.post("/api/create_store", nth(5)).await;
    assert_eq!(sixth.status, StatusCode::TOO_MANY_REQUESTS);
    let again: u32 = sixth.header(header::RETRY_AFTER).parse().unwrap();
    assert!((3_500..=3_600).contains(&again), "{again}");
    let ApiError::TooMany { sentence, .. } = sixth.told() else { panic!("{}", sixth.body) };
    assert!(sentence.starts_with("You asked for 5 stores within an hour"), "{sentence}");
    // One that was sent before is the store that it made.
    assert_eq!(site.post("/api/create_store", nth(4)).await.status, StatusCode::OK);
    // Without a script it is a page with the same sentence.
    let form: &'static str = nth(5).leak();
    let led = site.submit("/api/create_store", "/stores/new", form).await;
    let page = site.get(led.location()).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.body.contains("You asked for 5 stores within an hour"));
    assert!((3_500..=3_600).contains(&page.header(header::RETRY_AFTER).parse().unwrap()));

    let bo = site.asked_by(Some("bo"));
    assert_eq!(bo.post("/api/create_store", nth(6)).await.status, StatusCode::OK);
    let all = bo.post("/api/create_store", nth(7)).await;
    assert!(all.body.contains("This platform was asked for 6 stores within an hour"), "{}", all.body);
    assert_eq!((all.status, site.cluster.names().len()), (StatusCode::TOO_MANY_REQUESTS, 6));
}

#[tokio::test]
async fn the_same_form_with_other_content_is_refused_and_nothing_is_made() {
    let site = Site::with(&[]).await.asked_by(Some("bo"));
    let first: StoreId = site.post("/api/create_store", GOOD).await.told();
    let secrets = site.cluster.kept_names("secrets");
    for (from, to) in [
        ("Atelier+Nord", "Atelier+Sued"),
        ("small", "large"),
        ("ada%40atelier.example", "bo%40atelier.example"),
        ("user=ada", "user=eve"),
        ("plan=small", "plan=small&options%5Blanguage%5D=de_DE"),
        ("correct+horse+battery", "another+horse+battery"),
    ] {
        let again = site.post("/api/create_store", GOOD.replace(from, to)).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{to}");
        let ApiError::SentBefore { name, id } = again.told() else { panic!("{to}") };
        assert_eq!((name.as_str(), &id), ("Atelier Nord", &first));
    }
    let others = site.asked_by(Some("cy")).post("/api/create_store", GOOD).await;
    assert_eq!(others.status, StatusCode::CONFLICT);
    assert!(!others.body.contains("Atelier") && !others.body.contains(first.as_str()), "{}", others.body);
    assert_eq!(site.cluster.names(), [first.to_string()]);
    assert_eq!(site.cluster.kept_names("secrets"), secrets);
}

#[tokio::test]
async fn a_form_whose_store_was_not_made_is_sent_again_with_another_password_and_that_one_counts() {
    let site = Site::with(&[]).await;
    site.cluster.be(Mood::Full);
    assert_eq!(site.post("/api/create_store", GOOD).await.status, StatusCode::SERVICE_UNAVAILABLE);
    site.cluster.be(Mood::Well);
    let body = GOOD.replace("correct+horse+battery", "another+horse+battery");
    let id: StoreId = site.post("/api/create_store", body).await.told();
    let secret = site.cluster.kept("secrets", &id.credentials_secret()).unwrap();
    let password: k8s_openapi::ByteString =
        serde_json::from_value(secret["data"]["admin-password"].clone()).unwrap();
    assert_eq!(password.0, b"another horse battery");
}

#[tokio::test]
async fn who_asked_for_what_is_on_the_timeline() {
    let site = Site::with(&[]).await.asked_by(Some("bo"));
    let id: StoreId = site.post("/api/create_store", GOOD).await.told();
    let timeline = || {
        let view = site.stores.snapshot().get(&id).unwrap();
        let asked = view.timeline.into_iter().filter_map(|entry| match entry.what {
            TimelineKind::Asked { what, by } => Some((what, by.to_string())),
            _ => None,
        });
        asked.collect::<Vec<_>>()
    };
    assert_eq!(timeline(), [(Ask::Creation, "bo".to_owned())]);

    let mut failed = site.cluster.get(id.as_str()).unwrap();
    failed["status"] = store(id.as_str(), "Atelier Nord", "Failed")["status"].clone();
    site.cluster.put(failed);
    let is_failed = |known: &Snapshot| known.get(&id).is_some_and(|view| view.summary.phase == Phase::Failed);
    assert!(site.stores.until(Duration::from_secs(5), is_failed).await);
    let ada = site.asked_by(Some("ada"));
    assert_eq!(ada.post("/api/retry_store", format!("id={id}")).await.status, StatusCode::OK);
    assert_eq!(
        ada.post("/api/delete_store", format!("id={id}&name=Atelier+Nord")).await.status,
        StatusCode::OK
    );
    let expected = [(Ask::Creation, "bo"), (Ask::Retry, "ada"), (Ask::Deletion, "ada")];
    assert_eq!(timeline(), expected.map(|(what, by)| (what, by.to_owned())));
    let page = ada.get(&format!("/stores/{id}")).await.body;
    assert!(page.contains("Another try asked for by "), "{page}");
}

#[tokio::test]
async fn a_form_without_a_script_leads_to_the_new_stores_page() {
    let site = Site::with(&[]).await;
    let answer = site.submit("/api/create_store", "/stores/new", GOOD).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let page = site.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Atelier Nord") && page.body.contains("Queued"));
}

#[tokio::test]
async fn bad_fields_are_told_with_422_and_nothing_is_made() {
    let site = Site::with(&[]).await;
    let name_after = |from: &str, to: &str| GOOD.replace(from, to);
    for (body, field) in [
        (name_after("Atelier+Nord", ""), "name"),
        (name_after("Atelier+Nord", &"x".repeat(61)), "name"),
        (name_after("Atelier+Nord", "%F0%9F%8E%89"), "name"),
        (name_after("Atelier+Nord", "a%00b"), "name"),
        (name_after("Atelier+Nord", "%3Cscript%3E"), "name"),
        (name_after("ada%40atelier.example", "ada"), "email"),
        (name_after("user=ada", "user=a+b"), "user"),
        (name_after("correct+horse+battery", "short"), "password"),
        (name_after("woocommerce", "magento"), "engine"),
        (name_after("small", "huge"), "plan"),
        (name_after("small", "small&options[language]=xx"), "options"),
        (name_after("0123456789abcdef0123456789abcdef", "x"), "request"),
        (String::new(), "name"),
    ] {
        let answer = site.post("/api/create_store", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let ApiError::Invalid { errors, .. } = answer.told() else { panic!("{field} is taken") };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.key()).collect();
        assert!(fields.contains(&field), "{field} is not in {fields:?}");
    }
    assert!(site.cluster.names().is_empty());
}

#[tokio::test]
async fn a_refused_form_without_a_script_comes_back_filled_in_but_for_the_password() {
    let site = Site::with(&[]).await;
    const BAD: &str = "request=0123456789abcdef0123456789abcdef&name=Atelier+%22Nord%22&engine=woocommerce&plan=large&email=ada&user=ada&password=correct+horse+battery";
    let answer = site.submit("/api/create_store", "/stores/new", BAD).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert!(answer.location().starts_with("/stores/new?"));
    let page = site.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("not an e-mail address the shop accepts"));
    assert!(page.body.contains("value=\"Atelier &quot;Nord&quot;\""));
    assert!(page.body.contains("value=\"0123456789abcdef0123456789abcdef\""));
    for (part, place) in [(answer.location(), "the address"), (page.body.as_str(), "the page")] {
        assert!(!part.contains("battery"), "the password is in {place}");
    }
    assert!(site.cluster.names().is_empty());
}

#[tokio::test]
async fn a_page_says_of_a_refused_form_what_another_site_leads_to_to_nobody() {
    let site = Site::with(&[]).await;
    let refused = site.submit("/api/create_store", "/stores/new", "name=").await;
    for (led_by, is_told) in [
        (None, true),
        (Some("same-origin"), true),
        (Some("cross-site"), false),
        (Some("same-site"), false),
        (Some("none"), false),
    ] {
        let mut request = Request::get(refused.location()).header(header::ACCEPT, "text/html");
        if let Some(site) = led_by {
            request = request.header("sec-fetch-site", site);
        }
        let page = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(page.body.contains("Give the store a name"), is_told, "{led_by:?}");
        if !is_told {
            assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/stores/new"), "{led_by:?}");
        }
    }
}

/// The choices that a page shows as chosen.
fn chosen(page: &Answer) -> Vec<&str> {
    let selected = page.body.split("<option value=\"").filter_map(|option| option.split_once("\" selected"));
    selected.map(|(key, _)| key).collect()
}

#[tokio::test]
async fn what_an_engine_asks_is_chosen_in_the_form_and_stands_in_the_store() {
    let site = Site::with(&[]).await;
    let body = GOOD.replace("small", "small&options%5Blanguage%5D=ar&options[timeZone]=Africa%2FCairo");
    let id: StoreId = site.post("/api/create_store", body).await.told();
    let options = site.cluster.get(id.as_str()).unwrap()["spec"]["options"].clone();
    let expected =
        json!({ "language": "ar", "timeZone": "Africa/Cairo", "country": "DE", "currency": "EUR" });
    assert_eq!(options, expected);
    let page = site.get(&format!("/stores/{id}")).await;
    assert!(page.body.contains("Arabic (العربية) · Germany · Euro (EUR) · Africa/Cairo"), "{}", page.body);
}

#[tokio::test]
async fn an_option_that_there_is_not_is_told_without_a_script_and_the_others_stay_chosen() {
    let site = Site::with(&[]).await;
    const ODD: &str = "request=0123456789abcdef0123456789abcdef&name=Atelier+Nord&engine=woocommerce&plan=small&options%5Blanguage%5D=xx&options%5Bcountry%5D=AT&email=ada%40atelier.example&user=ada&password=correct+horse+battery";
    let answer = site.submit("/api/create_store", "/stores/new", ODD).await;
    let page = site.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("Language cannot be “xx”. Choose one of the list."));
    assert_eq!(chosen(&page), ["en_US", "AT", "EUR", "UTC"]);
    assert!(site.cluster.names().is_empty());
}

#[tokio::test]
async fn a_new_form_begins_where_the_browser_says_that_one_is() {
    let site = Site::with(&[]).await;
    assert_eq!(chosen(&site.get("/stores/new").await), ["en_US", "DE", "EUR", "UTC"]);
    let cookie = format!("{}; zone=Europe/Zurich", site.cookie.as_deref().unwrap());
    let swiss = Site { cookie: Some(cookie), ..site.asked_by(None) };
    let request = Request::get("/stores/new").header(header::ACCEPT_LANGUAGE, "fr-CH, de;q=0.7");
    let page = swiss.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(chosen(&page), ["fr_FR", "CH", "CHF", "Europe/Zurich"]);
}

#[tokio::test]
async fn a_store_is_deleted_only_by_its_name() {
    let site = Site::with(&[ready()]).await;
    let wrong = site.post("/api/delete_store", format!("id={READY}&name=Berg")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(site.cluster.get(READY).unwrap()["metadata"]["deletionTimestamp"].is_null());

    let right = site.post("/api/delete_store", format!("id={READY}&name=Berg+Kaffee")).await;
    assert_eq!(right.status, StatusCode::OK);
    assert!(!site.cluster.get(READY).unwrap()["metadata"]["deletionTimestamp"].is_null());

    let again = site.post("/api/delete_store", format!("id={READY}&name=Berg+Kaffee")).await;
    assert_eq!(again.status, StatusCode::OK);
    let page = site.get(&format!("/stores/{READY}")).await.body;
    assert!(page.contains("Deleting") && page.contains("Volumes deleted"));
}

#[tokio::test]
async fn the_wrong_name_without_a_script_is_told_at_the_field() {
    let site = Site::with(&[ready()]).await;
    let from = "/stores/berg-kaffee-p3m9a/delete";
    let answer = site.submit("/api/delete_store", from, "id=berg-kaffee-p3m9a&name=wrong").await;
    let page = site.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("The name does not match."));
}

#[tokio::test]
async fn each_phase_has_its_word_its_links_and_its_way_on() {
    for (state, word, has_links, can_retry) in [
        ("Pending", "Queued", false, false),
        ("InProgress", "Provisioning", false, false),
        ("Done", "Ready", true, false),
        ("Lost", "Degraded", true, false),
        ("Failed", "Failed", false, true),
    ] {
        let mut resource = store(READY, "Berg Kaffee", state);
        if state == "Failed" {
            resource["status"]["failure"] = json!({"step": "WorkloadsReady", "sentence": "The database could not start.", "at": 0,
                "evidence": [{"source": "pod mariadb-0", "text": "<b>last line</b>"}]});
        }
        let page = Site::with(&[resource]).await.get(&format!("/stores/{READY}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(&format!("phase {}", word.to_lowercase())), "{word}");
        assert!(page.body.contains(&format!("<title>{word} · Berg Kaffee</title>")), "{word}");
        let shop = "href=\"http://store-berg-kaffee-p3m9a.localhost\"";
        assert_eq!(page.body.contains(shop), has_links, "{word}");
        assert_eq!(page.body.contains("/api/retry_store"), can_retry, "{word}");
        assert!(!page.body.contains("<b>last line</b>"));
    }
}

#[tokio::test]
async fn the_form_offers_what_the_platform_has_and_says_what_is_lacking() {
    let whole = Site::with(&[]).await.get("/stores/new").await;
    assert_eq!(whole.status, StatusCode::OK);
    for part in [
        "value=\"woocommerce\"",
        "value=\"large\"",
        "name=\"request\"",
        "type=\"password\"",
        "action=\"/api/create_store\"",
    ] {
        assert!(whole.body.contains(part), "{part}");
    }
    assert!(!whole.body.contains("without the WooCommerce plugin"));
    let site =
        Site::of(Cluster::new(), &CONFIG.replace(r#""plugin": true"#, r#""plugin": false"#)).come_in().await;
    assert!(site.get("/stores/new").await.body.contains("without the WooCommerce plugin"));
}

#[tokio::test]
async fn a_name_in_any_script_has_its_address_shown() {
    let site = Site::with(&[]).await;
    let shown = site.post("/api/preview_address", "name=%E6%9D%B1%E4%BA%AC").await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.told::<String>(), "store-dong-jing-•••••.localhost");
    assert_eq!(site.post("/api/preview_address", "name=---").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_deleted_store_is_shown_to_be_gone() {
    let mut deleted = ready();
    deleted["status"]["removal"] = ["ReleaseUninstalled", "NamespaceDeleted", "VolumesDeleted"]
        .map(|kind| json!({"type": kind, "status": "True", "reason": "Done", "message": "", "startedAt": "2026-11-23T13:30:00Z", "lastTransitionTime": "2026-11-23T13:30:02Z"}))
        .to_vec()
        .into();
    let site = Site::with(&[deleted]).await;
    let page = page_after_removal(&site).await;
    assert!(
        page.contains("is gone") && page.contains("namespace store-berg-kaffee-p3m9a and everything in it")
    );
    assert!(!page.contains("not seen to be gone"));
    assert_eq!(
        site.post("/api/delete_store", format!("id={READY}&name=Berg+Kaffee")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_record_that_went_before_its_store_is_not_called_gone() {
    let site = Site::with(&[ready()]).await;
    let page = page_after_removal(&site).await;
    assert!(page.contains("has no record any more") && page.contains("not seen to be gone"));
    assert!(!page.contains("is gone"));
}

/// The store's page once its record is no more.
async fn page_after_removal(site: &Site) -> String {
    let id = store::StoreId::parse(READY).unwrap();
    site.cluster.remove(READY);
    assert!(site.stores.until(Duration::from_secs(5), |snapshot| snapshot.gone(&id).is_some()).await);
    let page = site.get(&format!("/stores/{READY}")).await;
    assert_eq!(page.status, StatusCode::OK);
    page.body
}

#[tokio::test]
async fn only_a_failed_store_can_be_retried() {
    let site = Site::with(&[ready(), store("demo-8w1vd", "Demo", "Failed")]).await;
    assert_eq!(site.post("/api/retry_store", format!("id={READY}")).await.status, StatusCode::CONFLICT);
    assert_eq!(site.post("/api/retry_store", "id=no-such-00000").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.post("/api/retry_store", "id=%2e%2e").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.post("/api/retry_store", "id=demo-8w1vd").await.status, StatusCode::OK);
    let retried = site.cluster.get("demo-8w1vd").unwrap();
    let asked = retried["metadata"]["annotations"]["storeyard.dev/retry"].as_str().unwrap();
    assert!(now().since(millis(asked).unwrap()).0 < 60_000, "{asked}");
    let demo = StoreId::parse("demo-8w1vd").unwrap();
    let is_tried_again = |known: &Snapshot| known.get(&demo).is_some_and(|view| view.attempt == 2);
    assert!(site.stores.until(Duration::from_secs(5), is_tried_again).await);
}

#[tokio::test]
async fn a_store_that_was_written_by_hand_is_shown_retried_and_deleted_as_any_other() {
    let mut failed = store("atelier-nord", "Atelier Nord", "Failed");
    let metadata = failed["metadata"].as_object_mut().unwrap();
    metadata.retain(|key, _| key == "name" || key == "generation");
    failed["spec"]["credentialsRef"] = json!({ "name": "atelier-nord-admin" });
    let mut queued = failed.clone();
    queued["metadata"]["name"] = json!("7");
    queued.as_object_mut().unwrap().remove("status");
    let site = Site::with(&[failed, queued]).await;
    let list = site.get("/stores").await.body;
    assert!(list.contains("store-atelier-nord.localhost") && list.contains("/stores/7"), "{list}");
    assert!(site.get("/stores/7").await.body.contains("Queued"));
    let member = site.asked_by(Some("bo"));
    assert_eq!(member.get("/stores/atelier-nord").await.status, StatusCode::NOT_FOUND, "it is nobody's");

    assert_eq!(site.post("/api/retry_store", "id=atelier-nord").await.status, StatusCode::OK);
    let retried = site.cluster.get("atelier-nord").unwrap();
    assert!(retried["metadata"]["annotations"]["storeyard.dev/retry"].is_string());
    let deleted = site.post("/api/delete_store", "id=atelier-nord&name=Atelier+Nord").await;
    assert_eq!(deleted.status, StatusCode::OK);
    assert!(!site.cluster.get("atelier-nord").unwrap()["metadata"]["deletionTimestamp"].is_null());
}

#[tokio::test]
async fn what_is_asked_of_a_store_is_done_though_its_status_is_written_at_the_same_moment() {
    let site = Site::with(&[ready(), store("demo-8w1vd", "Demo", "Failed")]).await;
    for (what, id) in
        [("change_store", format!("id={READY}&wish=suspend")), ("retry_store", "id=demo-8w1vd".to_owned())]
    {
        site.cluster.overtake(2);
        let answer = site.post(&format!("/api/{what}"), id).await;
        assert_eq!(answer.status, StatusCode::OK, "{what}: {}", answer.body);
    }
    assert_eq!(site.cluster.get(READY).unwrap()["spec"]["running"], false);
    let retried = site.cluster.get("demo-8w1vd").unwrap();
    assert!(retried["metadata"]["annotations"]["storeyard.dev/retry"].is_string());
    site.cluster.overtake(99);
    let answer = site.post("/api/change_store", format!("id={READY}&wish=update")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "it has an end");
}

/// What a page with the state `since` hears.
async fn hear(site: &Site, view: View, since: Option<&str>, wait: Wait) -> Heard {
    let answer = site.send(poll(view, since.map(str::to_owned), wait)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.told()
}

/// What a page hears first.
async fn first(site: &Site, view: View) -> Page {
    news(hear(site, view, None, Wait::No).await)
}

fn news(heard: Heard) -> Page {
    match heard {
        Heard::News(page) => *page,
        Heard::Same { .. } => panic!("no news"),
    }
}

fn the_list() -> View {
    View::List(store::ListQuery::default())
}

fn the_store() -> View {
    View::Store(StoreId::parse(READY).unwrap())
}

#[tokio::test]
async fn a_poll_answers_at_once_without_a_revision_and_at_the_next_change_with_one() {
    let site = Site::with(&[ready()]).await;
    let before = first(&site, the_store()).await;
    let change = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        site.cluster.put(store(READY, "Berg Kaffee", "Lost"));
    };
    let (next, ()) = tokio::join!(hear(&site, the_store(), Some(&before.revision), Wait::Long), change);
    let next = news(next);
    assert_ne!(before.revision, next.revision);
    assert_eq!(
        (before.title.as_str(), next.title.as_str()),
        ("Ready · Berg Kaffee", "Degraded · Berg Kaffee")
    );
    assert!(next.html.contains("phase degraded"), "{}", next.html);
}

#[tokio::test]
async fn a_page_that_is_gone_to_is_the_one_that_is_loaded_there() {
    let site = Site::with(&[ready()]).await;
    let id = StoreId::parse(READY).unwrap();
    let missing = StoreId::parse("no-such-00000").unwrap();
    for (view, path, sentence) in [
        (the_list(), "/stores".to_owned(), "Berg Kaffee"),
        (the_store(), format!("/stores/{READY}"), "Open shop"),
        (View::Delete(id), format!("/stores/{READY}/delete"), "This cannot be undone."),
        (View::New, "/stores/new".to_owned(), "Create store"),
        (View::Store(missing), "/stores/no-such-00000".to_owned(), "There is no store at this address."),
    ] {
        let page = first(&site, view).await;
        let loaded = site.get(&path).await.body;
        assert!(loaded.contains(&format!("<title>{}</title>", page.title)), "{path}");
        for html in [&page.html, &loaded] {
            assert!(html.contains(sentence), "{path}: {html}");
        }
    }
    let refused = first(&site.asked_by(Some("vi")), View::New).await;
    assert!(refused.html.contains("Ask an admin") && !refused.html.contains("Create store"));
}

#[tokio::test]
async fn whichever_replica_is_asked_holds_what_is_no_news() {
    let site = Site::with(&[ready()]).await;
    let other = site.replica().await;
    for view in [the_list(), the_store(), View::Store(StoreId::parse("no-such-00000").unwrap())] {
        let shown = first(&site, view.clone()).await;
        assert_eq!(first(&other, view.clone()).await.revision, shown.revision, "{view:?}");
        for replica in [&other, &site] {
            let held = hear(replica, view.clone(), Some(&shown.revision), Wait::Brief);
            let answered = tokio::time::timeout(Duration::from_millis(400), held).await;
            assert!(answered.is_err(), "{view:?}: {answered:?}");
            let asked = hear(replica, view.clone(), Some(&shown.revision), Wait::No).await;
            assert!(matches!(asked, Heard::Same { .. }), "{asked:?}");
        }
    }
}

#[tokio::test]
async fn what_replicas_noticed_at_different_times_is_named_the_same() {
    let site = Site::with(&[ready()]).await;
    let other = site.replica().await;
    site.cluster.remove(READY);
    let id = StoreId::parse(READY).unwrap();
    let mut told = Vec::new();
    for replica in [&site, &other] {
        assert!(replica.stores.until(Duration::from_secs(5), |known| known.gone(&id).is_some()).await);
        told.push(first(replica, the_store()).await);
    }
    assert_eq!(told[0].pace, Pace::Last);
    assert_eq!(told[0].revision, told[1].revision);
}

#[tokio::test]
async fn changes_that_come_together_are_told_together() {
    let site = Site::with(&[ready()]).await;
    let before = first(&site, the_list()).await;
    let change = async {
        for n in 0..5 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            site.cluster.put(store(&format!("casa-{n}-0qk4z"), "Casa Verde", "Done"));
        }
    };
    let (next, ()) = tokio::join!(hear(&site, the_list(), Some(&before.revision), Wait::Long), change);
    assert_eq!(news(next).summary.unwrap().state, "6");
}

#[tokio::test]
async fn what_one_does_not_see_is_no_news() {
    let site = Site::with(&[ready()]).await.asked_by(Some("bo"));
    let before = first(&site, the_list()).await;
    let change = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        site.cluster.put(store("casa-verde-0qk4z", "Casa Verde", "Done"));
    };
    let held = hear(&site, the_list(), Some(&before.revision), Wait::Brief);
    let (heard, ()) = tokio::join!(held, change);
    assert!(matches!(heard, Heard::Same { .. }), "{heard:?}");
}

#[tokio::test]
async fn a_store_that_another_replica_made_just_now_is_shown_before_the_watch_tells_of_it() {
    let site = Site::with(&[]).await;
    site.cluster.be(Mood::Lagging);
    let mut made = store(READY, "Berg Kaffee", "Pending");
    made["spec"]["owner"] = json!("bo");
    site.cluster.put(made);
    let bo = site.asked_by(Some("bo"));
    let page = bo.get(&format!("/stores/{READY}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Berg Kaffee") && page.body.contains("Queued"));
    let body = format!("id={READY}&name=Berg+Kaffee");
    assert_eq!(
        site.asked_by(Some("cy")).post("/api/delete_store", body.clone()).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(bo.post("/api/delete_store", body).await.status, StatusCode::OK);
    assert_eq!(
        site.asked_by(Some("cy")).get(&format!("/stores/{READY}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_page_says_since_when_nobody_looks_at_the_stores() {
    let config =
        CONFIG.replace(r#""concurrency": 4"#, r#""concurrency": 4, "operatorLease": "storeyard-operator""#);
    for (beat, is_told) in [("2024-03-01T10:20:30.000000Z".to_owned(), true), (rfc3339(now()), false)] {
        let cluster = Cluster::new();
        cluster.put(ready());
        cluster.renew("storeyard-operator", &beat, json!({}));
        let site = Site::of(cluster, &config).read().await.come_in().await;
        let is_silent = |known: &Snapshot| known.unobserved.is_some();
        assert_eq!(site.stores.until(Duration::from_millis(500), is_silent).await, is_told);
        let page = site.get("/stores").await.body;
        assert!(page.contains("Berg Kaffee"));
        assert_eq!(page.contains("Nobody looks at the stores"), is_told);
        assert_eq!(page.contains("This is the state of 10:20:30, "), is_told);
    }
}

#[tokio::test]
async fn what_is_no_store_is_shown_to_admins_and_a_namespace_without_a_store_is_removed_when_one_says_so() {
    let config =
        CONFIG.replace(r#""concurrency": 4"#, r#""concurrency": 4, "operatorLease": "storeyard-operator""#);
    let cluster = Cluster::new();
    let mut huge = store("huge-plan-00000", "Huge", "Ready");
    huge["spec"]["plan"] = json!("huge");
    cluster.put(huge);
    let annotations = json!({"storeyard.dev/namespaces-without-store": "left-over-00000"});
    cluster.renew("storeyard-operator", &rfc3339(now()), annotations);
    let site = Site::of(cluster, &config).read().await.come_in().await;
    let both = |known: &Snapshot| known.strays().count() == 2;
    assert!(site.stores.until(Duration::from_secs(5), both).await);
    let page = site.get("/stores").await.body;
    for part in [
        "The Store huge-plan-00000 cannot be understood: its plan is not valid",
        "Remove store-left-over-00000",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("/stores/huge-plan-00000"), "it is no row");
    for other in ["bo", "vi"] {
        assert!(!site.asked_by(Some(other)).get("/stores").await.body.contains("left-over"), "{other}");
    }

    // One that has a Store is not removed so.
    assert_eq!(site.post("/api/remove_stray", "id=huge-plan-00000").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.post("/api/remove_stray", "id=left-over-00000").await.status, StatusCode::OK);
    let removal = site.cluster.get("left-over-00000").unwrap();
    assert!(!removal["metadata"]["deletionTimestamp"].is_null());
    assert_eq!(removal["metadata"]["annotations"]["storeyard.dev/removal-only"], "true");
    let page = site.get("/stores/left-over-00000").await.body;
    assert!(page.contains("Deletion asked for by <bdi>ada") && page.contains("Deleting"), "{page}");
}

#[tokio::test]
async fn while_the_cluster_does_not_answer_nothing_is_said_not_to_be_there() {
    let site = Site::with(&[ready()]).await;
    site.cluster.be(Mood::Down);
    let page = site.get("/stores/casa-verde-0qk4z").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("The store cannot be read"));
}

#[tokio::test]
async fn a_page_of_another_build_is_refused_before_it_is_read() {
    let site = Site::with(&[ready()]).await;
    let page = site.get("/stores").await.body;
    let build = page.split("name=\"build\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(build.len(), 16, "{build}");
    for (told, body, status) in [
        (build, None, StatusCode::OK),
        ("00112233aabbccdd", None, StatusCode::PRECONDITION_FAILED),
        ("00112233aabbccdd", Some("of another shape"), StatusCode::PRECONDITION_FAILED),
    ] {
        let mut request = poll(the_list(), None, Wait::No);
        request.headers_mut().insert(app::api::build::HEADER, told.parse().unwrap());
        if let Some(body) = body {
            *request.body_mut() = Body::from(body);
        }
        assert_eq!(site.send(request).await.status, status, "{told}");
    }
}

#[tokio::test]
async fn a_page_says_by_itself_that_it_does_not_renew_itself_until_its_program_runs() {
    for path in ["/stores", "/stores/new", "/nowhere"] {
        let page = Site::with(&[ready()]).await.get(path).await.body;
        assert!(page.contains("<html lang=\"en\" data-live=\"no\">"), "{path}");
        let scripts: Vec<&str> = page.split("<script").skip(1).collect();
        assert!(scripts.iter().any(|script| script.contains("storeyard:failed") && script.contains("catch")));
        assert!(
            scripts[0].contains("dataset.live = \"starting\""),
            "the state is known before anything is drawn"
        );
    }
}

#[tokio::test]
async fn a_poll_is_answered_at_once_when_the_server_stops() {
    let here = Site::with(&[]).await;
    let shown = first(&here, the_list()).await;
    let Site { stores, access, cookie, .. } = here;
    let stopping = CancellationToken::new();
    let window = Client::new(stores.clone(), None);
    let router = router(stores, access, window, &site("stopping"), stopping.clone()).unwrap();
    let mut request = poll(the_list(), Some(shown.revision), Wait::Long);
    request.headers_mut().insert(header::COOKIE, cookie.unwrap().parse().unwrap());
    let waiting = tokio::spawn(router.oneshot(request));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    stopping.cancel();
    let answer = tokio::time::timeout(Duration::from_secs(2), waiting).await.unwrap().unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_no_page_sends_is_refused_with_its_own_status() {
    let site = Site::with(&[]).await;
    let big = site.post("/api/create_store", format!("name={}", "x".repeat(10 << 20))).await;
    assert_eq!(big.status, StatusCode::PAYLOAD_TOO_LARGE);
    let told_big = Request::post("/api/create_store")
        .header(header::CONTENT_TYPE, FORM)
        .header(header::CONTENT_LENGTH, 10 << 20);
    let told_big = site.send(told_big.body(Body::empty()).unwrap()).await;
    assert_eq!(told_big.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(told_big.body.contains("64 KiB"));
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/xml"] {
        let request = Request::post("/api/create_store").header(header::CONTENT_TYPE, kind);
        assert_eq!(
            site.send(request.body(Body::from(GOOD)).unwrap()).await.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{kind}"
        );
    }
    let nonsense = Request::post("/api/poll").header(header::CONTENT_TYPE, POSTCARD);
    assert_eq!(site.send(nonsense.body(Body::from("{")).unwrap()).await.status, StatusCode::BAD_REQUEST);
    assert!(site.cluster.names().is_empty());
}

#[tokio::test]
async fn another_site_cannot_make_a_browser_post() {
    let site = Site::with(&[]).await;
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://store-evil-00000.localhost"),
    ] {
        let request = Request::post("/api/create_store")
            .header(header::CONTENT_TYPE, FORM)
            .header(header::HOST, "dashboard.localhost")
            .header(header, value);
        let answer = site.send(request.body(Body::from(GOOD)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header}: {value}");
    }
    assert!(site.cluster.names().is_empty());
}

#[tokio::test]
async fn only_the_answers_own_scripts_may_run() {
    let site = Site::with(&[ready()]).await;
    for path in ["/stores", "/stores/new", "/nowhere"] {
        let page = site.get(path).await;
        let policy = page.header(header::CONTENT_SECURITY_POLICY).to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        let scripts = page.body.matches("<script").count();
        assert!(scripts > 0);
        assert_eq!(page.body.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "{path}");
        assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"));
        assert!(!page.body.contains(" style=\""), "{path}");
        assert_ne!(site.get(path).await.header(header::CONTENT_SECURITY_POLICY), policy);
        assert_eq!(page.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    }
}

#[tokio::test]
async fn files_are_kept_for_ever_only_under_an_address_that_names_their_content() {
    let site = Site::with(&[]).await;
    let kept = |answer: &Answer| answer.header(header::CACHE_CONTROL).to_owned();
    let page = site.get("/stores").await.body;
    let named = |file: &str| {
        let start = page.find(&format!("/pkg/{file}?v=")).unwrap();
        page[start..].split('"').next().unwrap().trim_end_matches('\\').to_owned()
    };
    assert!(kept(&site.get(&named("storeyard.css")).await).contains("immutable"));
    let of_another_build = site.get("/pkg/storeyard.css?v=0011").await;
    assert_eq!(
        (of_another_build.status, kept(&of_another_build).as_str()),
        (StatusCode::NOT_FOUND, "no-store")
    );
    assert_eq!(kept(&site.get("/pkg/storeyard.css").await), "public, max-age=3600");
    assert_eq!(kept(&site.get("/pkg/no-such.css?v=0011").await), "no-store");
    let request =
        Request::get(named("storeyard.wasm")).header(header::ACCEPT_ENCODING, "br, gzip").body(Body::empty());
    let packed = site.send(request.unwrap()).await;
    assert_eq!((packed.header(header::CONTENT_ENCODING), packed.body.as_str()), ("br", "compressed"));
    assert_eq!(packed.header(header::CONTENT_TYPE), "application/wasm");
}

#[tokio::test]
async fn pages_are_compressed_and_the_door_is_not() {
    let site = Site::with(&[ready()]).await;
    let get = async |path: &str, encodings: &'static str| {
        let request = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_ENCODING, encodings)
            .body(Body::empty());
        site.send(request.unwrap()).await
    };
    let plain = site.get("/stores").await;
    assert_eq!(plain.header(header::CONTENT_ENCODING), "");
    for encoding in ["br", "gzip"] {
        let packed = get("/stores", encoding).await;
        assert_eq!(packed.header(header::CONTENT_ENCODING), encoding);
        assert_eq!(packed.header(header::CONTENT_TYPE), plain.header(header::CONTENT_TYPE));
        assert!(
            packed.bytes.len() * 2 < plain.bytes.len(),
            "{} of {}",
            packed.bytes.len(),
            plain.bytes.len()
        );
    }
    let mut unpacked = String::new();
    let packed = get(&format!("/stores/{READY}"), "gzip").await;
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed.bytes.as_ref()), &mut unpacked)
        .unwrap();
    assert!(unpacked.contains("Berg Kaffee") && unpacked.contains("</html>"));
    let door = site.asked_by(None);
    let request = Request::get("/sign-in").header(header::ACCEPT_ENCODING, "br, gzip").body(Body::empty());
    let door = door.send(request.unwrap()).await;
    assert_eq!((door.status, door.header(header::CONTENT_ENCODING)), (StatusCode::OK, ""));
    let polled = get("/favicon.svg", "br, gzip").await;
    assert_eq!(polled.header(header::CONTENT_ENCODING), "");
}

#[tokio::test]
async fn the_server_is_ready_once_the_stores_were_read() {
    let site = Site::with(&[]).await;
    assert_eq!(health(&site, "/healthz").await, StatusCode::OK);
    assert_eq!(health(&site, "/readyz").await, StatusCode::OK);
    let site = site.over_a_cluster_that_is_down();
    assert_eq!(health(&site, "/healthz").await, StatusCode::OK);
    assert_eq!(health(&site, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
}

async fn health(site: &Site, path: &str) -> StatusCode {
    let router =
        crate::health::router(vec![crate::health::Part::Web(site.stores.clone(), site.access.clone())]);
    router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap().status()
}

#[tokio::test]
async fn visitors_are_told_neither_health_nor_metrics() {
    let site = Site::with(&[]).await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
