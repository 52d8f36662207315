//! How many tests passed, failed and were not run.

use std::fmt;

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
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed.len(), self.skipped.len())
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
}
