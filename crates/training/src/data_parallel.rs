//! Data parallelism on the processor: every thread takes some sequences of a micro-batch through the model.

use std::thread;

use burn::tensor::Device;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::device::on_processor;

/// Gradients of all threads together take no more than this: each has its own.
const GRADIENT_BYTES: usize = 1 << 30;

/// The threads that share a micro-batch. Inside of one, operations run on that thread alone: for small models that is
/// about twice as fast as all threads meeting at the end of every operation.
pub struct Workers(Vec<ThreadPool>);

impl Workers {
    /// As many as the processor has threads, fewer where gradients of `parameters` are large; none on a GPU, which
    /// takes a micro-batch as a whole. How many there are changes sums in their last bits, so it depends on nothing
    /// that changes between two runs on one machine.
    pub fn new(device: &Device, parameters: usize) -> Self {
        let count = Self::count(device, parameters);
        let one = || ThreadPoolBuilder::new().num_threads(1).build().ok();
        Self(if count > 1 { (0..count).map_while(|_| one()).collect() } else { Vec::new() })
    }

    /// How many share a micro-batch; 1: it is taken as a whole.
    pub fn count(device: &Device, parameters: usize) -> usize {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let count = threads.min(GRADIENT_BYTES / (4 * parameters).max(1));
        if on_processor(device) { count.max(1) } else { 1 }
    }

    /// Parts of a micro-batch, one for each worker that gets any.
    pub fn shares<'a, T>(&self, batch: &'a [T]) -> impl Iterator<Item = &'a [T]> {
        batch.chunks(batch.len().div_ceil(self.0.len().max(1)).max(1))
    }

    /// The results of `work` on every share, in their order.
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
    fn every_share_is_worked_on_once_and_in_order() {
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
    fn large_gradients_are_not_kept_for_every_thread() {
        assert!(Workers::new(&Device::flex(), GRADIENT_BYTES / 4).0.is_empty());
        assert!(Workers::new(&Device::flex(), 1).0.len() != 1);
    }
}
