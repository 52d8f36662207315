//! A browser in which somebody has signed in before. It says nothing of whether they are signed in: only how their tries are counted.

use cookie::Key;
use serde::{Deserialize, Serialize};
use store::PersonId;

use crate::sealed;

const PURPOSE: &str = "device";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub(crate) id: String,
    /// Whose password was right there.
    pub(crate) person: PersonId,
}

impl Device {
    pub(crate) fn new(person: PersonId) -> Self {
        Self { id: format!("{:032x}", rand::random::<u128>()), person }
    }

    pub(crate) fn seal(&self, key: &Key) -> String {
        sealed::seal(PURPOSE, self, key)
    }

    pub(crate) fn open(sealed: &str, key: &Key) -> Option<Self> {
        sealed::open(PURPOSE, sealed, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Session, session::tests::session};

    #[test]
    fn a_device_is_known_by_the_key_that_sealed_it_and_is_no_session() {
        let (key, other) = (Key::generate(), Key::generate());
        let device = Device::new(PersonId::parse("ada").unwrap());
        let sealed = device.seal(&key);
        assert_eq!(Device::open(&sealed, &other), None);
        assert_eq!(Session::open(&sealed, &key), None);
        assert_eq!(Device::open(&session(0).seal(&key), &key), None);
        assert_eq!(Device::open(&sealed, &key), Some(device));
    }
}
