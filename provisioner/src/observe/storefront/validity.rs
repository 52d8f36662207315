//! When a certificate ends: the one thing of it that a page tells, read from where RFC 5280 puts it. Whether it is trusted is not decided here.

use store::Millis;

use crate::resource::millis;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// Nothing where that is no certificate.
pub(super) fn end(der: &[u8]) -> Option<Millis> {
    let (certificate, _) = of(SEQUENCE, der)?;
    let (body, _) = of(SEQUENCE, certificate)?;
    let body = of(VERSION, body).map_or(body, |(_, after)| after);
    let (_serial, body) = of(INTEGER, body)?;
    let (_signature, body) = of(SEQUENCE, body)?;
    let (_issuer, body) = of(SEQUENCE, body)?;
    let (validity, _) = of(SEQUENCE, body)?;
    let (_, _, not_after) = next(validity)?;
    let (tag, time, _) = next(not_after)?;
    moment(tag, std::str::from_utf8(time).ok()?)
}

/// What is in the element, if it is of that kind, and what comes after it.
fn of(wanted: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (tag, content, after) = next(der)?;
    (tag == wanted).then_some((content, after))
}

/// Of what kind the element is, what is in it, and what comes after it.
fn next(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ ..=0x7f => (usize::from(short), rest),
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}

/// `YYMMDDHHMMSSZ` of the years 1950 to 2049, or with four digits of the year.
fn moment(tag: u8, text: &str) -> Option<Millis> {
    let text = match tag {
        GENERALIZED_TIME => text.to_owned(),
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        _ => return None,
    };
    let part = |from: usize| text.get(from..from + 2);
    let year = text.get(..4)?;
    let written = format!("{year}-{}-{}T{}:{}:{}Z", part(4)?, part(6)?, part(8)?, part(10)?, part(12)?);
    text.ends_with('Z').then(|| millis(&written))?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn certificate(year: i32) -> Vec<u8> {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut request = rcgen::CertificateParams::new(["a.example".to_owned()]).unwrap();
        request.not_after = rcgen::date_time_ymd(year, 5, 6);
        request.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_ends_when_it_says_in_either_way_of_writing_years() {
        for year in [1999, 2031, 2049, 2050, 2161] {
            assert_eq!(end(&certificate(year)), millis(&format!("{year}-05-06T00:00:00Z")), "{year}");
        }
    }

    #[test]
    fn what_is_cut_off_is_no_certificate() {
        let whole = certificate(2031);
        assert_eq!(end(&[]), None);
        assert!((0..whole.len()).all(|length| end(&whole[..length]).is_none()));
    }

    proptest! {
        #[test]
        fn whatever_a_server_shows_is_read(bytes in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>()) {
            end(&bytes);
            let mut spoilt = certificate(2031);
            let at = at.index(spoilt.len());
            spoilt[at] ^= 0x55;
            end(&spoilt);
        }
    }
}
