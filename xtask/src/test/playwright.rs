//! Playwright's JSON report: every test, what came of it and how long it took.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::tally::Tally;
use super::times;
use crate::progress::Took;

pub(super) struct Report(Vec<Test>);

struct Test {
    file: String,
    /// With the titles above its own.
    name: String,
    project: String,
    outcome: Outcome,
    /// Of all its tries.
    time: Duration,
}

enum Outcome {
    Passed,
    Skipped(String),
    /// With what Playwright says of the first try that failed.
    Failed(String),
}

/// Lines of a failure that are told; its whole log has the rest.
const TOLD: usize = 20;

impl Report {
    /// # Errors
    /// The text is no such report, or the run itself broke before its tests.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let written: Written = serde_json::from_str(text)?;
        if let Some(error) = written.errors.first() {
            bail!("Playwright could not run: {}", error.message);
        }
        let mut tests = Vec::new();
        for file in &written.suites {
            file.add_to(&mut tests, &file.title, "");
        }
        Ok(Self(tests))
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for test in &self.0 {
            let name = format!("[{}] {}", test.project, test.name);
            match &test.outcome {
                Outcome::Passed => tally.pass(),
                Outcome::Skipped(reason) => tally.skip(name, reason),
                Outcome::Failed(why) => tally.fail(format!("{name}{why}")),
            }
        }
        tally
    }

    /// Of each file in each project. Files may run beside each other.
    pub(super) fn times(&self) -> Vec<Took> {
        let mut times = BTreeMap::<String, Duration>::new();
        for test in &self.0 {
            *times.entry(format!("{} [{}]", test.file, test.project)).or_default() += test.time;
        }
        times.into_iter().map(|(title, time)| times::took(&title, time)).collect()
    }
}

#[derive(Deserialize)]
struct Written {
    suites: Vec<Suite>,
    #[serde(default)]
    errors: Vec<WrittenError>,
}

#[derive(Deserialize)]
struct WrittenError {
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Suite {
    title: String,
    #[serde(default)]
    suites: Vec<Suite>,
    #[serde(default)]
    specs: Vec<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    title: String,
    tests: Vec<WrittenTest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenTest {
    project_name: String,
    status: String,
    #[serde(default)]
    annotations: Vec<Annotation>,
    #[serde(default)]
    results: Vec<Try>,
}

#[derive(Deserialize)]
struct Annotation {
    r#type: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Try {
    /// In milliseconds.
    #[serde(default)]
    duration: u64,
    #[serde(default)]
    errors: Vec<WrittenError>,
}

impl Suite {
    fn add_to(&self, tests: &mut Vec<Test>, file: &str, above: &str) {
        let path = if above.is_empty() { self.title.clone() } else { format!("{above} › {}", self.title) };
        for spec in &self.specs {
            tests.extend(spec.tests.iter().map(|test| Test {
                file: file.to_owned(),
                name: format!("{path} › {}", spec.title),
                project: test.project_name.clone(),
                outcome: test.outcome(),
                time: test.results.iter().map(|once| Duration::from_millis(once.duration)).sum(),
            }));
        }
        for suite in &self.suites {
            suite.add_to(tests, file, &path);
        }
    }
}

impl WrittenTest {
    fn outcome(&self) -> Outcome {
        match self.status.as_str() {
            "expected" => Outcome::Passed,
            "skipped" => Outcome::Skipped(self.reason()),
            // A test that passes only at the second try has failed once, and a person met that once.
            _ => Outcome::Failed(self.why()),
        }
    }

    /// Indented below the test's name: all that was wrong, since of a test that ran out of time only the second error tells what it waited for.
    fn why(&self) -> String {
        let failed = self.results.iter().find(|once| !once.errors.is_empty());
        let lines = failed.iter().flat_map(|once| &once.errors).flat_map(|error| error.message.lines());
        lines.filter(|line| !line.trim().is_empty()).take(TOLD).map(|line| format!("\n    {line}")).collect()
    }

    fn reason(&self) -> String {
        let described =
            self.annotations.iter().find(|a| a.r#type == "skip").and_then(|a| a.description.clone());
        described.unwrap_or_else(|| "not run, since an earlier step of its journey failed".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"errors": [], "suites": [{"title": "journey.spec.ts", "specs": [
        {"title": "a", "tests": [{"projectName": "hydrated", "status": "expected", "annotations": [], "results": [{"duration": 1500}]}]},
        {"title": "b", "tests": [{"projectName": "hydrated", "status": "flaky", "results": [{"duration": 300, "errors": [{"message": "out of time"}, {"message": "two\n\nlines"}]}, {"duration": 200}]}]}],
        "suites": [{"title": "order", "specs": [{"title": "c", "tests": [
            {"projectName": "hydrated", "status": "expected", "results": [{"duration": 250}]},
            {"projectName": "plain", "status": "skipped", "annotations": [{"type": "skip", "description": "no plugin"}]}]}]}]}]}"#;

    #[test]
    fn tests_are_counted_through_all_suites() {
        let tally = Report::parse(REPORT).unwrap().tally();
        assert_eq!(tally.to_string(), "2 passed, 1 failed, 1 skipped");
        assert_eq!(tally.failed, ["[hydrated] journey.spec.ts › b\n    out of time\n    two\n    lines"]);
        let skip = &tally.skipped[0];
        assert_eq!(
            (skip.test.as_str(), skip.reason.as_str()),
            ("[plain] journey.spec.ts › order › c", "no plugin")
        );
    }

    #[test]
    fn times_are_told_of_each_file_in_each_project() {
        let expected = [("journey.spec.ts [hydrated]", 2_250), ("journey.spec.ts [plain]", 0)];
        assert_eq!(
            Report::parse(REPORT).unwrap().times(),
            expected.map(|(title, time)| times::took(title, Duration::from_millis(time)))
        );
    }

    #[test]
    fn a_run_that_broke_before_its_tests_is_no_success() {
        assert!(Report::parse(r#"{"suites": [], "errors": [{"message": "no tests found"}]}"#).is_err());
        assert!(Report::parse("no report").is_err());
    }
}
