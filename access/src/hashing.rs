//! A hash takes 19 MiB and a core, so there is one at a time, and only so many wait for it. All of them are made on one thread: what each
//! thread has once had is kept for it by the allocator, and a guesser would fill the memory with as many times 19 MiB as there are threads.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    thread,
};

use tokio::sync::{Semaphore, oneshot};

/// Some two seconds' worth.
const STRANGERS: usize = 16;
const KNOWN: usize = 64;

#[derive(Debug)]
pub(crate) struct Hashing {
    turn: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    known: Arc<Semaphore>,
    /// It ends when this goes.
    thread: mpsc::Sender<Work>,
}

type Work = Box<dyn FnOnce() + Send>;

/// Strangers cannot take up the places of those who are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queue {
    Strangers,
    Known,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Many people sign in at this moment. Try again in a few seconds.")]
pub struct Busy;

impl Hashing {
    pub(crate) fn new() -> Self {
        let places = |number| Arc::new(Semaphore::new(number));
        let (thread, work) = mpsc::channel::<Work>();
        // A hash that panics is told to whoever waits for it, and takes the others' thread not along.
        let run = |work: Work| drop(catch_unwind(AssertUnwindSafe(work)));
        thread::spawn(move || work.into_iter().for_each(run));
        Self { turn: places(1), strangers: places(STRANGERS), known: places(KNOWN), thread }
    }

    /// Runs it where it holds up nobody. A caller who is gone before its turn gives up the place; once it runs, it keeps the turn to its
    /// end, whoever still waits for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        queue: Queue,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let places = match queue {
            Queue::Strangers => &self.strangers,
            Queue::Known => &self.known,
        };
        let place = Arc::clone(places).try_acquire_owned().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| Busy)?;
        let (tell, told) = oneshot::channel();
        let work = move || {
            let _held = (place, turn);
            // Whoever asked may have gone.
            let _heard = tell.send(work());
        };
        self.thread.send(Box::new(work)).map_err(|_| Busy)?;
        told.await.map_err(|_| Busy)
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use tokio::time::{sleep, timeout};

    use super::*;

    const MOMENT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn a_caller_who_hangs_up_leaves_the_turn_to_what_runs() {
        let hashing = Hashing::new();
        let (end, ended) = mpsc::channel::<()>();
        let hung_up = timeout(MOMENT, hashing.run(Queue::Strangers, move || ended.recv())).await;
        assert!(hung_up.is_err());
        let next = hashing.run(Queue::Known, || ());
        tokio::pin!(next);
        assert!(timeout(MOMENT, &mut next).await.is_err(), "two hashes at once");
        end.send(()).unwrap();
        assert_eq!(timeout(Duration::from_secs(5), next).await, Ok(Ok(())));
    }

    #[tokio::test]
    async fn every_hash_is_made_on_the_same_thread() {
        let hashing = Hashing::new();
        let mut threads = std::collections::HashSet::new();
        for _ in 0..20 {
            threads.insert(hashing.run(Queue::Strangers, || thread::current().id()).await.unwrap());
        }
        assert_eq!(threads.len(), 1);
        assert_eq!(
            hashing.run(Queue::Strangers, || panic!("a hash that cannot be made")).await,
            Err::<(), _>(Busy)
        );
        assert_eq!(hashing.run(Queue::Strangers, || ()).await, Ok(()));
    }

    #[tokio::test]
    async fn so_many_wait_and_no_more_and_those_who_are_known_still_do() {
        let hashing = Arc::new(Hashing::new());
        let (end, ended) = mpsc::channel::<()>();
        let run = |queue, work: Box<dyn FnOnce() + Send>| {
            let hashing = Arc::clone(&hashing);
            tokio::spawn(async move { hashing.run(queue, work).await })
        };
        let first = run(Queue::Strangers, Box::new(move || ended.recv().unwrap()));
        sleep(MOMENT).await;
        let waiting: Vec<_> = (1..STRANGERS).map(|_| run(Queue::Strangers, Box::new(|| ()))).collect();
        sleep(MOMENT).await;
        assert_eq!(run(Queue::Strangers, Box::new(|| ())).await.unwrap(), Err(Busy));
        let known = run(Queue::Known, Box::new(|| ()));
        end.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(()));
        for waiting in waiting {
            assert_eq!(waiting.await.unwrap(), Ok(()));
        }
        assert_eq!(known.await.unwrap(), Ok(()));
    }
}
