//! Does the shop answer? One request through the real ingress, and what its answer means.

use std::time::Duration;

use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use store::{Scheme, StoreName};
use tokio::{net::TcpStream, time::timeout};

/// How the engine's shop is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The shop plugin's own list of products.
    Products,
    /// The front page, which carries the title.
    FrontPage(StoreName),
}

/// Why it is not an answer. Displays as a clause: “the shop …”.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("cannot be reached through the ingress at {address}: {why}")]
    Unreachable { address: String, why: String },
    #[error("did not answer within {0} s")]
    TooSlow(u64),
    #[error("answers 404: the ingress does not lead to it yet")]
    NoRoute,
    #[error("answers 404 at its products: the WooCommerce plugin is not active")]
    NoPlugin,
    #[error("redirects to {0}: WordPress is not set up, its database may be empty")]
    Redirect(String),
    #[error("shows the “coming soon” page")]
    ComingSoon,
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

impl Question {
    fn path(&self) -> &'static str {
        match self {
            Self::Products => "/wp-json/wc/store/v1/products?per_page=1",
            Self::FrontPage(_) => "/",
        }
    }

    /// What an answer means.
    pub fn judge(&self, status: u16, location: Option<&str>, body: &str) -> Result<(), NoAnswer> {
        match (status, self) {
            (200, Self::Products) if is_json_array(body) => Ok(()),
            (200, Self::Products) => Err(NoAnswer::OtherContent("the list of products is not a list")),
            (200, Self::FrontPage(_)) if body.contains("woocommerce-coming-soon") => {
                Err(NoAnswer::ComingSoon)
            }
            (200, Self::FrontPage(name)) if shows_title(body, name) => Ok(()),
            (200, Self::FrontPage(_)) => {
                Err(NoAnswer::OtherContent("the front page does not show the store's name"))
            }
            (300..400, _) => {
                Err(NoAnswer::Redirect(location.unwrap_or("elsewhere").chars().take(120).collect()))
            }
            (404, Self::Products) if body.contains("rest_no_route") => Err(NoAnswer::NoPlugin),
            (404, _) => Err(NoAnswer::NoRoute),
            (500.., _) => Err(NoAnswer::ServerError(status)),
            _ => Err(NoAnswer::Status(status)),
        }
    }
}

/// Asks once. `address`: host and port of the ingress; `host`: the shop's.
pub async fn ask(question: &Question, address: &str, host: &str, scheme: Scheme) -> Result<(), NoAnswer> {
    match timeout(PATIENCE, exchange(question, address, host, scheme)).await {
        Ok(result) => result,
        Err(_) => Err(NoAnswer::TooSlow(PATIENCE.as_secs())),
    }
}

async fn exchange(question: &Question, address: &str, host: &str, scheme: Scheme) -> Result<(), NoAnswer> {
    let unreachable = |why: String| NoAnswer::Unreachable { address: address.to_owned(), why };
    let stream = TcpStream::connect(address).await.map_err(|error| unreachable(error.to_string()))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
    let connection = tokio::spawn(connection);
    let request = Request::get(question.path())
        .header(header::HOST, host)
        .header(header::USER_AGENT, "storeyard")
        // The operator speaks to the ingress inside the cluster; to the shop it must look as it does to a visitor.
        .header("x-forwarded-proto", scheme.to_string())
        .header(header::CONNECTION, "close")
        .body(Empty::new())
        .map_err(|error| unreachable(error.to_string()))?;
    let response = sender.send_request(request).await.map_err(|error| unreachable(error.to_string()))?;
    let status: StatusCode = response.status();
    let location =
        response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = Limited::new(response.into_body(), MAX_BODY)
        .collect()
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    connection.abort();
    question.judge(status.as_u16(), location.as_deref(), &String::from_utf8_lossy(&body.to_bytes()))
}

fn is_json_array(body: &str) -> bool {
    matches!(serde_json::from_str(body), Ok(serde_json::Value::Array(_)))
}

/// WordPress writes a title with entities, and turns plain quotes and the like into typographic ones.
fn shows_title(body: &str, name: &StoreName) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let plain = without_entities(body);
    plain.contains(name.as_str()) || letters(&plain).contains(&letters(&without_entities(name.as_str())))
}

fn without_entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let entity = &rest[at..];
        match entity.find(';').filter(|end| *end <= 8) {
            Some(end) => rest = &entity[end + 1..],
            None => {
                plain.push('&');
                rest = &entity[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    fn front(name: &str) -> Question {
        Question::FrontPage(StoreName::parse(name).unwrap())
    }

    #[test]
    fn a_list_of_products_is_an_answer_even_when_it_is_empty() {
        assert_eq!(Question::Products.judge(200, None, r#"[{"id":1}]"#), Ok(()));
        assert_eq!(Question::Products.judge(200, None, "[]"), Ok(()));
    }

    #[test]
    fn what_a_broken_shop_says_is_no_answer() {
        let judge = |status, body| {
            Question::Products.judge(status, Some("http://x/wp-admin/install.php"), body).unwrap_err()
        };
        assert!(matches!(judge(302, ""), NoAnswer::Redirect(to) if to.contains("install.php")));
        assert_eq!(judge(404, r#"{"code":"rest_no_route"}"#), NoAnswer::NoPlugin);
        assert_eq!(judge(404, "404 page not found"), NoAnswer::NoRoute);
        assert_eq!(judge(500, "<html>"), NoAnswer::ServerError(500));
        assert!(matches!(judge(200, "<html>coming soon</html>"), NoAnswer::OtherContent(_)));
    }

    #[test]
    fn a_front_page_answers_with_the_stores_name_however_wordpress_writes_it() {
        assert_eq!(front("Atelier Nord").judge(200, None, "<title>Atelier Nord</title>"), Ok(()));
        assert_eq!(front("Ben's & Co").judge(200, None, "<title>Ben&#8217;s &#038; Co</title>"), Ok(()));
        assert!(front("Atelier Nord").judge(200, None, "<title>Welcome to nginx</title>").is_err());
        assert_eq!(
            front("Atelier Nord").judge(200, None, "Atelier Nord <body class=woocommerce-coming-soon>"),
            Err(NoAnswer::ComingSoon)
        );
    }

    proptest! {
        #[test]
        fn only_200_is_ever_an_answer(status in 100..600u16, body in ".{0,50}") {
            if status != 200 {
                prop_assert!(Question::Products.judge(status, None, &body).is_err());
                prop_assert!(front("A").judge(status, None, &body).is_err());
            }
        }
    }

    #[tokio::test]
    async fn a_request_carries_the_shops_host_and_its_answer_is_judged() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1024];
            let read = stream.read(&mut request).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]").await.unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        assert_eq!(ask(&Question::Products, &address, "store-a.localhost", Scheme::Http).await, Ok(()));
        assert!(server.await.unwrap().contains("host: store-a.localhost"));
    }

    #[tokio::test]
    async fn an_ingress_that_is_not_there_is_unreachable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let answer = ask(&Question::Products, &address, "store-a.localhost", Scheme::Http).await;
        assert!(matches!(answer, Err(NoAnswer::Unreachable { .. })));
    }
}
