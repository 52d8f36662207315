//! Programs that the machine has, taken where they are new enough.

use std::path::PathBuf;
use std::process::Command;

use crate::command;
use crate::preflight;

/// The oldest that the platform's chart is installed with.
const KUBECTL: (u32, u32) = (1, 30);
const HELM: (u32, u32) = (3, 14);

pub fn kubectl() -> Option<PathBuf> {
    found("kubectl", &["version", "--client"], KUBECTL)
}

pub fn helm() -> Option<PathBuf> {
    found("helm", &["version", "--short"], HELM)
}

fn found(name: &str, tell: &[&str], oldest: (u32, u32)) -> Option<PathBuf> {
    let told = command::output(Command::new(name).args(tell)).ok()?;
    (preflight::version(&told)? >= oldest).then(|| PathBuf::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_taken_by_what_it_says_of_its_version() {
        let told = |text: &str, oldest| found("echo", &[text], oldest).is_some();
        assert!(told("Client Version: v1.32.4-k3s1", KUBECTL));
        assert!(!told("Client Version: v1.20.2", KUBECTL));
        assert!(told("v3.18.0+gabcdef0", HELM) && told("v4.3.1", HELM));
        assert!(!told("v3.2.0", HELM) && !told("nothing of it", HELM));
        assert!(found("no-such-program", &[], HELM).is_none());
    }
}
