//! Points in time as people read them.

use store::{Language, Millis, time::Elapsed};

use crate::{language::language, texts::live as texts};

/// Whose clock a time is told by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// On the server, and until the page is taken over.
    #[default]
    Utc,
    /// The viewer's, as it was where they are at the time that is told: summer time comes and goes.
    Viewer,
}

/// A text that changes with time alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    Ago,
    Brief,
    /// With tenths, while those matter.
    Exact,
    /// How long until then, in words.
    Left,
}

impl Tick {
    const ALL: [Self; 4] = [Self::Ago, Self::Brief, Self::Exact, Self::Left];

    pub fn key(self) -> &'static str {
        match self {
            Self::Ago => "ago",
            Self::Brief => "brief",
            Self::Exact => "exact",
            Self::Left => "left",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tick| tick.key() == key)
    }

    pub fn text(self, at: Millis, now: Millis) -> String {
        match self {
            Self::Ago => ago(now.since(at)),
            Self::Brief => brief(now.since(at)),
            Self::Exact => exact(now.since(at)),
            Self::Left => match at.since(now).0 / 1000 {
                ..90 => texts::about_a_minute().to_owned(),
                seconds => format!("{} min", seconds / 60 + 1),
            },
        }
    }
}

const DAY: i64 = 86_400;

/// `14:02:11`
pub fn time_of_day(at: Millis, zone: Zone) -> String {
    written(at, zone).get(11..19).unwrap_or_default().to_owned()
}

/// `2026-11-23`, or `23.11.2026`
pub fn day(at: Millis, zone: Zone) -> String {
    let written = written(at, zone);
    let part = |of: std::ops::Range<usize>| written.get(of).unwrap_or_default();
    match language() {
        Language::English => part(0..10).to_owned(),
        Language::German => format!("{}.{}.{}", part(8..10), part(5..7), part(0..4)),
    }
}

/// `2026-11-23 15:02 (14:02 UTC)`
pub fn date_and_time(at: Millis, zone: Zone) -> String {
    let minute = |zone| time_of_day(at, zone).get(..5).unwrap_or_default().to_owned();
    let utc = minute(Zone::Utc);
    match zone {
        Zone::Utc => format!("{} {utc} UTC", day(at, zone)),
        Zone::Viewer => format!("{} {} ({utc} UTC)", day(at, zone), minute(zone)),
    }
}

/// For `datetime` attributes: `2026-11-23T14:02:11.000Z`.
pub fn iso(at: Millis) -> String {
    written(at, Zone::Utc)
}

/// How long ago: `just now`, `3 min ago`, `2 days ago`, `5 weeks ago`, `4 months ago`.
pub fn ago(elapsed: Elapsed) -> String {
    let seconds = elapsed.0 / 1000;
    let length = match seconds {
        ..60 => return texts::just_now().to_owned(),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..DAY => format!("{} h", seconds / 3_600),
        DAY..1_209_600 => texts::days(seconds / DAY),
        1_209_600..5_184_000 => texts::weeks(seconds / 604_800),
        5_184_000..63_072_000 => texts::months(seconds / 2_592_000),
        _ => texts::years(seconds / 31_536_000),
    };
    texts::ago(&length)
}

/// A length of time where tenths do not matter: `8 s`, `3 min`, `2 h`, `5 days`.
pub fn brief(elapsed: Elapsed) -> String {
    match elapsed.0 / 1000 {
        seconds @ ..10 => format!("{seconds} s"),
        _ => exact(elapsed),
    }
}

/// A length of time, with tenths while those matter: `0.3 s`, `12 s`, `3 min`, `2 h`, `5 days`.
pub fn exact(elapsed: Elapsed) -> String {
    let told = elapsed.to_string();
    match language() {
        Language::English => told,
        // The sign for days has no cases.
        Language::German => told.replace('.', ",").replace("days", "d"),
    }
}

/// As [`iso`], by the zone's clock.
#[cfg(feature = "ssr")]
fn written(at: Millis, zone: Zone) -> String {
    debug_assert_eq!(zone, Zone::Utc, "the server does not know the viewer's");
    provisioner::resource::rfc3339(at)
}

#[cfg(not(feature = "ssr"))]
fn written(at: Millis, zone: Zone) -> String {
    crate::browser::written(at, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_reads_in_utc_until_the_viewers_zone_is_known() {
        let at = Millis(1_795_442_531_007);
        assert_eq!(iso(at), "2026-11-23T14:02:11.007Z");
        assert_eq!(time_of_day(at, Zone::Utc), "14:02:11");
        assert_eq!(day(at, Zone::Utc), "2026-11-23");
        assert_eq!(date_and_time(at, Zone::Utc), "2026-11-23 14:02 UTC");
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
    fn each_tick_is_known_by_its_key_and_tells_its_own_text() {
        let (at, now) = (Millis(1_000_000), Millis(1_185_400));
        let told = |key: &str| Tick::parse(key).unwrap().text(at, now);
        assert_eq!(["ago", "brief", "exact"].map(told), ["3 min ago", "3 min", "3 min"]);
        assert_eq!(Tick::Left.text(now, at), "4 min");
        assert_eq!(Tick::Left.text(at, now), "about a minute");
        assert_eq!(Tick::parse("else"), None);
    }

    #[test]
    fn a_brief_length_has_no_tenths() {
        assert_eq!(brief(Elapsed(8_700)), "8 s");
        assert_eq!(brief(Elapsed(180_000)), "3 min");
    }
}
