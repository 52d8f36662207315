//! One xtask at a time: a lock that the kernel gives back when its holder ends, however it ends.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

/// Tells programs that the lock's holder starts who that is, so that an xtask among them works under its lock.
pub const HOLDER: &str = "STOREYARD_LOCK_HOLDER";

/// Held until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    checkout: String,
    command: String,
}

impl Lock {
    /// Takes the lock for `command`, run from `checkout`; or goes without, where its holder started this process and says so.
    ///
    /// # Errors
    /// Another process has it; the error names its id and its checkout.
    pub fn take(path: &Path, checkout: &Path, command: &str) -> Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            if is_by_holder(&text, std::env::var(HOLDER).ok().as_deref()) {
                return Ok(Self { _file: file });
            }
            bail!("{}", refusal(&text));
        }
        let holder = Holder {
            pid: std::process::id(),
            checkout: checkout.display().to_string(),
            command: command.to_owned(),
        };
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(&serde_json::to_vec(&holder)?)?;
        Ok(Self { _file: file })
    }
}

fn is_by_holder(holder: &str, told: Option<&str>) -> bool {
    let told = told.and_then(|told| told.parse::<u32>().ok());
    serde_json::from_str::<Holder>(holder).is_ok_and(|holder| Some(holder.pid) == told)
}

fn refusal(holder: &str) -> String {
    match serde_json::from_str::<Holder>(holder) {
        Ok(Holder { pid, checkout, command }) => format!(
            "`cargo xtask {command}` is running in {checkout} (process {pid}) and only one may at a time: wait for it, or end it with `kill -INT {pid}`"
        ),
        Err(_) => {
            "another cargo xtask has just started and only one may run at a time: wait for it".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_has_the_lock_until_it_is_free() {
        let path = std::env::temp_dir().join(format!("storeyard-lock-test-{}", std::process::id()));
        let first = Lock::take(&path, Path::new("/one"), "up").unwrap();
        let refused = Lock::take(&path, Path::new("/two"), "down").unwrap_err().to_string();
        assert!(refused.contains("/one") && refused.contains(&std::process::id().to_string()), "{refused}");
        drop(first);
        Lock::take(&path, Path::new("/two"), "down").unwrap();
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn only_what_the_holder_itself_started_works_under_its_lock() {
        let holder = r#"{"pid": 7, "checkout": "/one", "command": "test"}"#;
        assert!(is_by_holder(holder, Some("7")));
        assert!(
            !is_by_holder(holder, Some("8")) && !is_by_holder(holder, None) && !is_by_holder("", Some("7"))
        );
    }
}
