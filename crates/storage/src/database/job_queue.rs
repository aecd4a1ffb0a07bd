//! Threads that serve one queue of jobs.

use std::io;
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

/// A queue of jobs and the threads that serve it, in order. Dropping it waits until every job is done, so that what the
/// threads hold is released afterwards and not before.
pub(crate) struct JobQueue<Job> {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl<Job: Send + 'static> JobQueue<Job> {
    /// Starts `count` threads called `name`. Each runs what `worker` makes of the queue, until there are no more jobs.
    pub(crate) fn start<Worker: FnOnce() + Send + 'static>(
        name: &str,
        count: usize,
        mut worker: impl FnMut(Receiver<Job>) -> Worker,
    ) -> io::Result<Self> {
        let (jobs, waiting) = unbounded();
        let threads = (0..count).map(|_| Builder::new().name(name.to_owned()).spawn(worker(waiting.clone())));
        Ok(Self { threads: threads.collect::<Result<_, _>>()?, jobs: Some(jobs) })
    }

    /// Appends a job to the queue.
    pub(crate) fn push(&self, job: Job) {
        // A job that no thread takes is dropped, which cuts its caller off.
        let _ = self.jobs.as_ref().map(|jobs| jobs.send(job));
    }
}

impl<Job> Drop for JobQueue<Job> {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // Workers catch the panics of their jobs.
            let _ = thread.join();
        }
    }
}
