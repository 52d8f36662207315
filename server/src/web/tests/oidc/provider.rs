//! A certified provider, run by node.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;

pub(super) const CALLBACK: &str = "http://dashboard.localhost/sign-in/oidc/callback";
pub(super) const SECRET: &str = "known to the provider & to %us";

/// Set where the tests have to find node and the modules.
const REQUIRED: &str = "STOREYARD_NODE";

pub(super) struct Provider {
    pub(super) issuer: String,
    child: Child,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Provider {
    /// Nothing, and why is said, where node or its modules are missing.
    pub(super) fn start() -> Option<Self> {
        Self::at("0", None)
    }

    /// One that speaks TLS, with the key and the certificate of that folder.
    pub(super) fn with_tls(folder: &Path) -> Option<Self> {
        Self::at("0", Some(folder))
    }

    fn at(port: &str, tls: Option<&Path>) -> Option<Self> {
        let end2end = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end");
        let is_there = end2end.join("node_modules/oidc-provider").exists()
            && Command::new("node").arg("--version").stdout(Stdio::null()).status().is_ok();
        if !is_there {
            assert!(std::env::var_os(REQUIRED).is_none(), "node, or the modules of end2end, are missing");
            eprintln!("skipped: node, or the modules of end2end (`npm ci` there), are missing");
            return None;
        }
        let mut child = Command::new("node")
            .args(["provider/main.mjs", CALLBACK, SECRET, port])
            .args(tls)
            .current_dir(end2end)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http"))).unwrap();
        Some(Self { issuer, child })
    }

    pub(super) fn kill(&mut self) {
        // It may have ended.
        let _ended = self.child.kill();
        self.child.wait().unwrap();
    }

    /// The same provider after it was away.
    pub(super) fn back(&self) -> Self {
        Self::at(self.issuer.rsplit(':').next().unwrap(), None).unwrap()
    }

    /// Has it be otherwise from now on.
    pub(super) async fn be(&self, how: Value) {
        let request = Request::post(format!("{}/control", self.issuer)).body(Body::from(how.to_string()));
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        assert_eq!(client.request(request.unwrap()).await.unwrap().status(), StatusCode::OK);
    }

    /// Signs in there in a browser of its own, and tells where that leads.
    pub(super) async fn visit(&self, url: &str, name: &str) -> String {
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let mut jar = BTreeMap::<String, String>::new();
        let mut next = url.to_owned();
        for _ in 0..8 {
            let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = Request::builder().uri(&next).header(header::COOKIE, cookies.join("; "));
            let request = if next.contains("/interaction/") {
                let form = format!("login={name}&password=any");
                let request = request.method("POST");
                request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.into())
            } else {
                request.body(Body::empty())
            };
            let answer = client.request(request.unwrap()).await.unwrap();
            for kept in answer.headers().get_all(header::SET_COOKIE) {
                let (name, value) =
                    kept.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
                jar.insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = answer.headers().get(header::LOCATION) else {
                let (status, body) =
                    (answer.status(), to_bytes(Body::new(answer.into_body()), 1 << 20).await);
                panic!("{next}: {status} {}", String::from_utf8_lossy(&body.unwrap()));
            };
            let location = location.to_str().unwrap();
            next = if location.starts_with('/') {
                format!("{}{location}", self.issuer)
            } else {
                location.to_owned()
            };
            if let Some(path) = next.strip_prefix("http://dashboard.localhost") {
                return path.to_owned();
            }
        }
        panic!("{url} leads nowhere");
    }
}
