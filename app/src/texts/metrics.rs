//! How a store has fared.

use provisioner::window::Quantity;

use super::health::decimal;
use crate::language::say;

texts! {
    unread: "The metrics cannot be shown", "Die Messwerte lassen sich nicht zeigen";
    remembered(since: &str): "A day at most, and of every three minutes the highest value. The operator remembers it since {since} and forgets it when it begins anew.", "Höchstens ein Tag, je drei Minuten der höchste Wert. Der Operator merkt sich die Werte seit {since} und vergisst sie, wenn er neu startet.";
    remembered_rest(what: &str, remembered: &str): "What the operator remembers: {what}. {remembered}", "Was der Operator sich merkt: {what}. {remembered}";
    from_prometheus(at: &str, what: &str): "From the Prometheus at {at}: {what}. A value every three minutes: of CPU what was used on average meanwhile, and else the highest.", "Vom Prometheus unter {at}: {what}. Alle drei Minuten ein Wert: bei CPU der mittlere Verbrauch dieser Zeit, sonst der höchste.";
    nothing: "Nothing was measured yet. The first values are here a few minutes after the shop is ready.", "Noch wurde nichts gemessen. Die ersten Werte erscheinen ein paar Minuten, nachdem der Shop bereit ist.";
    allowed: "What the plan allows", "Was der Tarif erlaubt";
    highest(last: &str, highest: &str): "{last}, highest {highest}", "{last}, höchster Wert {highest}";
    of(used: &str, limit: &str): "{used} of {limit}", "{used} von {limit}";
    as_table: "As a table", "Als Tabelle";
    by_hour(title: &str): "{title}, hour by hour", "{title}, Stunde für Stunde";
    caption(title: &str): "{title}: the highest value of each hour, the newest first", "{title}: höchster Wert jeder Stunde, die neueste zuerst";
    hour_from: "Hour from", "Stunde ab";
    happened: "What happened", "Ereignisse";
    marks: "The marks in the plots", "Die Markierungen in den Diagrammen";
    lasted(time: &str): ", for {time}", ", {time} lang";
    degraded: "The shop did not answer as it should", "Der Shop antwortete nicht, wie er soll";
    stopped: "The shop was stopped", "Der Shop war angehalten";
    change: "A change began: an update, or another plan or setting", "Eine Änderung begann: Aktualisierung, anderer Tarif oder andere Einstellung";
    restart(part: &str, why: &str, times: u32): "{part} began anew{why} (restart {times})", "{part} startete neu{why} (Neustart {times})";
    cores(number: &str): "{number} cores", "{number} Kerne";
}

pub fn title(of: Quantity) -> &'static str {
    match of {
        Quantity::Answer => say("Answer time of the shop", "Antwortzeit des Shops"),
        Quantity::Cpu => say("CPU, of what the plan allows", "CPU, Anteil am Tarif"),
        Quantity::Memory => say("Memory, of what the plan allows", "Arbeitsspeicher, Anteil am Tarif"),
        Quantity::Disk => say("Disk, of what the plan allows", "Speicherplatz, Anteil am Tarif"),
    }
}

/// Within a sentence.
pub fn word(of: Quantity) -> &'static str {
    match of {
        Quantity::Answer => say("answer time", "Antwortzeit"),
        Quantity::Cpu => say("CPU", "CPU"),
        Quantity::Memory => say("memory", "Arbeitsspeicher"),
        Quantity::Disk => say("disk", "Speicherplatz"),
    }
}

/// With its unit: `84 ms`, `0.25 cores`, `312 MiB`, `1.5 GiB`.
pub fn amount(of: Quantity, value: f32) -> String {
    match of {
        Quantity::Answer if value >= 10_000.0 => format!("{:.0} s", value / 1000.0),
        Quantity::Answer => format!("{value:.0} ms"),
        Quantity::Cpu if value < 100.0 => cores(&decimal(&format!("{:.3}", value / 1000.0))),
        Quantity::Cpu => cores(&decimal(&format!("{:.2}", value / 1000.0))),
        Quantity::Memory | Quantity::Disk if value < 1024.0 => format!("{value:.0} MiB"),
        Quantity::Memory | Quantity::Disk => decimal(&format!("{:.1} GiB", value / 1024.0)),
    }
}
