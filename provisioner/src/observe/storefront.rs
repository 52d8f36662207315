//! Does the shop answer? One request through the real ingress, as a visitor's browser would make it, and what its answer means.

mod trust;

use std::{collections::BTreeMap, fmt, time::Duration};

use engine::{
    Probe,
    probe::{self, Answer, Header},
};
use http::{HeaderValue, Request, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use store::Scheme;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::config::Config;
pub use trust::{Distrust, TrustError};

/// Why it is not an answer. Displays as a clause: “the shop …”.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("cannot be reached through the ingress at {address}: {why}")]
    Unreachable { address: String, why: String },
    #[error("{0}")]
    Distrusted(#[from] Distrust),
    #[error("did not answer within {0} s")]
    TooSlow(u64),
    /// It answers, but not as its engine says that a shop does.
    #[error("{0}")]
    NotTheShop(#[from] probe::NoAnswer),
}

/// An answer is read up to this many bytes: the front page has about 90,000.
const MAX_BODY: usize = 512 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// What one shop is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub probe: &'a Probe,
    /// The shop's.
    pub host: &'a str,
    /// What its Secret has under the keys that the probe names.
    pub secrets: &'a BTreeMap<String, HeaderValue>,
}

impl Question<'_> {
    fn request(&self) -> Result<Request<Empty<Bytes>>, http::Error> {
        let mut request = Request::get(&self.probe.path)
            .header(header::HOST, self.host)
            .header(header::USER_AGENT, "storeyard")
            .header(header::CONNECTION, "close");
        for (name, value) in &self.probe.headers {
            request = match value {
                Header::Text(text) => request.header(name, text),
                // Without it the shop refuses, and that is then what is said of it.
                Header::Secret(key) => match self.secrets.get(key) {
                    Some(value) => request.header(name, value),
                    None => request,
                },
            };
        }
        request.body(Empty::new())
    }
}

/// Asks shops through one ingress.
#[derive(Clone)]
pub struct Prober {
    /// Host and port of the ingress.
    address: String,
    /// None where shops are reached by plain HTTP.
    tls: Option<TlsConnector>,
}

impl fmt::Debug for Prober {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prober").field("address", &self.address).field("tls", &self.tls.is_some()).finish()
    }
}

impl Prober {
    /// # Errors
    /// The authorities that the configuration names cannot be read.
    pub fn new(config: &Config) -> Result<Self, TrustError> {
        let tls = match config.scheme {
            Scheme::Http => None,
            Scheme::Https => Some(trust::connector(&config.ingress.tls)?),
        };
        Ok(Self { address: config.ingress.address.clone(), tls })
    }

    /// Asks once.
    pub async fn ask(&self, question: &Question<'_>) -> Result<(), NoAnswer> {
        match timeout(PATIENCE, self.visit(question)).await {
            Ok(result) => result,
            Err(_) => Err(NoAnswer::TooSlow(PATIENCE.as_secs())),
        }
    }

    async fn visit(&self, question: &Question<'_>) -> Result<(), NoAnswer> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| self.unreachable(&error))?;
        let Some(tls) = &self.tls else { return self.exchange(stream, question).await };
        let name =
            ServerName::try_from(question.host.to_owned()).map_err(|error| self.unreachable(&error))?;
        let stream = tls.connect(name, stream).await.map_err(|error| match Distrust::of(&error) {
            Some(distrust) => distrust.into(),
            None => self.unreachable(&format_args!("no TLS is spoken there, {error}")),
        })?;
        self.exchange(stream, question).await
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        question: &Question<'_>,
    ) -> Result<(), NoAnswer> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
                .await
                .map_err(|error| self.unreachable(&error))?;
        let connection = tokio::spawn(connection);
        let request = question.request().map_err(|error| self.unreachable(&error))?;
        let response = sender.send_request(request).await.map_err(|error| self.unreachable(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|error| self.unreachable(&error))?;
        connection.abort();
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        let answer = Answer { status: head.status.as_u16(), headers: &head.headers, body: &body };
        Ok(question.probe.judge(answer)?)
    }

    fn unreachable(&self, why: &dyn fmt::Display) -> NoAnswer {
        NoAnswer::Unreachable { address: self.address.clone(), why: why.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::config::{
        Tls,
        tests::{engine_of, example},
    };

    /// How a shop with the plugin is asked, and one without.
    fn probes() -> [Probe; 2] {
        [true, false].map(|plugin| {
            let mut config = example();
            let engine = engine_of(&mut config);
            engine.options.insert("plugin".to_owned(), plugin.into());
            engine.probe().clone()
        })
    }

    fn judge(probe: &Probe, status: u16, headers: &[(&'static str, &str)], body: &str) -> Result<(), String> {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        probe.judge(Answer { status, headers: &headers, body }).map_err(|no_answer| no_answer.to_string())
    }

    fn products(status: u16, body: &str) -> Result<(), String> {
        judge(&probes()[0], status, &[], body)
    }

    /// Whether that is not an answer, and why.
    #[track_caller]
    fn assert_told(judged: Result<(), String>, word: &str) {
        let said = judged.unwrap_err();
        assert!(said.contains(word), "{said}");
    }

    const OF_WORDPRESS: (&str, &str) = ("link", "<http://x/wp-json/>; rel=\"https://api.w.org/\"");

    #[test]
    fn a_list_of_products_is_an_answer_even_when_it_is_empty() {
        assert_eq!(products(200, r#"[{"id":1}]"#), Ok(()));
        assert_eq!(products(200, "[]"), Ok(()));
    }

    #[test]
    fn what_a_broken_shop_says_is_no_answer() {
        let installer = [("location", "http://x/wp-admin/install.php")];
        assert_told(judge(&probes()[0], 302, &installer, ""), "install.php: WordPress is not set up");
        assert_told(products(404, "404 page not found"), "the ingress does not lead to it yet");
        assert_told(products(500, "<html>"), "answers 500");
        assert_told(products(200, "<html>a page</html>"), "the list of products is not a list");
    }

    #[test]
    fn the_true_cause_is_named_when_a_shop_does_not_sell() {
        assert_told(products(404, r#"{"code":"rest_no_route"}"#), "plugin is not active");
        let closed = [("x-storeyard-closed", "coming-soon")];
        assert_told(judge(&probes()[0], 200, &closed, "[]"), "coming soon");
        let maintenance = "Briefly unavailable for scheduled maintenance. Check back in a minute.";
        assert_told(products(503, maintenance), "in maintenance");
        assert_told(products(503, "no available server"), "no pod");
        assert_told(products(500, "<h1>Error establishing a database connection</h1>"), "reach its database");
    }

    #[test]
    fn a_shop_is_asked_at_an_address_that_no_permalinks_take_away() {
        assert!(probes()[0].path.starts_with("/?rest_route="));
    }

    #[test]
    fn a_front_page_answers_as_itself_whatever_its_owner_calls_it() {
        let [_, front] = probes();
        assert_eq!(judge(&front, 200, &[OF_WORDPRESS], "<title>Renamed</title>"), Ok(()));
        assert_told(judge(&front, 200, &[], "<title>Welcome to nginx</title>"), "not one of WordPress");
        assert_told(judge(&front, 404, &[OF_WORDPRESS], ""), "not an answer of a shop");
        assert_told(judge(&front, 404, &[], ""), "the ingress does not lead to it yet");
    }

    proptest! {
        #[test]
        fn only_200_is_ever_an_answer(status in 100..600u16, body in ".{0,50}") {
            if status != 200 {
                for probe in &probes() {
                    prop_assert!(judge(probe, status, &[OF_WORDPRESS], &body).is_err());
                }
            }
        }
    }

    /// Asks for the products.
    async fn ask(prober: &Prober) -> Result<(), NoAnswer> {
        let [probe, _] = probes();
        prober.ask(&Question { probe: &probe, host: HOST, secrets: &BTreeMap::new() }).await
    }

    #[test]
    fn what_a_probe_asks_with_comes_from_the_stores_secret() {
        let text = include_str!("../../../charts/woocommerce/engine.yaml");
        let text = text.replace(
            "  - path: /\n",
            "  - path: /\n    headers: {x-key: $(secrets.auth-key), x-kind: shop}\n",
        );
        let engine = engine::Engine::parse(&text).unwrap();
        let probe = engine.probe(&[("plugin".to_owned(), false.into())].into());
        let secrets = [("auth-key".to_owned(), HeaderValue::from_static("pk_1"))].into();
        let request = Question { probe, host: HOST, secrets: &secrets }.request().unwrap();
        assert_eq!(
            (&request.headers()["x-key"], &request.headers()["x-kind"]),
            (&HeaderValue::from_static("pk_1"), &HeaderValue::from_static("shop"))
        );
    }

    /// A prober of an ingress at `address`, with `tls` laid over the configuration's.
    fn prober(address: &str, scheme: Scheme, tls: Tls) -> Prober {
        let mut config = example();
        config.scheme = scheme;
        config.ingress.address = address.to_owned();
        config.ingress.tls = tls;
        Prober::new(&config).unwrap()
    }

    /// Answers one request with an empty list of products; what was asked comes back.
    async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
        let mut request = vec![0; 1024];
        let read = stream.read(&mut request).await.unwrap_or_default();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]").await.ok();
        stream.flush().await.ok();
        String::from_utf8_lossy(&request[..read]).into_owned()
    }

    const HOST: &str = "store-a.localhost";

    /// An ingress that ends TLS with `certificate`, for one visitor.
    async fn tls_ingress(certificate: &rcgen::CertifiedKey<rcgen::KeyPair>) -> String {
        let key =
            rustls::pki_types::PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certificate.cert.der().clone()], key)
                .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) =
                tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config)).accept(stream).await
            {
                assert!(answer(stream).await.contains(&format!("host: {HOST}")));
            }
        });
        address
    }

    /// A bundle of authorities in a file, which goes with it.
    struct Bundle(std::path::PathBuf);

    impl Bundle {
        fn of(pem: &str) -> Self {
            let number = rand::random::<u64>();
            let path = std::env::temp_dir().join(format!("storeyard-authorities-{number:x}.crt"));
            std::fs::write(&path, pem).unwrap();
            Self(path)
        }

        fn tls(&self) -> Tls {
            Tls { ca_file: Some(self.0.clone()), ..Tls::default() }
        }
    }

    impl Drop for Bundle {
        fn drop(&mut self) {
            std::fs::remove_file(&self.0).ok();
        }
    }

    fn certificate(name: &str) -> rcgen::CertifiedKey<rcgen::KeyPair> {
        rcgen::generate_simple_self_signed([name.to_owned()]).unwrap()
    }

    async fn asked_over_tls(
        certificate: &rcgen::CertifiedKey<rcgen::KeyPair>,
        tls: Tls,
    ) -> Result<(), NoAnswer> {
        let address = tls_ingress(certificate).await;
        ask(&prober(&address, Scheme::Https, tls)).await
    }

    #[tokio::test]
    async fn a_certificate_of_an_authority_that_is_named_is_trusted() {
        let certificate = certificate(HOST);
        let bundle = Bundle::of(&certificate.cert.pem());
        assert_eq!(asked_over_tls(&certificate, bundle.tls()).await, Ok(()));
    }

    #[tokio::test]
    async fn a_certificate_of_no_known_authority_is_no_answer() {
        let refused = asked_over_tls(&certificate(HOST), Tls::default()).await.unwrap_err();
        assert_eq!(refused, NoAnswer::Distrusted(Distrust::Authority));
        assert!(refused.to_string().contains("yet"), "{refused}");
    }

    #[tokio::test]
    async fn a_certificate_of_another_host_is_no_answer() {
        let certificate = certificate("store-b.localhost");
        let bundle = Bundle::of(&certificate.cert.pem());
        assert_eq!(asked_over_tls(&certificate, bundle.tls()).await, Err(Distrust::Name.into()));
    }

    #[tokio::test]
    async fn a_certificate_whose_time_is_over_is_no_answer() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut request = rcgen::CertificateParams::new([HOST.to_owned()]).unwrap();
        request.not_after = rcgen::date_time_ymd(2001, 1, 1);
        let certificate = rcgen::CertifiedKey { cert: request.self_signed(&key).unwrap(), signing_key: key };
        let bundle = Bundle::of(&certificate.cert.pem());
        assert_eq!(asked_over_tls(&certificate, bundle.tls()).await, Err(Distrust::Time.into()));
    }

    #[tokio::test]
    async fn any_certificate_will_do_where_checking_is_switched_off() {
        let unchecked = Tls { insecure_skip_verify: true, ..Tls::default() };
        assert_eq!(asked_over_tls(&certificate("elsewhere.example"), unchecked).await, Ok(()));
    }

    #[tokio::test]
    async fn an_ingress_that_speaks_no_tls_cannot_be_reached_over_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { answer(listener.accept().await.unwrap().0).await });
        let refused = ask(&prober(&address, Scheme::Https, Tls::default())).await;
        assert!(
            matches!(&refused, Err(NoAnswer::Unreachable { why, .. }) if why.contains("TLS")),
            "{refused:?}"
        );
    }

    #[test]
    fn authorities_that_cannot_be_read_are_refused_before_any_shop_is_asked() {
        let mut config = example();
        config.scheme = Scheme::Https;
        config.ingress.tls.ca_file = Some("/nowhere/ca.crt".into());
        assert!(matches!(Prober::new(&config), Err(TrustError::Unreadable { .. })));
        let bundle = Bundle::of("no certificate");
        config.ingress.tls.ca_file = Some(bundle.0.clone());
        assert!(matches!(Prober::new(&config), Err(TrustError::Empty { .. })));
    }

    #[tokio::test]
    async fn a_request_carries_the_shops_host_and_its_answer_is_judged() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move { answer(listener.accept().await.unwrap().0).await });
        let prober = prober(&address, Scheme::Http, Tls::default());
        assert_eq!(ask(&prober).await, Ok(()));
        assert!(server.await.unwrap().contains("host: store-a.localhost"));
    }

    #[tokio::test]
    async fn an_ingress_that_is_not_there_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let answer = ask(&prober(&address, Scheme::Http, Tls::default())).await;
        assert!(matches!(answer, Err(NoAnswer::Unreachable { .. })));
    }
}
