//! `gitleaks`, which looks for secrets in what is committed and in what is about to be.

use super::families::{Family, no_version, program};

pub const FAMILY: Family = Family {
    name: "gitleaks",
    folder: "xtask/gitleaks",
    module: "github.com/zricethezav/gitleaks/v8",
    programs: &[program("github.com/zricethezav/gitleaks/v8", "gitleaks")],
    ldflags: no_version,
    folders: &[],
};
