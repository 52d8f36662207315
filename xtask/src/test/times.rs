//! What `cargo test` tells of its own time, so that a long step can be looked into.

use std::time::Duration;

use crate::progress::Took;

/// From what `cargo test` prints: how long it compiled, and how long each program of tests ran.
pub(super) fn of_cargo(printed: &str) -> Vec<Took> {
    let mut times = Vec::new();
    let mut program = "";
    for line in printed.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("Running ") {
            program = rest.split_once(" (").map_or(rest, |(_, path)| path.trim_end_matches(')'));
            program = program.rsplit('/').next().unwrap_or(program);
            program = program.rsplit_once('-').map_or(program, |(name, _)| name);
        } else if line.starts_with("Finished ") {
            let time = line.rsplit_once(" in ").and_then(|(_, time)| duration(time));
            times.extend(time.map(|time| took("compiling", time)));
        } else if line.starts_with("test result: ") {
            let time = line.rsplit_once(" finished in ").and_then(|(_, time)| duration(time));
            times.extend(time.map(|time| took(program, time)));
        }
    }
    times
}

/// `34.01s`, `5m 30s`, `1h 02m 03s`
fn duration(text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    for word in text.split_whitespace() {
        let number = |unit: char| word.strip_suffix(unit)?.parse::<f64>().ok();
        seconds += match (number('h'), number('m'), number('s')) {
            (Some(hours), ..) => hours * 3600.0,
            (_, Some(minutes), _) => minutes * 60.0,
            (.., Some(seconds)) => seconds,
            _ => return None,
        };
    }
    Some(Duration::from_secs_f64(seconds))
}

/// Deeper in the table than a step.
pub(super) fn took(title: &str, time: Duration) -> Took {
    Took { title: format!("  {title}"), time }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_how_long_it_compiled_and_each_program_ran() {
        let printed = "\
   Compiling xtask v0.1.0
    Finished `test` profile [unoptimized + debuginfo] target(s) in 1m 38s
     Running unittests src/lib.rs (target/debug/deps/xtask-8634833477f3d1e2)
test result: ok. 106 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 3.92s
     Running tests/live-updates.rs (target/debug/deps/live_updates-b4eb81ca282c7c32)
test result: FAILED. 1 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.16s
";
        let expected = [("compiling", 98_000), ("xtask", 3_920), ("live_updates", 160)];
        assert_eq!(of_cargo(printed), expected.map(|(title, time)| took(title, Duration::from_millis(time))));
    }
}
