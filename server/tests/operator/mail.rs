//! What a store sends, taken by a real mail server beyond the node, and what becomes of it while that server takes nothing.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use store::{MailForm, Phase, StoreId, StoreView, Wish};
use tokio::time::sleep;

use crate::{
    address::run_in_shop,
    host::{Host, reaches},
    platform::{Cluster, LONG, Platform, ada},
};

const FROM: &str = "shops@storeyard.example";
const SMTP: u16 = 1025;
const HTTP: u16 = 8025;
/// What was changed in a Secret comes to the files of a pod by the kubelet's next look at it, which may be a minute and a half away.
const FILES_FOLLOW: Duration = Duration::from_secs(200);

fn is_without_mail(view: &StoreView) -> bool {
    view.engine_notes.iter().any(|note| note.to_string().contains("sends no mail"))
}

/// The mail server: it lets in whoever knows the password, over an encrypted connection, and keeps what it takes.
struct Sink {
    program: Child,
}

impl Sink {
    /// `is_encrypted`: takes nothing in the clear.
    fn start(host: &Host, folder: &Path, is_encrypted: bool) -> Self {
        let mailpit = Cluster::given().mailpit.expect("the file that tells of the cluster names mailpit");
        let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let (smtp, http, users) = (format!("0.0.0.0:{SMTP}"), format!("0.0.0.0:{HTTP}"), file("users"));
        let (certificate, key) = (file("mail.crt"), file("mail.key"));
        let always = ["--smtp", &smtp, "--listen", &http, "--smtp-auth-file", &users];
        let quiet = ["--disable-version-check", "--smtp-disable-rdns"];
        let tls = ["--smtp-tls-cert", &certificate, "--smtp-tls-key", &key, "--smtp-require-starttls"];
        let tls = if is_encrypted { &tls[..] } else { &["--smtp-auth-allow-insecure"] };
        let log = File::create(folder.join("mailpit.log")).unwrap();
        let args = [&always[..], &quiet, tls].concat();
        let sink = Self { program: host.start(mailpit.to_str().unwrap(), &args, log) };
        let began = Instant::now();
        while get(host, "messages").is_none() {
            assert!(
                began.elapsed() < LONG,
                "{}",
                std::fs::read_to_string(folder.join("mailpit.log")).unwrap()
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        sink
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// What the mail server tells of what it keeps. None while it is not there.
fn get(host: &Host, what: &str) -> Option<Value> {
    let told = curl(&[&format!("http://{}:{HTTP}/api/v1/{what}", host.address)]);
    serde_json::from_str(&told).ok()
}

/// The newest mail about `subject`, whole.
async fn mail(host: &Host, subject: &str) -> Value {
    let began = Instant::now();
    loop {
        let messages = get(host, "messages").unwrap();
        let found = messages["messages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|message| message["Subject"].as_str().unwrap().contains(subject));
        if let Some(found) = found {
            return get(host, &format!("message/{}", found["ID"].as_str().unwrap())).unwrap();
        }
        assert!(began.elapsed() < LONG, "no mail about {subject}: {messages:#}");
        sleep(Duration::from_millis(300)).await;
    }
}

fn curl(args: &[&str]) -> String {
    let told = Command::new("curl").args(["--silent", "--max-time", "60"]).args(args).output().unwrap();
    String::from_utf8_lossy(&told.stdout).into_owned()
}

/// Somebody in front of the shop, who keeps cookies.
struct Visitor {
    cookies: PathBuf,
    host: String,
}

impl Visitor {
    fn new(platform: &Platform, view: &StoreView) -> Self {
        let cookies = platform.folder().join(format!("cookies-{:08x}", crate::platform::nanos()));
        Self { cookies, host: view.summary.address.host.clone() }
    }

    /// The answer's head and body.
    fn ask(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let (resolve, url) = (format!("{}:80:127.0.0.1", self.host), format!("http://{}{path}", self.host));
        let cookies = self.cookies.to_str().unwrap();
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let fields = fields.iter().flat_map(|field| ["--data-urlencode", field]);
        let args = ["--include", "--resolve", &resolve, "--cookie", cookies, "--cookie-jar", cookies, &url];
        curl(&args.into_iter().chain(fields).collect::<Vec<_>>())
    }

    /// Whether a link for a new password was sent, or what was said instead.
    fn forgets(&self, user: &str) -> Result<(), String> {
        let answer = self.ask("/wp-login.php?action=lostpassword", &[("user_login", user)]);
        if answer.contains("checkemail=confirm") { Ok(()) } else { Err(answer) }
    }
}

/// Until a mail is sent, or is not; what the shop said of it.
async fn until_sent(visitor: &Visitor, is_sent: bool) -> String {
    let began = Instant::now();
    loop {
        let told = visitor.forgets("ada");
        if told.is_ok() == is_sent {
            return told.err().unwrap_or_default();
        }
        assert!(began.elapsed() < FILES_FOLLOW, "sent all the time: {}; {told:?}", !is_sent);
        sleep(Duration::from_secs(5)).await;
    }
}

/// What the platform's Secret holds.
fn login(platform: &Platform, password: &str, authorities: &str) {
    let data = json!({ "user": "shops", "password": password, "ca.crt": authorities });
    let metadata = json!({ "name": "smtp", "namespace": platform.namespace });
    platform
        .apply(&json!({ "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data }));
}

async fn until_told(platform: &Platform, id: &StoreId) {
    let told = platform.until(id, "told that mail fails", |view| !view.notices.is_empty()).await;
    assert_eq!(told.summary.phase, Phase::Ready, "it sells all the same");
    assert!(told.notices[0].sentence.contains("could not send"), "{:?}", told.notices);
}

async fn until_sent_and_told(platform: &Platform, id: &StoreId, visitor: &Visitor) {
    until_sent(visitor, true).await;
    platform.until(id, "told that mail is sent again", |view| view.notices.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn mail_leaves_by_the_platforms_server_and_what_cannot_leave_is_told_until_some_does() {
    let host = Host::new("203.0.113.10", &[]);
    let address = host.address.to_string();
    let platform = Platform::started(|config| {
        config["egress"] = json!({ "default": "none", "maximum": "none", "ports": [] });
        config["mail"] = json!({
            "mode": "smtp", "host": address, "port": SMTP, "tls": "starttls", "from": FROM, "credentials": "smtp",
            "to": { "cidrs": [format!("{address}/32")] },
        });
    })
    .await;
    let certificate = rcgen::generate_simple_self_signed([address.clone()]).unwrap();
    for (name, text) in [
        ("users", "shops:battery-staple".to_owned()),
        ("mail.crt", certificate.cert.pem()),
        ("mail.key", certificate.signing_key.serialize_pem()),
    ] {
        std::fs::write(platform.folder().join(name), text).unwrap();
    }
    let sink = Sink::start(&host, platform.folder(), true);
    login(&platform, "battery-staple", &certificate.cert.pem());
    let id = platform.create("Atelier Mail").await;
    let view = platform.until_settled(&id).await;
    assert!(!is_without_mail(&view));
    let visitor = Visitor::new(&platform, &platform.stores.snapshot().get(&id).unwrap());

    assert!(reaches(&platform, &id, &address, SMTP));
    assert!(!reaches(&platform, &id, &address, HTTP), "the server's other ports stay closed");

    visitor.forgets("ada").unwrap();
    a_link_for_a_new_password_works(&mail(&host, "Password Reset").await, &visitor);

    let script = "$id = wp_insert_user(['user_login' => 'grace', 'user_email' => 'grace@atelier.example', 'user_pass' => 'correct horse battery']); \
                  wp_new_user_notification($id, null, 'user');";
    run_in_shop(&platform, &id, script);
    let welcome = mail(&host, "Login Details").await;
    assert_eq!(welcome["To"][0]["Address"], "grace@atelier.example");
    assert!(welcome["Text"].as_str().unwrap().contains("action=rp"), "{welcome:#}");

    // Somebody changes the password on one side only.
    login(&platform, "stapled-battery", &certificate.cert.pem());
    let said = until_sent(&visitor, false).await;
    assert!(said.contains("could not be sent"), "{said}");
    until_told(&platform, &id).await;
    let log = platform.kubectl(&["logs", "-n", &id.namespace(), "deploy/wordpress", "-c", "wordpress"]);
    let complaints: Vec<&str> = log.lines().filter(|line| line.contains("mail could not be sent")).collect();
    assert!(complaints.iter().any(|line| line.contains("authenticate")), "{complaints:?}");
    assert!(
        !complaints.iter().any(|line| line.contains("atelier.example") || line.contains("staple")),
        "{complaints:?}"
    );
    login(&platform, "battery-staple", &certificate.cert.pem());
    until_sent_and_told(&platform, &id, &visitor).await;

    // The server takes connections and says nothing.
    drop(sink);
    let silent = host.listen([SMTP]);
    let began = Instant::now();
    visitor.forgets("ada").unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    until_told(&platform, &id).await;
    drop(silent);
    let _sink = Sink::start(&host, platform.folder(), true);
    until_sent_and_told(&platform, &id, &visitor).await;
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: run by cargo xtask test"]
async fn a_store_sends_by_a_server_of_its_own_and_then_by_the_platforms_again() {
    let host = Host::new("203.0.113.14", &[]);
    let platform = Platform::started(|config| {
        config["egress"] = json!({ "default": "internet", "maximum": "internet", "ports": [SMTP] });
    })
    .await;
    std::fs::write(platform.folder().join("users"), "atelier:battery-staple").unwrap();
    let _sink = Sink::start(&host, platform.folder(), false);
    let id = platform.create("Own Mail").await;
    let view = platform.until_settled(&id).await;
    assert!(is_without_mail(&view));
    let form = MailForm {
        host: host.address.to_string(),
        port: SMTP.to_string(),
        tls: "none".to_owned(),
        from: FROM.to_owned(),
        user: "atelier".to_owned(),
        password: "battery-staple".to_owned(),
    };
    platform.stores.set_mail(&id, &form.parse().unwrap(), &ada()).await.unwrap();
    until_mode(&platform, &id, "smtp").await;
    let view = platform.until_settled(&id).await;
    Visitor::new(&platform, &view).forgets("ada").unwrap();
    assert!(!is_without_mail(&view));
    assert_eq!(mail(&host, "Password Reset").await["Username"], "atelier");
    assert_eq!(mail_secrets(&platform, &id), 1);

    platform.stores.change(&id, Wish::PlatformMail, &ada()).await.unwrap();
    until_mode(&platform, &id, "none").await;
    let view = platform.until_settled(&id).await;
    assert!(is_without_mail(&view));
    assert_eq!(mail_secrets(&platform, &id), 0, "what let it in goes with the server");
    platform.delete(&id).await;
    platform.until_gone(&id).await;
}

/// Secrets beside the Store with what lets it in at a mail server.
fn mail_secrets(platform: &Platform, id: &StoreId) -> usize {
    let of_store = format!("storeyard.dev/store={id}");
    let names =
        platform.kubectl(&["get", "secrets", "-n", &platform.namespace, "-l", &of_store, "-o", "name"]);
    names.lines().filter(|name| name.contains(&format!("{id}-mail-"))).count()
}

/// Until the change has been made: one that has not begun looks like one that is over.
async fn until_mode(platform: &Platform, id: &StoreId, mode: &str) {
    let env = "jsonpath={.spec.template.spec.containers[?(@.name==\"wordpress\")].env[?(@.name==\"MAIL_MODE\")].value}";
    let began = Instant::now();
    while platform.kubectl(&["get", "deployment", "wordpress", "-n", &id.namespace(), "-o", env]) != mode {
        assert!(began.elapsed() < LONG, "{}", platform.log());
        sleep(Duration::from_millis(300)).await;
    }
}

fn a_link_for_a_new_password_works(mail: &Value, visitor: &Visitor) {
    assert_eq!(mail["To"][0]["Address"], "ada@atelier.example");
    assert_eq!((&mail["From"]["Address"], &mail["From"]["Name"]), (&FROM.into(), &"Atelier Mail".into()));
    assert_eq!(mail["ReturnPath"], FROM);
    let text = mail["Text"].as_str().unwrap();
    let link =
        text.split_whitespace().find(|word| word.starts_with("http") && word.contains("action=rp")).unwrap();
    let (_, path) = link.split_once(&visitor.host).unwrap();
    // The key goes into a cookie and out of the address.
    assert!(visitor.ask(path, &[]).contains("Location:") || visitor.ask(path, &[]).contains("location:"));
    let form = visitor.ask("/wp-login.php?action=rp", &[]);
    let (_, key) = form.split_once("name=\"rp_key\" value=\"").unwrap_or_else(|| panic!("no form: {form}"));
    let (key, _) = key.split_once('"').unwrap();
    let password = "correct horse battery again";
    let fields = [("pass1", password), ("pass2", password), ("rp_key", key)];
    let told = visitor.ask("/wp-login.php?action=resetpass", &fields);
    assert!(told.contains("Your password has been reset"), "{told}");
    let told = visitor.ask("/wp-login.php", &[("log", "ada"), ("pwd", password), ("testcookie", "1")]);
    assert!(told.contains("/wp-admin/"), "{told}");
}
