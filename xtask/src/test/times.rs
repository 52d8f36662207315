//! What runners tell of their own time, so that a long step can be looked into.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

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

/// From Playwright's report: how long each file took, in each project. Files may run beside each other.
pub(super) fn of_playwright(report: &str) -> Vec<Took> {
    let Ok(report) = serde_json::from_str::<Suite>(report) else { return Vec::new() };
    let mut times = BTreeMap::new();
    for file in &report.suites {
        file.add_to(&file.title, &mut times);
    }
    times.into_iter().map(|(title, time)| took(&title, time)).collect()
}

#[derive(Deserialize)]
struct Suite {
    #[serde(default)]
    title: String,
    #[serde(default)]
    suites: Vec<Suite>,
    #[serde(default)]
    specs: Vec<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    project_name: String,
    #[serde(default)]
    results: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    /// In milliseconds.
    #[serde(default)]
    duration: u64,
}

impl Suite {
    fn add_to(&self, file: &str, times: &mut BTreeMap<String, Duration>) {
        for test in self.specs.iter().flat_map(|spec| &spec.tests) {
            let time =
                test.results.iter().map(|outcome| Duration::from_millis(outcome.duration)).sum::<Duration>();
            *times.entry(format!("{file} [{}]", test.project_name)).or_default() += time;
        }
        for suite in &self.suites {
            suite.add_to(file, times);
        }
    }
}

/// Deeper in the table than a step.
fn took(title: &str, time: Duration) -> Took {
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

    #[test]
    fn playwright_tells_how_long_each_file_took_in_each_project() {
        let report = r#"{"suites": [{"title": "order.spec.ts", "specs": [
            {"tests": [{"projectName": "hydrated", "results": [{"duration": 1500}, {"duration": 500}]}]}],
            "suites": [{"title": "cart", "specs": [{"tests": [
                {"projectName": "hydrated", "results": [{"duration": 250}]},
                {"projectName": "plain", "results": []}]}]}]}]}"#;
        let expected = [("order.spec.ts [hydrated]", 2_250), ("order.spec.ts [plain]", 0)];
        assert_eq!(
            of_playwright(report),
            expected.map(|(title, time)| took(title, Duration::from_millis(time)))
        );
        assert!(of_playwright("no report").is_empty());
    }
}
