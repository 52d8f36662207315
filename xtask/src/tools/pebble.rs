//! `pebble`, an ACME server for tests: `up --tls` has its certificates from there.

use super::families::{Family, no_version, program};

pub const FAMILY: Family = Family {
    name: "pebble",
    folder: "cluster/pebble",
    module: "github.com/letsencrypt/pebble/v2",
    programs: &[
        program("github.com/letsencrypt/pebble/v2/cmd/pebble", "pebble"),
        program("github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv", "pebble-challtestsrv"),
    ],
    ldflags: no_version,
    // By which it is known itself; what it signs with, it makes when it starts.
    folders: &[("test/certs", "certs")],
};
