//! Where a request came from, as far as it can be believed.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use ipnet::IpNet;
use provisioner::config::Config;

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Whom the request is from: the peer, or whom those name who are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client(pub(super) IpAddr);

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Whose word about where a request came from is taken.
#[derive(Clone, Debug)]
pub(super) struct Believed {
    peer: bool,
    proxies: Vec<IpNet>,
}

impl Believed {
    pub(super) fn of(config: &Config) -> Self {
        Self { peer: config.behind_ingress, proxies: config.trusted_proxies.clone() }
    }
}

pub(super) async fn find(State(believed): State<Believed>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
    let client = client(peer, request.headers(), &believed);
    request.extensions_mut().insert(Client(client));
    next.run(request).await
}

/// The nearest address of whom nobody says that they are believed. What stands before that was written by somebody who may write anything.
fn client(peer: IpAddr, headers: &HeaderMap, believed: &Believed) -> IpAddr {
    let is_proxy = |address: &IpAddr| believed.proxies.iter().any(|net| net.contains(address));
    let mut nearest = peer.to_canonical();
    let mut is_believed = believed.peer || is_proxy(&nearest);
    let told = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = told.flat_map(|value| value.split(',')).collect();
    for address in told.into_iter().rev() {
        let Some(address) = address.trim().parse::<IpAddr>().ok().filter(|_| is_believed) else { break };
        nearest = address.to_canonical();
        is_believed = is_proxy(&nearest);
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &[&str], believed: &Believed) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        client(peer.parse().unwrap(), &headers, believed).to_string()
    }

    fn proxies() -> Believed {
        Believed { peer: false, proxies: vec!["10.0.0.0/8".parse().unwrap()] }
    }

    fn ingress() -> Believed {
        Believed { peer: true, proxies: Vec::new() }
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(client_of("192.0.2.1", &["203.0.113.9"], &proxies()), "192.0.2.1");
        assert_eq!(client_of("10.0.0.1", &["203.0.113.9"], &proxies()), "203.0.113.9");
        assert_eq!(client_of("::ffff:10.0.0.1", &["203.0.113.9"], &proxies()), "203.0.113.9");
    }

    #[test]
    fn what_the_client_itself_wrote_is_not() {
        assert_eq!(client_of("10.0.0.1", &["1.1.1.1, 203.0.113.9"], &proxies()), "203.0.113.9");
        assert_eq!(client_of("10.0.0.1", &["1.1.1.1", "203.0.113.9, 10.0.0.7"], &proxies()), "203.0.113.9");
        assert_eq!(client_of("10.0.0.1", &["203.0.113.9, nonsense"], &proxies()), "10.0.0.1");
        assert_eq!(client_of("10.0.0.1", &[], &proxies()), "10.0.0.1");
    }

    #[test]
    fn the_ingress_controller_is_believed_and_whoever_comes_to_it_from_a_private_network_is_not() {
        assert_eq!(client_of("10.42.0.5", &["203.0.113.9"], &ingress()), "203.0.113.9");
        assert_eq!(client_of("10.42.0.5", &["203.0.113.9, 10.1.2.3"], &ingress()), "10.1.2.3");
        assert_eq!(client_of("10.42.0.5", &[], &ingress()), "10.42.0.5");
        let both = Believed { peer: true, ..proxies() };
        assert_eq!(client_of("192.0.2.1", &["203.0.113.9, 10.1.2.3"], &both), "203.0.113.9");
    }
}
