//! `kube-score`, which reads rendered charts as somebody who did not write them.

use super::families::{Family, no_version, program};

pub const FAMILY: Family = Family {
    name: "kube-score",
    folder: "xtask/kube-score",
    module: "github.com/zegl/kube-score",
    programs: &[program("github.com/zegl/kube-score/cmd/kube-score", "kube-score")],
    ldflags: no_version,
    folders: &[],
};
