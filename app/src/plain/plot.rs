//! A day of measured values as lines, drawn on the server. Pure.

use leptos::prelude::*;
use store::Millis;

/// What a plot's corners stand for: time from left to right, values from the bottom up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub from: Millis,
    pub until: Millis,
    /// The value at the upper edge; the lower one is zero.
    pub top: f32,
}

/// A value at a time.
pub type Sample = (Millis, f32);

/// One line of a plot, and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub title: String,
    pub samples: Vec<Sample>,
}

/// Something that happened at one time, or lasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub kind: Kind,
    pub from: Millis,
    /// None where it was over at once.
    pub until: Option<Millis>,
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Change,
    Restart,
    Degraded,
    Stopped,
}

impl Kind {
    pub fn key(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Restart => "restart",
            Self::Degraded => "degraded",
            Self::Stopped => "stopped",
        }
    }
}

/// The drawing's own units: it is stretched to whatever room there is.
const WIDTH: f32 = 960.0;
const HEIGHT: f32 = 160.0;
/// What is missed for longer than so many times the usual distance was not measured, and no line leads over it.
const MISSED: i64 = 4;
const SHORTEST_GAP: i64 = 12 * 60_000;

impl Scale {
    fn x(&self, at: Millis) -> f32 {
        let whole = (self.until.0 - self.from.0).max(1);
        let part = (at.0 - self.from.0).clamp(0, whole);
        WIDTH * part as f32 / whole as f32
    }

    fn y(&self, value: f32) -> f32 {
        let top = if self.top > 0.0 { self.top } else { 1.0 };
        HEIGHT - HEIGHT * (value / top).clamp(0.0, 1.0)
    }
}

/// The way of a line through the samples, in order of time, as an SVG has it. It breaks off where nothing was measured; a sample alone is a dot.
pub fn path(samples: &[Sample], scale: Scale) -> String {
    let gap = gap(samples);
    let mut path = String::new();
    for (n, (at, value)) in samples.iter().enumerate() {
        let (x, y) = (scale.x(*at), scale.y(*value));
        let before = n.checked_sub(1).map(|before| samples[before].0);
        let begins = before.is_none_or(|before| at.0 - before.0 > gap);
        let ends = samples.get(n + 1).is_none_or(|(next, _)| next.0 - at.0 > gap);
        match (begins, ends) {
            (true, true) => path.push_str(&format!("M{x:.1},{y:.1}h0")),
            (true, false) => path.push_str(&format!("M{x:.1},{y:.1}")),
            (false, _) => path.push_str(&format!("L{x:.1},{y:.1}")),
        }
    }
    path
}

fn gap(samples: &[Sample]) -> i64 {
    let mut distances: Vec<i64> = samples.windows(2).map(|pair| pair[1].0.0 - pair[0].0.0).collect();
    distances.sort_unstable();
    let usual = distances.get(distances.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    SHORTEST_GAP.max(MISSED * usual)
}

/// A round number that is no less, for the upper edge.
pub fn round_up(value: f32) -> f32 {
    let mut step = 1.0;
    loop {
        for round in [1.0, 2.0, 5.0] {
            if value <= round * step || step > 1.0e12 {
                return round * step;
            }
        }
        step *= 10.0;
    }
}

/// What is drawn. The same is told in words beside it, so that nobody has to see it.
pub fn drawing(lines: &[Line], limit: Option<f32>, events: &[Event], scale: Scale) -> AnyView {
    let band = |event: &Event| {
        let (from, until) = (scale.x(event.from), scale.x(event.until.unwrap_or(event.from)));
        let class = format!("band {}", event.kind.key());
        view! { <rect class=class x=format!("{from:.1}") y="0" width=format!("{:.1}", (until - from).max(2.0)) height=HEIGHT.to_string()></rect> }
    };
    let mark = |event: &Event| {
        let class = format!("mark {}", event.kind.key());
        view! { <path class=class d=format!("M{:.1},0V{HEIGHT}", scale.x(event.from))></path> }
    };
    let (lasting, sudden): (Vec<&Event>, Vec<&Event>) =
        events.iter().partition(|event| event.until.is_some());
    let grid = [0.25, 0.5, 0.75]
        .map(|part| format!("M0,{:.1}H{WIDTH}M{:.1},0V{HEIGHT}", HEIGHT * part, WIDTH * part));
    let limit = limit.filter(|limit| *limit <= scale.top).map(|limit| {
        view! { <path class="limit" d=format!("M0,{:.1}H{WIDTH}", scale.y(limit))></path> }
    });
    let line = |(n, line): (usize, &Line)| view! { <path class=format!("line n{n}") d=path(&line.samples, scale)></path> };
    view! {
        <svg class="plot" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            {lasting.into_iter().map(band).collect_view()}
            <path class="grid" d=grid.concat()></path>
            {sudden.into_iter().map(mark).collect_view()}
            {limit}
            {lines.iter().enumerate().map(line).collect_view()}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;
    const SCALE: Scale = Scale { from: Millis(0), until: Millis(96 * MINUTE), top: 100.0 };

    fn samples(told: &[(i64, f32)]) -> Vec<Sample> {
        told.iter().map(|(minute, value)| (Millis(minute * MINUTE), *value)).collect()
    }

    #[test]
    fn known_samples_have_a_known_way() {
        let path = path(&samples(&[(0, 0.0), (3, 50.0), (6, 100.0), (9, 25.0)]), SCALE);
        assert_eq!(path, "M0.0,160.0L30.0,80.0L60.0,0.0L90.0,120.0");
    }

    #[test]
    fn no_line_leads_over_a_time_in_which_nothing_was_measured() {
        let path = path(&samples(&[(0, 10.0), (3, 10.0), (30, 10.0), (60, 10.0), (63, 10.0)]), SCALE);
        assert_eq!(path, "M0.0,144.0L30.0,144.0M300.0,144.0h0M600.0,144.0L630.0,144.0");
    }

    #[test]
    fn what_is_measured_seldom_is_a_line_all_the_same() {
        assert_eq!(
            path(&samples(&[(0, 0.0), (30, 0.0), (60, 0.0)]), SCALE),
            "M0.0,160.0L300.0,160.0L600.0,160.0"
        );
        assert_eq!(path(&[], SCALE), "");
        assert_eq!(path(&samples(&[(48, 50.0)]), SCALE), "M480.0,80.0h0");
    }

    #[test]
    fn what_is_outside_is_drawn_at_the_edge() {
        assert_eq!(path(&samples(&[(96, 500.0)]), SCALE), "M960.0,0.0h0");
        let nothing = Scale { until: Millis(0), top: 0.0, ..SCALE };
        assert_eq!(path(&samples(&[(0, 1.0)]), nothing), "M0.0,0.0h0");
    }

    #[test]
    fn an_upper_edge_is_a_round_number() {
        for (value, top) in
            [(0.0, 1.0), (1.0, 1.0), (84.0, 100.0), (101.0, 200.0), (312.0, 500.0), (5_001.0, 10_000.0)]
        {
            assert!((round_up(value) - top).abs() < f32::EPSILON, "{value}");
        }
    }

    proptest! {
        #[test]
        fn whatever_was_measured_a_way_stays_in_the_drawing(
            told in prop::collection::vec((-9_000..9_000i64, any::<f32>()), 0..60), top in any::<f32>()
        ) {
            let mut samples = samples(&told);
            samples.sort_by_key(|(at, _)| *at);
            let path = path(&samples, Scale { top, ..SCALE });
            let numbers = path.split(['M', 'L', ',', 'h']).filter(|number| !number.is_empty());
            for number in numbers {
                let number: f32 = number.parse().unwrap();
                prop_assert!(number.is_nan() || (0.0..=WIDTH).contains(&number));
            }
            round_up(top);
        }
    }
}
