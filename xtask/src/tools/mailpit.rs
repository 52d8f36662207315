//! `mailpit`, a mail server that keeps what it takes: for the tests, what stores send goes there.

use super::families::{Family, no_version, program};

pub const FAMILY: Family = Family {
    name: "mailpit",
    folder: "xtask/mailpit",
    module: "github.com/axllent/mailpit",
    programs: &[program("github.com/axllent/mailpit", "mailpit")],
    ldflags: no_version,
    folders: &[],
};
