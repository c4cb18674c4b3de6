//! Data parallelism on the processor: each worker thread computes some sequences of a micro-batch.

use std::thread;

use burn::tensor::Device;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::device::on_processor;

/// Limit on the gradients of all workers together: each worker has its own.
const GRADIENT_BYTES: usize = 1 << 30;

/// The worker threads that share a micro-batch. Each worker runs its operations on one thread: for small models this is
/// about twice as fast as synchronising all threads after every operation.
pub struct Workers(Vec<ThreadPool>);

impl Workers {
    /// One worker for each thread of the processor, fewer if the gradients of `parameters` are large; none on a GPU,
    /// which computes a whole micro-batch. The number changes the last bits of sums, so it depends on nothing that
    /// changes between two runs on one machine.
    pub fn new(device: &Device, parameters: usize) -> Self {
        let count = Self::count(device, parameters);
        let worker = || ThreadPoolBuilder::new().num_threads(1).build().ok();
        Self(if count > 1 { (0..count).map_while(|_| worker()).collect() } else { Vec::new() })
    }

    /// Number of workers that share a micro-batch; 1 computes it as a whole.
    pub fn count(device: &Device, parameters: usize) -> usize {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let count = threads.min(GRADIENT_BYTES / (4 * parameters).max(1));
        if on_processor(device) { count.max(1) } else { 1 }
    }

    /// Splits a micro-batch into one share for each worker, without empty shares.
    pub fn shares<'a, T>(&self, batch: &'a [T]) -> impl Iterator<Item = &'a [T]> {
        batch.chunks(batch.len().div_ceil(self.0.len().max(1)).max(1))
    }

    /// The results of `work` on every share, in order.
    pub fn map<T: Send, R: Send>(&self, shares: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        if shares.len() < 2 {
            return shares.into_iter().map(work).collect();
        }
        let work = &work;
        thread::scope(|scope| {
            let threads: Vec<_> = shares
                .into_iter()
                .zip(&self.0)
                .map(|(share, pool)| scope.spawn(move || pool.install(|| work(share))))
                .collect();
            let joined = threads.into_iter().map(|thread| thread.join());
            joined.map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_share_is_processed_once_and_in_order() {
        let workers =
            Workers((0..3).map(|_| ThreadPoolBuilder::new().num_threads(1).build().unwrap()).collect());
        for length in 0..10 {
            let batch: Vec<usize> = (0..length).collect();
            let shares: Vec<&[usize]> = workers.shares(&batch).collect();
            assert!(shares.len() <= 3);
            assert_eq!(workers.map(shares, <[usize]>::to_vec).concat(), batch);
        }
    }

    #[test]
    fn large_gradients_reduce_the_number_of_workers() {
        assert!(Workers::new(&Device::flex(), GRADIENT_BYTES / 4).0.is_empty());
        assert!(Workers::new(&Device::flex(), 1).0.len() != 1);
    }
}
