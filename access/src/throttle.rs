//! How often one may try to sign in: by account, so that one password is not guessed, and by address, so that many are not.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};

const ACCOUNT_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
const ACCOUNT_PAUSE: Duration = Duration::from_secs(20);
const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
const ADDRESS_PAUSE: Duration = Duration::from_secs(3);
/// Keys that are remembered before those that no longer matter are dropped.
const KEPT: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Throttle {
    accounts: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Throttle {
    pub(crate) fn new() -> Self {
        let quota = |pause, burst| {
            Quota::with_period(pause).expect("a pause is longer than nothing").allow_burst(burst)
        };
        Self {
            accounts: RateLimiter::keyed(quota(ACCOUNT_PAUSE, ACCOUNT_BURST)),
            addresses: RateLimiter::keyed(quota(ADDRESS_PAUSE, ADDRESS_BURST)),
        }
    }

    /// Counts a try; how long to wait, if it is one too many. A name that nobody has counts like any other.
    pub(crate) fn admit(&self, account: &str, address: IpAddr) -> Result<(), Duration> {
        self.forget();
        let now = DefaultClock::default().now();
        let wait = |not_until: governor::NotUntil<_>| not_until.wait_time_from(now);
        self.addresses.check_key(&network(address)).map_err(wait)?;
        let account: String = account.trim().to_lowercase().chars().take(64).collect();
        self.accounts.check_key(&account).map_err(wait)
    }

    fn forget(&self) {
        if self.accounts.len() > KEPT {
            self.accounts.retain_recent();
        }
        if self.addresses.len() > KEPT {
            self.addresses.retain_recent();
        }
    }
}

/// One customer of a provider has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn an_account_is_tried_ten_times_from_wherever_and_then_not_for_a_while() {
        let throttle = Throttle::new();
        assert!((0..10).all(|n| throttle.admit("Ada ", address(n)).is_ok()));
        let wait = throttle.admit("ada", address(99)).unwrap_err();
        assert!(wait <= ACCOUNT_PAUSE && wait > Duration::from_secs(10));
        assert!(throttle.admit("bo", address(99)).is_ok());
    }

    #[test]
    fn an_address_tries_twenty_accounts_and_then_not_for_a_while() {
        let throttle = Throttle::new();
        assert!((0..20).all(|n| throttle.admit(&format!("user{n}"), address(1)).is_ok()));
        assert!(throttle.admit("another", address(1)).is_err());
        assert!(throttle.admit("another", address(2)).is_ok());
    }

    #[test]
    fn the_addresses_of_one_customer_are_one() {
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::ffff".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }
}
