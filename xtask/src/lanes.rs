//! Work side by side: compilers link on one core, and a node that comes up mostly waits.

use std::panic;
use std::thread;

use anyhow::{Error, Result, anyhow};

use crate::interrupt::Interrupted;

/// Does both at once, and comes to the end of both, so that a failure of one leaves no work of the other half done.
///
/// # Errors
/// Those of either.
pub fn side_by_side<A: Send, B>(
    one: impl FnOnce() -> Result<A> + Send,
    other: impl FnOnce() -> Result<B>,
) -> Result<(A, B)> {
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)), other)
    });
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(one), Err(other)) => Err(both(one, other)),
    }
}

fn both(one: Error, other: Error) -> Error {
    if one.is::<Interrupted>() { one } else { anyhow!("{one:#}\nerror: {other:#}") }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn each_goes_on_while_the_other_waits_for_it() {
        let (from_one, to_other) = mpsc::channel();
        let (from_other, to_one) = mpsc::channel();
        let made = side_by_side(
            move || {
                from_one.send(1)?;
                Ok(to_one.recv()?)
            },
            move || {
                let received = to_other.recv()?;
                from_other.send(2)?;
                Ok(received)
            },
        );
        assert_eq!(made.unwrap(), (2, 1));
    }

    #[test]
    fn a_failure_of_either_is_told_and_so_are_two() {
        let fails = |what: &'static str| move || Err::<(), _>(anyhow!(what));
        let told = |result: Result<((), ())>| result.unwrap_err().to_string();
        assert_eq!(told(side_by_side(fails("go"), || Ok(()))), "go");
        assert_eq!(told(side_by_side(|| Ok(()), fails("rust"))), "rust");
        assert_eq!(told(side_by_side(fails("go"), fails("rust"))), "go\nerror: rust");
    }
}
