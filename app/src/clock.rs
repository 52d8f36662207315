//! Points in time as people read them. Pure: the zone is an argument.

use store::{Millis, time::Elapsed};

/// Minutes that the viewer's clock is ahead of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zone(pub i32);

const DAY: i64 = 86_400;

/// `14:02:11`
pub fn time_of_day(at: Millis, zone: Zone) -> String {
    let second = local_seconds(at, zone).rem_euclid(DAY);
    format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

/// `2026-11-23 14:02`
pub fn date_and_time(at: Millis, zone: Zone) -> String {
    let (year, month, day) = date(local_seconds(at, zone).div_euclid(DAY));
    let clock = time_of_day(at, zone);
    format!("{year}-{month:02}-{day:02} {}", &clock[..5])
}

/// For `datetime` attributes: `2026-11-23T14:02:11Z`.
pub fn iso(at: Millis) -> String {
    let (year, month, day) = date(local_seconds(at, Zone(0)).div_euclid(DAY));
    format!("{year}-{month:02}-{day:02}T{}Z", time_of_day(at, Zone(0)))
}

/// How long ago: `just now`, `3 min ago`, `2 days ago`, `5 weeks ago`, `4 months ago`.
pub fn ago(elapsed: Elapsed) -> String {
    let seconds = elapsed.0 / 1000;
    let (count, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3_600 => return format!("{} min ago", seconds / 60),
        3_600..DAY => return format!("{} h ago", seconds / 3_600),
        DAY..1_209_600 => (seconds / DAY, "day"),
        1_209_600..5_184_000 => (seconds / 604_800, "week"),
        5_184_000..63_072_000 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

/// A length of time where tenths do not matter: `8 s`, `3 min`, `2 h`, `5 days`.
pub fn brief(elapsed: Elapsed) -> String {
    match elapsed.0 / 1000 {
        seconds @ ..10 => format!("{seconds} s"),
        _ => elapsed.to_string(),
    }
}

fn local_seconds(at: Millis, zone: Zone) -> i64 {
    at.0.div_euclid(1000) + i64::from(zone.0) * 60
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. Counts in eras of 400 years from a 1 March, so that
/// the leap day comes last.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_reads_in_the_viewers_zone() {
        let at = Millis(1_795_442_531_000);
        assert_eq!(iso(at), "2026-11-23T14:02:11Z");
        assert_eq!(time_of_day(at, Zone(60)), "15:02:11");
        assert_eq!(date_and_time(at, Zone(-15 * 60)), "2026-11-22 23:02");
    }

    #[test]
    fn leap_days_and_ends_of_centuries_are_where_the_calendar_has_them() {
        for (seconds, text) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (4_107_456_000, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
            (-86_400, "1969-12-31"),
        ] {
            assert!(iso(Millis(seconds * 1000)).starts_with(text), "{text}");
        }
    }

    #[test]
    fn an_age_is_told_in_the_largest_unit_that_fits() {
        for (seconds, text) in [
            (59, "just now"),
            (60, "1 min ago"),
            (7_200, "2 h ago"),
            (86_400, "1 day ago"),
            (13 * 86_400, "13 days ago"),
            (14 * 86_400, "2 weeks ago"),
            (70 * 86_400, "2 months ago"),
            (800 * 86_400, "2 years ago"),
        ] {
            assert_eq!(ago(Elapsed(seconds * 1000)), text);
        }
    }

    #[test]
    fn a_brief_length_has_no_tenths() {
        assert_eq!(brief(Elapsed(8_700)), "8 s");
        assert_eq!(brief(Elapsed(180_000)), "3 min");
    }
}
