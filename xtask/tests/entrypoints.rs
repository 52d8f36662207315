//! What the images' scripts do, tried with programs that only note that they were called.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of the test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn make(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("storeyard-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("bin")).expect("a folder can be made");
        Self(path)
    }

    /// A program that comes before the machine's own of that name.
    fn program(&self, name: &str, script: &str) {
        let path = self.0.join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a program can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program can be started");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The first start of the database's image, as far as its data directory; what it called, in order.
fn first_start(folder: &Folder) -> Vec<String> {
    let calls = folder.0.join("calls");
    let volume = folder.0.join("volume");
    fs::create_dir_all(&volume).expect("a folder can be made");
    folder.program("cp", "mkdir \"$3\"; echo page >\"$3/ibdata1\"; echo cp >>\"$CALLS\"");
    folder.program("sync", "for file; do echo \"sync ${file##*/}\" >>\"$CALLS\"; done");
    folder.program("mv", "echo mv >>\"$CALLS\"; exec /bin/mv \"$@\"");
    // The accounts come next, and are not what is asked here.
    folder.program("perl", "exit 1");
    let entrypoint = Path::new(env!("CARGO_MANIFEST_DIR")).join("../images/mariadb/entrypoint");
    let path = format!("{}:/usr/bin:/bin", folder.0.join("bin").display());
    let ended = Command::new("sh")
        .arg(entrypoint)
        .env_clear()
        .env("PATH", path)
        .env("VOLUME", &volume)
        .env("CALLS", &calls)
        .status()
        .expect("there is a shell");
    assert!(!ended.success() && volume.join("data/ibdata1").exists());
    fs::read_to_string(calls).expect("something was called").lines().map(str::to_owned).collect()
}

#[test]
fn a_data_directory_is_on_the_disk_before_it_counts_as_one() {
    let folder = Folder::make("entrypoint");
    let calls = first_start(&folder);
    assert_eq!(
        calls,
        ["cp", "sync data.new", "sync ibdata1", "sync opened-by.new", "mv", "mv", "sync volume"]
    );
}
