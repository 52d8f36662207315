//! IPv4 networks that the machine has a route to.

use std::fmt;
use std::net::Ipv4Addr;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    address: Ipv4Addr,
    bits: u32,
}

impl Network {
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
        let bits = bits.parse().ok().filter(|bits| *bits <= 32)?;
        Some(Self { address: address.parse().ok()?, bits })
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        let bits = self.bits.min(other.bits);
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        self.address.to_bits() & mask == other.address.to_bits() & mask
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.bits)
    }
}

/// Network and device of each line of `ip route show`, without the default route, which holds everything.
pub fn routes(table: &str) -> Vec<(Network, String)> {
    table
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let network = Network::parse(words.next()?)?;
            let device = words.skip_while(|word| *word != "dev").nth(1)?;
            Some((network, device.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_overlap_when_one_holds_the_other() {
        let network = |text| Network::parse(text).unwrap();
        assert!(network("10.0.0.0/8").overlaps(&network("10.244.0.0/16")));
        assert!(network("10.244.3.0/24").overlaps(&network("10.244.0.0/16")));
        assert!(!network("10.245.0.0/16").overlaps(&network("10.244.0.0/16")));
        assert!(network("0.0.0.0/0").overlaps(&network("10.244.0.0/16")));
    }

    #[test]
    fn routes_are_read_without_the_default() {
        let table = "default via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.2\n10.1.1.1 dev wg0\n";
        let routes = routes(table);
        assert_eq!(routes.len(), 2);
        assert_eq!(routes[1], (Network::parse("10.1.1.1/32").unwrap(), "wg0".to_owned()));
    }
}
