//! Does the shop answer? One request through the real ingress, as a visitor's browser would make it, and what its answer means.

mod trust;

use std::{fmt, time::Duration};

use http::{HeaderMap, Request, header};
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

/// How the engine's shop is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The shop plugin's own list of products.
    Products,
    /// The front page, which has to be WordPress'.
    FrontPage,
}

/// Why it is not an answer. Displays as a clause: “the shop …”.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("cannot be reached through the ingress at {address}: {why}")]
    Unreachable { address: String, why: String },
    #[error("{0}")]
    Distrusted(#[from] Distrust),
    #[error("did not answer within {0} s")]
    TooSlow(u64),
    #[error("answers 404: the ingress does not lead to it yet")]
    NoRoute,
    #[error("answers 503: the ingress finds no pod of it that is ready")]
    NoPod,
    #[error(
        "sells nothing: the WooCommerce plugin is not active. Activate it under Plugins in the shop's admin"
    )]
    NoPlugin,
    #[error("redirects to {0}: WordPress is not set up, its database may be empty")]
    Redirect(String),
    #[error(
        "shows visitors the “coming soon” page. Open it in the shop's admin: WooCommerce, Settings, Site visibility"
    )]
    ComingSoon,
    #[error("is in maintenance: visitors are told to come back later")]
    Maintenance,
    #[error("cannot reach its database")]
    NoDatabase,
    #[error("answers {0}: it has an error, its log tells more")]
    ServerError(u16),
    #[error("answers {0}, which is not an answer of a shop")]
    Status(u16),
    #[error("answers, but not as the shop: {0}")]
    OtherContent(&'static str),
}

/// An answer is read up to this many bytes: the front page has about 90,000.
const MAX_BODY: usize = 512 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub status: u16,
    pub headers: &'a HeaderMap,
    pub body: &'a str,
}

/// Set by the shop's images/wordpress/mu-plugins/selling.php.
const CLOSED: &str = "x-storeyard-closed";
/// How WordPress says where its API is, on each of its pages.
const WORDPRESS: &str = "https://api.w.org/";

impl Question {
    /// The list of products has no address of its own under plain permalinks; this one is there under any.
    fn path(self) -> &'static str {
        match self {
            Self::Products => "/?rest_route=/wc/store/v1/products&per_page=1",
            Self::FrontPage => "/",
        }
    }

    /// What an answer means.
    pub fn judge(self, answer: Answer<'_>) -> Result<(), NoAnswer> {
        let Answer { status, body, .. } = answer;
        match (status, self) {
            (200, Self::Products) if answer.has(CLOSED, "coming-soon") => Err(NoAnswer::ComingSoon),
            (200, Self::Products) if is_json_array(body) => Ok(()),
            (200, Self::Products) => Err(NoAnswer::OtherContent("the list of products is not a list")),
            (200, Self::FrontPage) if answer.is_wordpress() => Ok(()),
            (200, Self::FrontPage) => Err(NoAnswer::OtherContent("the front page is not one of WordPress")),
            (300..400, _) => {
                let location = answer.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
                Err(NoAnswer::Redirect(location.unwrap_or("elsewhere").chars().take(120).collect()))
            }
            (404, Self::Products) if body.contains("rest_no_route") => Err(NoAnswer::NoPlugin),
            (404, _) if !answer.is_wordpress() => Err(NoAnswer::NoRoute),
            (500.., _) if body.contains("Error establishing a database connection") => {
                Err(NoAnswer::NoDatabase)
            }
            (503, _) if body.contains("maintenance") => Err(NoAnswer::Maintenance),
            (503, _) => Err(NoAnswer::NoPod),
            (500.., _) => Err(NoAnswer::ServerError(status)),
            _ => Err(NoAnswer::Status(status)),
        }
    }
}

impl Answer<'_> {
    fn has(&self, name: &str, text: &str) -> bool {
        self.headers.get_all(name).iter().any(|value| value.to_str().is_ok_and(|value| value.contains(text)))
    }

    fn is_wordpress(&self) -> bool {
        self.has(header::LINK.as_str(), WORDPRESS)
    }
}

/// Asks shops through one ingress.
#[derive(Clone)]
pub struct Visitor {
    /// Host and port of the ingress.
    address: String,
    /// None where shops are reached by plain HTTP.
    tls: Option<TlsConnector>,
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor").field("address", &self.address).field("tls", &self.tls.is_some()).finish()
    }
}

impl Visitor {
    /// # Errors
    /// The authorities that the configuration names cannot be read.
    pub fn new(config: &Config) -> Result<Self, TrustError> {
        let tls = match config.scheme {
            Scheme::Http => None,
            Scheme::Https => Some(trust::connector(&config.ingress.tls)?),
        };
        Ok(Self { address: config.ingress.address.clone(), tls })
    }

    /// Asks once. `host`: the shop's.
    pub async fn ask(&self, question: Question, host: &str) -> Result<(), NoAnswer> {
        match timeout(PATIENCE, self.visit(question, host)).await {
            Ok(result) => result,
            Err(_) => Err(NoAnswer::TooSlow(PATIENCE.as_secs())),
        }
    }

    async fn visit(&self, question: Question, host: &str) -> Result<(), NoAnswer> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| self.unreachable(&error))?;
        let Some(tls) = &self.tls else { return self.exchange(stream, question, host).await };
        let name = ServerName::try_from(host.to_owned()).map_err(|error| self.unreachable(&error))?;
        let stream = tls.connect(name, stream).await.map_err(|error| match Distrust::of(&error) {
            Some(distrust) => distrust.into(),
            None => self.unreachable(&format_args!("no TLS is spoken there, {error}")),
        })?;
        self.exchange(stream, question, host).await
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        question: Question,
        host: &str,
    ) -> Result<(), NoAnswer> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
                .await
                .map_err(|error| self.unreachable(&error))?;
        let connection = tokio::spawn(connection);
        let request = Request::get(question.path())
            .header(header::HOST, host)
            .header(header::USER_AGENT, "storeyard")
            .header(header::CONNECTION, "close")
            .body(Empty::new())
            .map_err(|error| self.unreachable(&error))?;
        let response = sender.send_request(request).await.map_err(|error| self.unreachable(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|error| self.unreachable(&error))?;
        connection.abort();
        question.judge(Answer {
            status: head.status.as_u16(),
            headers: &head.headers,
            body: &String::from_utf8_lossy(&body.to_bytes()),
        })
    }

    fn unreachable(&self, why: &dyn fmt::Display) -> NoAnswer {
        NoAnswer::Unreachable { address: self.address.clone(), why: why.to_string() }
    }
}

fn is_json_array(body: &str) -> bool {
    matches!(serde_json::from_str(body), Ok(serde_json::Value::Array(_)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::config::{Tls, tests::example};

    /// What `question` makes of an answer.
    fn judge(
        question: Question,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Result<(), NoAnswer> {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        question.judge(Answer { status, headers: &headers, body })
    }

    fn products(status: u16, body: &str) -> Result<(), NoAnswer> {
        judge(Question::Products, status, &[], body)
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
        let redirected = judge(Question::Products, 302, &installer, "").unwrap_err();
        assert!(matches!(redirected, NoAnswer::Redirect(to) if to.contains("install.php")));
        assert_eq!(products(404, "404 page not found"), Err(NoAnswer::NoRoute));
        assert_eq!(products(500, "<html>"), Err(NoAnswer::ServerError(500)));
        assert!(matches!(products(200, "<html>a page</html>"), Err(NoAnswer::OtherContent(_))));
    }

    #[test]
    fn the_true_cause_is_named_when_a_shop_does_not_sell() {
        assert_eq!(products(404, r#"{"code":"rest_no_route"}"#), Err(NoAnswer::NoPlugin));
        let closed = [("x-storeyard-closed", "coming-soon")];
        assert_eq!(judge(Question::Products, 200, &closed, "[]"), Err(NoAnswer::ComingSoon));
        let maintenance = "Briefly unavailable for scheduled maintenance. Check back in a minute.";
        assert_eq!(products(503, maintenance), Err(NoAnswer::Maintenance));
        assert_eq!(products(503, "no available server"), Err(NoAnswer::NoPod));
        let away = "<h1>Error establishing a database connection</h1>";
        assert_eq!(products(500, away), Err(NoAnswer::NoDatabase));
    }

    #[test]
    fn a_shop_is_asked_at_an_address_that_no_permalinks_take_away() {
        assert!(Question::Products.path().starts_with("/?rest_route="));
    }

    #[test]
    fn a_front_page_answers_as_wordpress_whatever_its_owner_calls_it() {
        assert_eq!(judge(Question::FrontPage, 200, &[OF_WORDPRESS], "<title>Renamed</title>"), Ok(()));
        let other = judge(Question::FrontPage, 200, &[], "<title>Welcome to nginx</title>");
        assert!(matches!(other, Err(NoAnswer::OtherContent(_))));
        assert_eq!(judge(Question::FrontPage, 404, &[OF_WORDPRESS], ""), Err(NoAnswer::Status(404)));
        assert_eq!(judge(Question::FrontPage, 404, &[], ""), Err(NoAnswer::NoRoute));
    }

    proptest! {
        #[test]
        fn only_200_is_ever_an_answer(status in 100..600u16, body in ".{0,50}") {
            if status != 200 {
                prop_assert!(products(status, &body).is_err());
                prop_assert!(judge(Question::FrontPage, status, &[OF_WORDPRESS], &body).is_err());
            }
        }
    }

    /// A visitor of an ingress at `address`, with `tls` laid over the configuration's.
    fn visitor(address: &str, scheme: Scheme, tls: Tls) -> Visitor {
        let mut config = example();
        config.scheme = scheme;
        config.ingress.address = address.to_owned();
        config.ingress.tls = tls;
        Visitor::new(&config).unwrap()
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
        visitor(&address, Scheme::Https, tls).ask(Question::Products, HOST).await
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
        let refused = visitor(&address, Scheme::Https, Tls::default()).ask(Question::Products, HOST).await;
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
        assert!(matches!(Visitor::new(&config), Err(TrustError::Unreadable { .. })));
        let bundle = Bundle::of("no certificate");
        config.ingress.tls.ca_file = Some(bundle.0.clone());
        assert!(matches!(Visitor::new(&config), Err(TrustError::Empty { .. })));
    }

    #[tokio::test]
    async fn a_request_carries_the_shops_host_and_its_answer_is_judged() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move { answer(listener.accept().await.unwrap().0).await });
        let visitor = visitor(&address, Scheme::Http, Tls::default());
        assert_eq!(visitor.ask(Question::Products, HOST).await, Ok(()));
        assert!(server.await.unwrap().contains("host: store-a.localhost"));
    }

    #[tokio::test]
    async fn an_ingress_that_is_not_there_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let answer = visitor(&address, Scheme::Http, Tls::default()).ask(Question::Products, HOST).await;
        assert!(matches!(answer, Err(NoAnswer::Unreachable { .. })));
    }
}
