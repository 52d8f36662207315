//! How many tests passed, failed and were not run, read from what each runner prints.

use std::fmt;

use serde::Deserialize;

/// The sum over all runners. Displays as the closing line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u32,
    pub(super) failed: Vec<String>,
    pub(super) skipped: Vec<Skip>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skip {
    pub(super) test: String,
    pub(super) reason: String,
}

impl Tally {
    /// One test, by what came of it.
    ///
    /// # Errors
    /// It was interrupted, and so has no outcome.
    pub(super) fn of(test: &str, outcome: anyhow::Result<()>) -> anyhow::Result<Self> {
        let mut tally = Self::default();
        match outcome {
            Ok(()) => tally.pass(),
            Err(error) => {
                crate::interrupt::check()?;
                tally.fail(format!("{test}: {error:#}"));
            }
        }
        Ok(tally)
    }

    /// What `tests` come to where they could be made ready, and else one failure.
    ///
    /// # Errors
    /// The run was interrupted.
    pub(super) fn once(
        ready: (&str, anyhow::Result<()>),
        tests: impl FnOnce() -> anyhow::Result<Self>,
    ) -> anyhow::Result<Self> {
        match ready {
            (_, Ok(())) => tests(),
            (what, Err(error)) => Self::of(what, Err(error)),
        }
    }

    pub(super) fn pass(&mut self) {
        self.passed += 1;
    }

    pub(super) fn fail(&mut self, test: impl Into<String>) {
        self.failed.push(test.into());
    }

    pub(super) fn skip(&mut self, test: impl Into<String>, reason: impl Into<String>) {
        self.skipped.push(Skip { test: test.into(), reason: reason.into() });
    }

    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.skipped.extend(other.skipped);
    }

    /// Reads one line of Rust's test harness: `test NAME ... ok`.
    pub(super) fn read_libtest_line(&mut self, line: &str) {
        let Some((test, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        else {
            return;
        };
        match outcome.split_once(", ").unwrap_or((outcome, "")) {
            ("ok", _) => self.pass(),
            ("ignored", "") => self.skip(test, "ignored without a reason"),
            ("ignored", reason) => self.skip(test, reason),
            ("FAILED", _) => self.fail(test),
            _ => {}
        }
    }

    /// Reads Playwright's JSON report.
    ///
    /// # Errors
    /// If the text is no such report, or the run itself broke before its tests.
    pub(super) fn of_playwright(report: &str) -> anyhow::Result<Self> {
        let report: Report = serde_json::from_str(report)?;
        if let Some(error) = report.errors.first() {
            anyhow::bail!("Playwright could not run: {}", error.message);
        }
        let mut tally = Self::default();
        for suite in &report.suites {
            suite.count_into("", &mut tally);
        }
        Ok(tally)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed.len(), self.skipped.len())
    }
}

#[derive(Deserialize)]
struct Report {
    suites: Vec<Suite>,
    #[serde(default)]
    errors: Vec<ReportError>,
}

#[derive(Deserialize)]
struct ReportError {
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
    tests: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    project_name: String,
    status: String,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
struct Annotation {
    r#type: String,
    description: Option<String>,
}

impl Suite {
    fn count_into(&self, above: &str, tally: &mut Tally) {
        let path = if above.is_empty() { self.title.clone() } else { format!("{above} › {}", self.title) };
        for spec in &self.specs {
            for test in &spec.tests {
                let name = format!("[{}] {path} › {}", test.project_name, spec.title);
                match test.status.as_str() {
                    "expected" => tally.pass(),
                    "skipped" => tally.skip(name, test.reason()),
                    // A test that passes only at the second try has failed once, and a person met that once.
                    _ => tally.fail(name),
                }
            }
        }
        for suite in &self.suites {
            suite.count_into(&path, tally);
        }
    }
}

impl Test {
    fn reason(&self) -> String {
        let described =
            self.annotations.iter().find(|a| a.r#type == "skip").and_then(|a| a.description.clone());
        described.unwrap_or_else(|| "not run, since an earlier step of its journey failed".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_made_ready_is_one_failure_and_its_tests_do_not_run() {
        let failed =
            Tally::once(("gitleaks", Err(anyhow::anyhow!("no network"))), || panic!("it is not there"))
                .unwrap();
        assert_eq!(failed.failed, ["gitleaks: no network"]);
        let ready = Tally::once(("gitleaks", Ok(())), || Tally::of("a", Ok(()))).unwrap();
        assert_eq!(ready.to_string(), "1 passed, 0 failed, 0 skipped");
    }

    #[test]
    fn each_line_of_the_rust_harness_counts_once() {
        let mut tally = Tally::default();
        for line in [
            "running 4 tests",
            "test name::tests::a_name ... ok",
            "test slow - should panic ... ok",
            "test a ... ignored, needs a cluster",
            "test b ... FAILED",
            "test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            tally.read_libtest_line(line);
        }
        assert_eq!(tally.to_string(), "2 passed, 1 failed, 1 skipped");
        assert_eq!(tally.skipped[0].reason, "needs a cluster");
    }

    #[test]
    fn a_playwright_report_is_counted_through_all_its_suites() {
        let report = r#"{"errors": [], "suites": [{"title": "journey.spec.ts", "specs": [
            {"title": "a", "tests": [{"projectName": "hydrated", "status": "expected", "annotations": []}]},
            {"title": "b", "tests": [{"projectName": "hydrated", "status": "flaky", "annotations": []}]}],
            "suites": [{"title": "order", "specs": [
              {"title": "c", "tests": [{"projectName": "hydrated", "status": "skipped", "annotations": [{"type": "skip", "description": "no plugin"}]}]}]}]}]}"#;
        let tally = Tally::of_playwright(report).unwrap();
        assert_eq!(tally.to_string(), "1 passed, 1 failed, 1 skipped");
        assert_eq!(
            tally.skipped[0],
            Skip { test: "[hydrated] journey.spec.ts › order › c".into(), reason: "no plugin".into() }
        );
    }

    #[test]
    fn a_run_that_broke_before_its_tests_is_no_success() {
        assert!(
            Tally::of_playwright(r#"{"suites": [], "errors": [{"message": "no tests found"}]}"#).is_err()
        );
    }
}
