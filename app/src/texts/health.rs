//! How a shop is at this moment.

texts! {
    moment: "At this moment", "In diesem Moment";
    unknown: "How fast it answers and what it uses is not known at this moment. ", "Wie schnell er antwortet und was er verbraucht, ist gerade nicht bekannt. ";
    /// Before a link to the metrics.
    elsewhere: "How fast it answers and what it uses is on ", "Wie schnell er antwortet und was er verbraucht, steht unter ";
    answers: "Answers", "Antwort";
    no: "no", "nein";
    yes: "yes", "ja";
    answers_in(time: &str): "in {time}", "in {time}";
    last_asked: "when it was last asked", "bei der letzten Anfrage";
    /// Before how long ago.
    checked: "checked ", "geprüft ";
    certificate: "Certificate", "Zertifikat";
    until(day: &str): "until {day}", "bis {day}";
    on(day: &str): "on {day}", "am {day}";
    ended: "ended", "abgelaufen";
    restarts: "Restarts", "Neustarts";
    /// Before how long ago.
    the_last: "the last ", "der letzte ";
    measured: "measured ", "gemessen ";
    cpu: "CPU", "CPU";
    memory: "Memory", "Arbeitsspeicher";
    disk: "Disk", "Speicherplatz";
    /// After what a part or a volume is called.
    is_at(percent: u32): " at {percent} %", " bei {percent} %";
    of(used: &str, limit: &str): "{used} of {limit}", "{used} von {limit}";
    core(number: &str): "{number} core", "{number} Kern";
    cores(number: &str): "{number} cores", "{number} Kerne";
    of_cores(used: &str, limit: &str): "{used} of {limit} cores", "{used} von {limit} Kernen";
}

/// A number as the language writes it: with a comma or a point.
pub fn decimal(number: &str) -> String {
    crate::language::language().of(number.to_owned(), number.replace('.', ","))
}
