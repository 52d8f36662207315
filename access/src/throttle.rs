//! How often one may try to sign in. Only tries that fail count: by account, so that one password is not guessed, and by address, so that
//! many are not. A browser in which the person has signed in before is counted apart, so that whoever guesses at the account, or comes
//! from the same address, does not keep its owner out (OWASP's device cookie).
//!
//! A process counts for itself: two replicas let twice as many tries through.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Fast enough that somebody who tries a few times a minute locks nobody out, and slow enough that a password of twelve characters is not
/// found in a lifetime.
const ACCOUNT: Quota = Quota { burst: 10, pause: Duration::from_secs(5) };
/// Many people may share an address, for instance that of a load balancer which does not tell whom it speaks for.
const ADDRESS: Quota = Quota { burst: 20, pause: Duration::from_secs(1) };
/// Keys that are remembered before those that no longer matter are dropped.
const KEPT: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Throttle {
    accounts: Buckets<String>,
    addresses: Buckets<IpAddr>,
    devices: Buckets<String>,
    /// The token for the first user is not found by guessing; this only keeps the noise down.
    set_ups: Buckets<IpAddr>,
    /// Nor is what an identity provider gives.
    providers: Buckets<IpAddr>,
}

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trier<'a> {
    /// A browser in which this account was not signed in before.
    Stranger { account: &'a str, address: IpAddr },
    /// One in which it was.
    Device(&'a str),
    /// Whoever wants to be the first user.
    First { address: IpAddr },
    /// Whoever comes back from the identity provider.
    Provider { address: IpAddr },
}

/// How long to wait after one try too many, and of what there were too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    Address(Duration),
    Account(Duration),
}

impl Full {
    pub(crate) fn wait(self) -> Duration {
        match self {
            Self::Address(wait) | Self::Account(wait) => wait,
        }
    }
}

impl Throttle {
    pub(crate) fn new() -> Self {
        Self {
            accounts: Buckets::new(ACCOUNT),
            addresses: Buckets::new(ADDRESS),
            devices: Buckets::new(ACCOUNT),
            set_ups: Buckets::new(ADDRESS),
            providers: Buckets::new(ADDRESS),
        }
    }

    /// Counts a try as one that failed, until it is forgiven: many at once cannot all slip through before the first of them has failed. A
    /// name that nobody has counts like any other.
    pub(crate) fn admit(&self, trier: Trier<'_>, now: Instant) -> Result<(), Full> {
        match trier {
            Trier::Stranger { account, address } => {
                self.addresses.take(network(address), now).map_err(Full::Address)?;
                self.accounts.take(name(account), now).map_err(|wait| {
                    // What is refused is not tried.
                    self.addresses.give_back(&network(address));
                    Full::Account(wait)
                })
            }
            Trier::Device(device) => self.devices.take(device.to_owned(), now).map_err(Full::Account),
            Trier::First { address } => self.set_ups.take(network(address), now).map_err(Full::Address),
            Trier::Provider { address } => self.providers.take(network(address), now).map_err(Full::Address),
        }
    }

    /// The try was none that counts: the password was right, or it was not looked at.
    pub(crate) fn forgive(&self, trier: Trier<'_>) {
        match trier {
            Trier::Stranger { account, address } => {
                self.addresses.give_back(&network(address));
                self.accounts.give_back(&name(account));
            }
            Trier::Device(device) => self.devices.give_back(device),
            Trier::First { address } => self.set_ups.give_back(&network(address)),
            Trier::Provider { address } => self.providers.give_back(&network(address)),
        }
    }
}

/// So many at once, and then one in each pause.
#[derive(Clone, Copy, Debug)]
struct Quota {
    burst: u32,
    pause: Duration,
}

/// Leaky buckets by key. Of each it is known when it will have run dry; one that is dry is not kept.
#[derive(Debug)]
struct Buckets<K> {
    quota: Quota,
    dry_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Hash + Eq> Buckets<K> {
    fn new(quota: Quota) -> Self {
        Self { quota, dry_at: Mutex::default() }
    }

    /// Pours one in; how long to wait, if it would run over.
    fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut dry_at = self.dry_at.lock().unwrap_or_else(PoisonError::into_inner);
        if dry_at.len() > KEPT {
            dry_at.retain(|_, dry| *dry > now);
        }
        let dry = dry_at.get(&key).map_or(now, |dry| *dry.max(&now)) + self.quota.pause;
        let over = (dry - now).saturating_sub(self.quota.pause * self.quota.burst);
        if !over.is_zero() {
            return Err(over);
        }
        dry_at.insert(key, dry);
        Ok(())
    }

    fn give_back<Q: Hash + Eq + ?Sized>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut dry_at = self.dry_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dry) = dry_at.get_mut(key)
            && let Some(sooner) = dry.checked_sub(self.quota.pause)
        {
            *dry = sooner;
        }
    }
}

fn name(account: &str) -> String {
    account.trim().to_lowercase().chars().take(64).collect()
}

/// Whose address it is, as far as that can be told: one customer of a provider has a whole /64 of IPv6.
pub fn network(address: IpAddr) -> IpAddr {
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

    fn stranger(account: &str, last: u8) -> Trier<'_> {
        Trier::Stranger { account, address: address(last) }
    }

    #[test]
    fn an_account_is_tried_ten_times_from_wherever_and_then_not_for_a_moment() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        assert!((0..10).all(|n| throttle.admit(stranger("Ada ", n), now).is_ok()));
        assert_eq!(throttle.admit(stranger("ada", 99), now), Err(Full::Account(ACCOUNT.pause)));
        assert_eq!(throttle.admit(stranger("bo", 99), now), Ok(()));
        assert_eq!(throttle.admit(stranger("ada", 99), now + ACCOUNT.pause), Ok(()));
    }

    #[test]
    fn an_address_tries_twenty_accounts_and_then_not_for_a_moment() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        assert!((0..20).all(|n| throttle.admit(stranger(&format!("user{n}"), 1), now).is_ok()));
        assert_eq!(throttle.admit(stranger("another", 1), now), Err(Full::Address(ADDRESS.pause)));
        assert_eq!(throttle.admit(stranger("another", 2), now), Ok(()));
    }

    #[test]
    fn whoever_fails_three_times_a_minute_locks_nobody_out() {
        let (throttle, begin) = (Throttle::new(), Instant::now());
        for n in 0..1_000 {
            let now = begin + Duration::from_secs(20) * n;
            assert_eq!(throttle.admit(stranger("ada", 1), now), Ok(()), "guess {n}");
            assert_eq!(throttle.admit(stranger("ada", 1), now), Ok(()), "Ada herself, after guess {n}");
            throttle.forgive(stranger("ada", 1));
        }
    }

    #[test]
    fn a_guesser_has_fewer_than_twenty_thousand_tries_a_day() {
        let (throttle, begin) = (Throttle::new(), Instant::now());
        let seconds = 0..24 * 3_600;
        let times = seconds.map(|second| begin + Duration::from_secs(second));
        assert!(times.filter(|now| throttle.admit(stranger("ada", 1), *now).is_ok()).count() < 20_000);
    }

    #[test]
    fn what_succeeds_is_no_try_and_what_is_refused_is_none_of_the_address() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        for _ in 0..100 {
            assert_eq!(throttle.admit(stranger("bo", 1), now), Ok(()));
            throttle.forgive(stranger("bo", 1));
        }
        for _ in 0..100 {
            let _counted_or_full = throttle.admit(stranger("ada", 1), now);
        }
        assert_eq!(throttle.admit(stranger("bo", 1), now), Ok(()));
    }

    #[test]
    fn a_known_device_and_the_first_user_are_counted_apart() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        for n in 0..100 {
            let _counted_or_full = throttle.admit(stranger(&format!("user{}", n % 10), 1), now);
        }
        assert_eq!(throttle.admit(Trier::First { address: address(1) }, now), Ok(()));
        assert!((0..10).all(|_| throttle.admit(Trier::Device("one"), now).is_ok()));
        assert_eq!(throttle.admit(Trier::Device("one"), now), Err(Full::Account(ACCOUNT.pause)));
        assert_eq!(throttle.admit(Trier::Device("other"), now), Ok(()));
    }

    #[test]
    fn buckets_that_ran_dry_are_forgotten() {
        let (buckets, now) = (Buckets::new(ACCOUNT), Instant::now());
        for n in 0..=KEPT {
            assert_eq!(buckets.take(n, now), Ok(()));
        }
        assert_eq!(buckets.take(0, now + Duration::from_secs(60)), Ok(()));
        assert_eq!(buckets.dry_at.lock().unwrap().len(), 1);
    }

    #[test]
    fn the_addresses_of_one_customer_are_one() {
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::ffff".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }
}
