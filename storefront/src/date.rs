//! Days as people read them.

use jiff::{Timestamp, tz::TimeZone};

/// The day of a time that the backend tells, such as `26 November 2026`; nothing of what is no time.
pub(crate) fn day(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).strftime("%-d %B %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_out() {
        assert_eq!(day("2026-11-06T22:53:08.123Z").as_deref(), Some("6 November 2026"));
        assert_eq!(day("2028-02-29T00:00:00Z").as_deref(), Some("29 February 2028"));
        assert_eq!(day("yesterday"), None);
    }
}
