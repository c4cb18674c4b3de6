//! Training examples, and the batches of an epoch.

use std::ops::Range;

/// A token sequence to train on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its tokens, at least two.
    pub ids: Vec<u32>,
    /// Index of the first token that the loss counts, at least 1. Earlier tokens are context only.
    pub loss_start: usize,
}

impl Example {
    /// Number of tokens that the loss counts.
    pub fn loss_tokens(&self) -> usize {
        self.ids.len().saturating_sub(self.loss_start.max(1))
    }
}

/// Concatenates encoded documents and cuts them into sequences of `context` tokens; the loss counts every token.
pub fn pack(documents: impl IntoIterator<Item = Vec<u32>>, context: usize) -> Vec<Example> {
    let tokens: Vec<u32> = documents.into_iter().flatten().collect();
    let sequences = tokens.chunks(context.max(2)).filter(|chunk| chunk.len() > 1);
    sequences.map(|chunk| Example { ids: chunk.to_vec(), loss_start: 1 }).collect()
}

/// Indices of the examples of a batch, which are padded to the longest.
pub type Batch = Vec<usize>;

// Batches whose sequences are sorted by length together: more need less padding, fewer shuffle better.
const SORTED_BATCHES: usize = 50;

/// The batches of one epoch, shuffled by `seed` and `epoch` alone. Each has at most `tokens` tokens including padding
/// (more if a single sequence is longer).
pub fn epoch_batches(examples: &[Example], tokens: usize, seed: u64, epoch: usize) -> Vec<Batch> {
    let mut random =
        fastrand::Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(epoch as u64));
    let mut order: Vec<usize> = (0..examples.len()).collect();
    random.shuffle(&mut order);
    let length = |&index: &usize| examples.get(index).map_or(0, |example| example.ids.len());
    let mean = order.iter().map(length).sum::<usize>() / order.len().max(1);
    let pool = (SORTED_BATCHES * tokens / mean.max(1)).max(1);
    let mut batches = Vec::new();
    for pool in order.chunks_mut(pool) {
        pool.sort_by_key(length);
        let mut start = 0;
        while let Some(rest) = pool.get(start..).filter(|rest| !rest.is_empty()) {
            // Sorted: the last is the longest.
            let fits = |count: usize| rest.get(count - 1).is_some_and(|last| count * length(last) <= tokens);
            let count = (1..=rest.len()).take_while(|&count| fits(count)).last().unwrap_or(1);
            batches.push(rest.get(..count).unwrap_or_default().to_vec());
            start += count;
        }
    }
    random.shuffle(&mut batches);
    batches
}

/// A batch as arrays: padded ids, and the rows that the loss counts with the token that each should predict.
#[derive(Debug, PartialEq, Eq)]
pub struct BatchArrays {
    /// Number of sequences.
    pub batch: usize,
    /// Tokens of each sequence, padded.
    pub length: usize,
    /// Token ids, (batch × length).
    pub ids: Vec<i64>,
    /// Rows that the loss counts, indices into (batch × length).
    pub rows: Vec<i64>,
    /// The token that follows each row.
    pub targets: Vec<i64>,
}

/// The arrays of some examples. The last token of a sequence is only predicted, never read; padding is token 0, which
/// no counted row attends to.
pub fn batch_arrays(examples: &[&Example]) -> BatchArrays {
    let length = examples.iter().map(|example| example.ids.len() - 1).max().unwrap_or(0);
    let mut arrays =
        BatchArrays { batch: examples.len(), length, ids: Vec::new(), rows: Vec::new(), targets: Vec::new() };
    for (sequence, example) in examples.iter().enumerate() {
        let read = example.ids.len() - 1;
        arrays.ids.extend(example.ids.iter().take(read).map(|&id| i64::from(id)));
        arrays.ids.resize((sequence + 1) * length, 0);
        let counted: Range<usize> = example.loss_start.max(1)..example.ids.len();
        arrays.rows.extend(counted.clone().map(|at| (sequence * length + at - 1) as i64));
        arrays.targets.extend(example.ids.iter().skip(counted.start).map(|&id| i64::from(id)));
    }
    arrays
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(lengths: &[usize]) -> Vec<Example> {
        lengths.iter().map(|&n| Example { ids: (0..n as u32).collect(), loss_start: 1 }).collect()
    }

    #[test]
    fn an_epoch_has_every_sequence_once_and_no_batch_exceeds_its_tokens() {
        let mut random = fastrand::Rng::with_seed(1);
        let lengths: Vec<usize> = (0..500).map(|_| random.usize(2..60)).collect();
        let examples = examples(&lengths);
        let batches = epoch_batches(&examples, 300, 7, 0);
        let mut seen: Vec<usize> = batches.iter().flatten().copied().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
        for batch in &batches {
            let longest = batch.iter().map(|&i| lengths[i]).max().unwrap();
            assert!(batch.len() * longest <= 300, "{}", batch.len() * longest);
        }
        assert_eq!(batches, epoch_batches(&examples, 300, 7, 0));
        assert_ne!(batches, epoch_batches(&examples, 300, 7, 1));
    }

    #[test]
    fn a_sequence_longer_than_a_batch_is_its_own_batch() {
        assert_eq!(epoch_batches(&examples(&[50]), 10, 0, 0), [[0]]);
    }

    #[test]
    fn the_loss_counts_the_row_before_each_counted_token() {
        let pair = Example { ids: vec![5, 6, 7, 8], loss_start: 2 };
        let short = Example { ids: vec![3, 4], loss_start: 1 };
        let arrays = batch_arrays(&[&pair, &short]);
        assert_eq!((arrays.batch, arrays.length), (2, 3));
        assert_eq!(arrays.ids, [5, 6, 7, 3, 0, 0]);
        assert_eq!(arrays.rows, [1, 2, 3]);
        assert_eq!(arrays.targets, [7, 8, 4]);
    }

    #[test]
    fn packing_keeps_every_token_except_a_single_last_one() {
        let packed = pack([vec![1, 2, 3], vec![4, 5]], 2);
        let ids: Vec<_> = packed.iter().map(|example| example.ids.as_slice()).collect();
        assert_eq!(ids, [[1, 2], [3, 4]]);
    }
}
