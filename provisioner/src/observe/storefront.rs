//! Does the shop answer? One request through the real ingress, as a visitor's browser would make it, and what its answer means.

mod trust;
mod validity;

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
use store::{Millis, Said, Scheme};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::config::Config;
pub use trust::{Distrust, TrustError};

/// Why it is not an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    Unreachable {
        address: String,
        why: String,
    },
    Distrusted(#[from] Distrust),
    /// Each shop has a certificate of its own, which somebody else puts there.
    NotIssued {
        secret: String,
        namespace: String,
    },
    /// TLS ends in front of the ingress controller.
    Disbelieved {
        address: String,
    },
    /// Within so many seconds.
    TooSlow(u64),
    /// It answers, but not as its engine says that a shop does.
    NotTheShop(#[from] probe::NoAnswer),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl NoAnswer {
    /// In a sentence.
    pub fn said(&self) -> Said {
        match self.clone() {
            Self::Unreachable { address, why } => Said::Unreachable { address, why },
            Self::Distrusted(distrust) => distrust.said(),
            Self::NotIssued { secret, namespace } => Said::CertificateNotIssued { secret, namespace },
            Self::Disbelieved { address } => Said::HttpsNotBelieved { address },
            Self::TooSlow(seconds) => Said::NoAnswerWithin { seconds },
            Self::NotTheShop(no_answer) => no_answer.said().clone(),
        }
    }
}

/// What a shop that answers tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// What is to be told of it.
    pub notices: Vec<Said>,
    /// When the certificate ends that visitors are shown, where TLS is spoken to the ingress.
    pub certificate_until: Option<Millis>,
}

/// An answer is read up to this many bytes: the front page has about 90,000.
const MAX_BODY: usize = 512 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);
const FORWARDED_PROTO: &str = "x-forwarded-proto";

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
    /// `told`: the scheme, where it is told instead of spoken.
    fn request(&self, told: Option<Scheme>) -> Result<Request<Empty<Bytes>>, http::Error> {
        let mut request = Request::get(&self.probe.path)
            .header(header::HOST, self.host)
            .header(header::USER_AGENT, "storeyard")
            .header(header::CONNECTION, "close");
        if let Some(scheme) = told {
            request = request.header(FORWARDED_PROTO, scheme.to_string());
        }
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

    /// Whether that is where it was asked already, as a visitor has it.
    fn is_asked_at(&self, location: &HeaderValue) -> bool {
        location.as_bytes() == format!("{}://{}{}", Scheme::Https, self.host, self.probe.path).as_bytes()
    }
}

/// Asks shops through one ingress.
#[derive(Clone)]
pub struct Prober {
    /// Host and port of the ingress.
    address: String,
    /// None where it is reached by plain HTTP.
    tls: Option<TlsConnector>,
    /// Of what visitors speak, where TLS ends before they get there.
    told: Option<Scheme>,
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
        let of_ingress = &config.ingress.tls;
        let told = of_ingress.in_front.then_some(config.scheme);
        let tls = match config.scheme {
            Scheme::Https if !of_ingress.in_front => Some(trust::connector(of_ingress)?),
            _ => None,
        };
        Ok(Self { address: config.ingress.address.clone(), tls, told })
    }

    /// Asks once.
    pub async fn ask(&self, question: &Question<'_>) -> Result<Answered, NoAnswer> {
        let mut told = Answered::default();
        for probe in question.probe.all() {
            let answered = self.ask_patiently(&Question { probe, ..*question }).await?;
            told.notices.extend(answered.notices);
            told.certificate_until = answered.certificate_until;
        }
        Ok(told)
    }

    async fn ask_patiently(&self, question: &Question<'_>) -> Result<Answered, NoAnswer> {
        match timeout(PATIENCE, self.visit(question)).await {
            Ok(result) => result,
            Err(_) => Err(NoAnswer::TooSlow(PATIENCE.as_secs())),
        }
    }

    async fn visit(&self, question: &Question<'_>) -> Result<Answered, NoAnswer> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| self.unreachable(&error))?;
        let Some(tls) = &self.tls else {
            let notices = self.exchange(stream, question).await?;
            return Ok(Answered { notices, certificate_until: None });
        };
        let name =
            ServerName::try_from(question.host.to_owned()).map_err(|error| self.unreachable(&error))?;
        let stream = tls.connect(name, stream).await.map_err(|error| match Distrust::of(&error) {
            Some(distrust) => distrust.into(),
            None => self.unreachable(&format_args!("no TLS is spoken there, {error}")),
        })?;
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let certificate_until = shown.and_then(|certificate| validity::end(certificate));
        let notices = self.exchange(stream, question).await?;
        Ok(Answered { notices, certificate_until })
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        question: &Question<'_>,
    ) -> Result<Vec<Said>, NoAnswer> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
                .await
                .map_err(|error| self.unreachable(&error))?;
        let connection = tokio::spawn(connection);
        let request = question.request(self.told).map_err(|error| self.unreachable(&error))?;
        let response = sender.send_request(request).await.map_err(|error| self.unreachable(&error))?;
        let (head, body) = response.into_parts();
        let location = head.headers.get(header::LOCATION).filter(|_| self.told.is_some());
        if location.is_some_and(|location| question.is_asked_at(location)) {
            return Err(NoAnswer::Disbelieved { address: self.address.clone() });
        }
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|error| self.unreachable(&error))?;
        connection.abort();
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        let answer = Answer { status: head.status.as_u16(), headers: &head.headers, body: &body };
        question.probe.judge(answer)?;
        Ok(question.probe.notices(answer))
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

    fn headers(told: &[(&'static str, &str)]) -> http::HeaderMap {
        told.iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn judge(probe: &Probe, status: u16, told: &[(&'static str, &str)], body: &str) -> Result<(), String> {
        let headers = headers(told);
        probe.judge(Answer { status, headers: &headers, body }).map_err(|no_answer| no_answer.to_string())
    }

    /// What is told of a shop that answers with these headers.
    fn notices(probe: &Probe, told: &[(&'static str, &str)]) -> Vec<String> {
        let notices = probe.notices(Answer { status: 200, headers: &headers(told), body: "[]" });
        notices.iter().map(Said::to_string).collect()
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
    fn a_shop_that_waits_for_its_owner_to_open_it_answers_and_says_so() {
        let not_opened = [("x-storeyard-closed", "not-opened")];
        assert_eq!(judge(&probes()[0], 200, &not_opened, "[]"), Ok(()));
        let told = notices(&probes()[0], &not_opened);
        assert!(told.len() == 1 && told[0].contains("has not been opened yet"), "{told:?}");
        assert_told(
            judge(&probes()[0], 200, &not_opened, "<html>a page</html>"),
            "the list of products is not a list",
        );
    }

    #[test]
    fn mail_that_cannot_be_sent_is_told_of_a_shop_that_answers_however_it_is_asked() {
        for probe in probes() {
            assert_eq!(notices(&probe, &[("content-type", "text/html")]), Vec::<String>::new());
            assert!(notices(&probe, &[("x-storeyard-mail", "failing")])[0].contains("could not send"));
        }
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
        fn whatever_a_shop_answers_is_read(status in 0..1_000u16, told in "\\PC{0,200}", body in "\\PC{0,300}") {
            for probe in &probes() {
                let _judged = judge(probe, status, &[], &body);
                if http::HeaderValue::from_str(&told).is_ok() {
                    let names: Vec<&'static str> = vec!["x-storeyard-mail", "x-storeyard"];
                    for name in names {
                        let _told = notices(probe, &[(name, &told)]);
                    }
                }
            }
        }

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
        answered(prober).await.map(drop)
    }

    async fn answered(prober: &Prober) -> Result<Answered, NoAnswer> {
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
        let request = Question { probe, host: HOST, secrets: &secrets }.request(None).unwrap();
        assert_eq!(
            (&request.headers()["x-key"], &request.headers()["x-kind"]),
            (&HeaderValue::from_static("pk_1"), &HeaderValue::from_static("shop"))
        );
    }

    #[tokio::test]
    async fn a_shop_answers_when_all_of_it_does_that_is_asked() {
        let [mut probe, _] = probes();
        let mut then = probe.clone();
        then.path = "/then".to_owned();
        probe.then = Some(Box::new(then));
        for (second, answers) in [("200 OK", true), ("503 Service Unavailable", false)] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let asked = tokio::spawn(async move {
                let mut asked = Vec::new();
                for status in ["200 OK", second] {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    let mut request = vec![0; 1024];
                    let read = stream.read(&mut request).await.unwrap();
                    let told = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n[]");
                    stream.write_all(told.as_bytes()).await.unwrap();
                    asked.push(String::from_utf8_lossy(&request[..read]).into_owned());
                }
                asked
            });
            let prober = prober(&address, Scheme::Http, Tls::default());
            let question = Question { probe: &probe, host: HOST, secrets: &BTreeMap::new() };
            assert_eq!(prober.ask(&question).await.is_ok(), answers, "{second}");
            let asked = asked.await.unwrap();
            assert!(asked[1].starts_with("GET /then ") && !asked[0].starts_with("GET /then "), "{asked:?}");
        }
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

    /// An ingress of plain HTTP that gives one visitor this answer; what was asked comes back.
    async fn plain_ingress(told: String) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1024];
            let read = stream.read(&mut request).await.unwrap();
            stream.write_all(told.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        (address, asked)
    }

    #[tokio::test]
    async fn where_tls_ends_in_front_an_ingress_is_told_of_https_and_one_that_does_not_believe_it_is_found_out()
     {
        let in_front = || Tls { in_front: true, ..Tls::default() };
        let (address, asked) =
            plain_ingress("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]".to_owned()).await;
        assert_eq!(ask(&prober(&address, Scheme::Https, in_front())).await, Ok(()));
        assert!(asked.await.unwrap().contains("x-forwarded-proto: https\r\n"));

        let [probe, _] = probes();
        let to_itself = format!(
            "HTTP/1.1 308 Permanent Redirect\r\ncontent-length: 0\r\nlocation: https://{HOST}{}\r\n\r\n",
            probe.path
        );
        let (address, _) = plain_ingress(to_itself).await;
        let told = ask(&prober(&address, Scheme::Https, in_front())).await.unwrap_err();
        assert_eq!(told, NoAnswer::Disbelieved { address });
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
    async fn of_a_certificate_it_is_told_when_it_ends_and_of_plain_http_nothing() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut request = rcgen::CertificateParams::new([HOST.to_owned()]).unwrap();
        request.not_after = rcgen::date_time_ymd(2049, 5, 6);
        let certificate = rcgen::CertifiedKey { cert: request.self_signed(&key).unwrap(), signing_key: key };
        let bundle = Bundle::of(&certificate.cert.pem());
        let encrypted = prober(&tls_ingress(&certificate).await, Scheme::Https, bundle.tls());
        let until = answered(&encrypted).await.unwrap().certificate_until;
        assert_eq!(until, crate::resource::millis("2049-05-06T00:00:00Z"));

        let (address, _) = plain_ingress("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]".to_owned()).await;
        let plain = prober(&address, Scheme::Http, Tls::default());
        assert_eq!(answered(&plain).await, Ok(Answered::default()));
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
