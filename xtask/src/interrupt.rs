//! Ctrl-C and SIGTERM: noted once, asked for wherever xtask waits.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Work was cut off by the user. What is half made is picked up by the next run.
#[derive(Debug, thiserror::Error)]
#[error("interrupted: the same command picks up where this one stopped")]
pub struct Interrupted;

/// Starts to listen. A second signal ends the process at once.
///
/// # Errors
/// The handlers cannot be registered.
pub fn listen() -> std::io::Result<()> {
    let asked = ASKED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(asked))?;
        signal_hook::flag::register(signal, Arc::clone(asked))?;
    }
    Ok(())
}

/// # Errors
/// [`Interrupted`] once a signal came.
pub fn check() -> Result<(), Interrupted> {
    match ASKED.get() {
        Some(asked) if asked.load(Ordering::SeqCst) => Err(Interrupted),
        _ => Ok(()),
    }
}

/// # Errors
/// [`Interrupted`] as soon as a signal comes.
pub fn sleep(duration: Duration) -> Result<(), Interrupted> {
    let end = Instant::now() + duration;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        check()?;
        thread::sleep(left.min(Duration::from_millis(100)));
    }
    check()
}
