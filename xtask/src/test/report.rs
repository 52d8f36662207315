//! What came of a run, and what each part and step of it took.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::tally::Tally;
use crate::env::Env;
use crate::interrupt;
use crate::progress::{Took, elapsed};

/// Steps that took less are told in one line.
const SHORT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Report {
    pub(super) tally: Tally,
    started: Instant,
    parts: Vec<(Took, Vec<Took>)>,
}

impl Default for Report {
    fn default() -> Self {
        Self { tally: Tally::default(), started: Instant::now(), parts: Vec::new() }
    }
}

/// What came of one part, and how long it and its steps took.
#[derive(Debug)]
pub(super) struct Attempt<T> {
    outcome: Result<T>,
    took: Took,
    steps: Vec<Took>,
}

impl<T> Attempt<T> {
    pub(super) fn of(env: &Env, name: &str, work: impl FnOnce(&Env) -> Result<T>) -> Self {
        let section = env.section();
        let started = Instant::now();
        let outcome = work(&section);
        let took = Took { title: name.to_owned(), time: started.elapsed() };
        Self { outcome, took, steps: section.reporter.took() }
    }

    pub(super) fn is_made(&self) -> bool {
        self.outcome.is_ok()
    }
}

impl Report {
    /// What was made by an attempt. An error is one failure.
    ///
    /// # Errors
    /// The run was interrupted.
    pub(super) fn add<T>(&mut self, attempt: Attempt<T>) -> Result<Option<T>> {
        let Attempt { outcome, took, steps } = attempt;
        let name = took.title.clone();
        self.parts.push((took, steps));
        interrupt::check()?;
        match outcome {
            Ok(made) => Ok(Some(made)),
            Err(error) => {
                self.tally.fail(format!("{name}: {error:#}"));
                Ok(None)
            }
        }
    }

    /// Prints everything; the last line is the sum.
    pub(super) fn print(&self) -> ExitCode {
        for skip in &self.tally.skipped {
            println!("skipped: {}: {}", skip.test, skip.reason);
        }
        for failure in &self.tally.failed {
            println!("failed: {failure}");
        }
        println!("\nWhat each part took, and its steps:");
        for line in table(&self.parts, self.started.elapsed()) {
            println!("{line}");
        }
        println!("\n{}", self.tally);
        if self.tally.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// A line for each part, and indented below it one for each step.
fn table(parts: &[(Took, Vec<Took>)], in_all: Duration) -> Vec<String> {
    let mut rows: Vec<(String, Duration)> = Vec::new();
    for (part, steps) in parts {
        rows.push((part.title.clone(), part.time));
        let (long, short): (Vec<&Took>, Vec<&Took>) = steps.iter().partition(|step| step.time >= SHORT);
        rows.extend(long.iter().map(|step| (format!("  {}", step.title), step.time)));
        if !short.is_empty() {
            let time = short.iter().map(|step| step.time).sum();
            rows.push((format!("  {} of less than {} each", short.len(), elapsed(SHORT)), time));
        }
    }
    rows.push(("in all".to_owned(), in_all));
    let width = rows.iter().map(|(title, _)| title.chars().count()).max().unwrap_or_default();
    rows.iter().map(|(title, time)| format!("  {title:<width$}  {:>11}", elapsed(*time))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(title: &str, seconds: f64) -> Took {
        Took { title: title.to_owned(), time: Duration::from_secs_f64(seconds) }
    }

    #[test]
    fn each_part_has_a_line_with_its_longer_steps_below_it() {
        let parts = [
            (took("checks", 75.0), vec![took("lints", 74.0), took("format", 0.5), took("types", 0.25)]),
            (took("rust", 2.0), vec![]),
        ];
        let lines = table(&parts, Duration::from_secs(80));
        let expected = [
            ("  checks", "1 min 15 s"),
            ("    lints", "1 min 14 s"),
            ("    2 of less than 1.0 s each", "0.8 s"),
            ("  rust", "2.0 s"),
            ("  in all", "1 min 20 s"),
        ];
        assert_eq!(lines.len(), expected.len());
        for (line, (title, time)) in lines.iter().zip(expected) {
            assert!(line.starts_with(&format!("{title}  ")) && line.ends_with(&format!(" {time}")), "{line}");
            assert_eq!(line.len(), lines[0].len(), "{line}");
        }
    }
}
