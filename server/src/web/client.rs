//! Where a request came from, as far as it can be believed.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use ipnet::IpNet;
use listen::Peer;
use provisioner::config::Config;

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
    let told =
        headers.get_all(FORWARDED_FOR).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let told: Vec<&[u8]> = told.collect();
    for told in told.into_iter().rev() {
        let Some(address) = address(told).filter(|_| is_believed) else { break };
        nearest = address.to_canonical();
        is_believed = is_proxy(&nearest);
    }
    nearest
}

/// As proxies write it: some with the port, and then IPv6 in brackets.
fn address(told: &[u8]) -> Option<IpAddr> {
    let told = std::str::from_utf8(told).ok()?.trim();
    let bare = told.strip_prefix('[').and_then(|told| told.strip_suffix(']')).unwrap_or(told);
    bare.parse().ok().or_else(|| told.parse::<SocketAddr>().ok().map(|told| told.ip()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    const V4: &str = "203.0.113.9";
    const V6: &str = "2001:db8::9";

    /// Who is believed, who is at the other end, what is forwarded, one header a text, and whom the request is taken to be from.
    type Row = (Believes, &'static str, &'static [&'static [u8]], &'static str);

    #[derive(Clone, Copy, Debug)]
    enum Believes {
        Nobody,
        Proxies,
        Ingress,
        Both,
    }
    use Believes::*;

    const TABLE: [Row; 32] = [
        // Nobody is believed.
        (Nobody, "10.0.0.1", &[b"203.0.113.9"], "10.0.0.1"),
        (Nobody, "::ffff:10.0.0.1", &[b"203.0.113.9"], "10.0.0.1"),
        // Those that are named are, and nobody else.
        (Proxies, "192.0.2.1", &[b"203.0.113.9"], "192.0.2.1"),
        (Proxies, "10.0.0.1", &[b"203.0.113.9"], V4),
        (Proxies, "::ffff:10.0.0.1", &[b"203.0.113.9"], V4),
        (Proxies, "10.0.0.1", &[], "10.0.0.1"),
        (Proxies, "10.0.0.1", &[b""], "10.0.0.1"),
        (Proxies, "2001:db8:f::1", &[b"203.0.113.9"], V4),
        (Proxies, "2001:db8:e::1", &[b"203.0.113.9"], "2001:db8:e::1"),
        // What the visitor wrote stands before what the proxy wrote.
        (Proxies, "10.0.0.1", &[b"1.1.1.1, 203.0.113.9"], V4),
        (Proxies, "10.0.0.1", &[b"1.1.1.1", b"203.0.113.9, 10.0.0.7"], V4),
        (Proxies, "10.0.0.1", &[b"10.0.0.9, 203.0.113.9"], V4),
        (Proxies, "10.0.0.1", &[b"10.0.0.9, 10.0.0.8"], "10.0.0.9"),
        (Proxies, "10.0.0.1", &[b"\xff, 203.0.113.9"], V4),
        (Proxies, "10.0.0.1", &[b"\xff\xfe", b"203.0.113.9"], V4),
        (Proxies, "10.0.0.1", &[b"<script>,,,;203.0.113.9"], "10.0.0.1"),
        // A chain that breaks off is believed as far as it can be read.
        (Proxies, "10.0.0.1", &[b"203.0.113.9, nonsense"], "10.0.0.1"),
        (Proxies, "10.0.0.1", &[b"203.0.113.9, unknown, 10.0.0.7"], "10.0.0.7"),
        (Proxies, "10.0.0.1", &[b"203.0.113.9, _hidden"], "10.0.0.1"),
        (Proxies, "10.0.0.1", &[b"203.0.113.9,"], "10.0.0.1"),
        // However it is written.
        (Proxies, "10.0.0.1", &[b"  203.0.113.9\t"], V4),
        (Proxies, "10.0.0.1", &[b"203.0.113.9:4711"], V4),
        (Proxies, "10.0.0.1", &[b"203.0.113.9:99999"], "10.0.0.1"),
        (Proxies, "10.0.0.1", &[b"203.0.113.009"], "10.0.0.1"),
        (Proxies, "10.0.0.1", &[b"2001:db8::9"], V6),
        (Proxies, "10.0.0.1", &[b"[2001:db8::9]"], V6),
        (Proxies, "10.0.0.1", &[b"[2001:db8::9]:4711"], V6),
        (Proxies, "10.0.0.1", &[b"::ffff:203.0.113.9"], V4),
        (Proxies, "10.0.0.1", &[b"203.0.113.9, [::ffff:10.0.0.7]:443"], V4),
        // The ingress controller, wherever it is; and not whoever comes to it from a private network.
        (Ingress, "10.42.0.5", &[b"203.0.113.9, 10.1.2.3"], "10.1.2.3"),
        (Ingress, "10.42.0.5", &[b"203.0.113.9"], V4),
        (Both, "192.0.2.1", &[b"203.0.113.9, 10.1.2.3"], V4),
    ];

    #[test]
    fn only_those_are_believed_who_are_named() {
        for (believes, peer, forwarded, expected) in TABLE {
            let proxies = || vec!["10.0.0.0/8".parse().unwrap(), "2001:db8:f::/48".parse().unwrap()];
            let believed = match believes {
                Nobody => Believed { peer: false, proxies: Vec::new() },
                Proxies => Believed { peer: false, proxies: proxies() },
                Ingress => Believed { peer: true, proxies: Vec::new() },
                Both => Believed { peer: true, proxies: proxies() },
            };
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value).unwrap());
            }
            // What other proxies use is nobody's word here.
            for other in ["forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip"] {
                headers.insert(other, HeaderValue::from_static("198.51.100.1"));
            }
            let found = client(peer.parse().unwrap(), &headers, &believed).to_string();
            assert_eq!(found, expected, "{believes:?}, {peer}, {forwarded:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_forwarded_is_read_without_a_panic_and_from_a_stranger_not_at_all(value: Vec<u8>) {
            let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
            let headers = HeaderMap::from_iter([(HeaderName::from_static(FORWARDED_FOR), value)]);
            let peer = IpAddr::from([192, 0, 2, 1]);
            let believed = |peer| Believed { peer, proxies: Vec::new() };
            client(peer, &headers, &believed(true));
            prop_assert_eq!(client(peer, &headers, &believed(false)), peer);
        }

        #[test]
        fn an_address_is_read_however_it_is_written(address: IpAddr, port: u16) {
            let with_port = SocketAddr::new(address, port).to_string();
            for written in [address.to_string(), with_port, format!(" [{address}] ")] {
                prop_assert_eq!(super::address(written.as_bytes()), Some(address));
            }
        }
    }
}
