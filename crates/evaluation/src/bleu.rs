//! BLEU (Papineni et al. 2002) as SacreBLEU (Post 2018) defines it; the smoothings are Chen and Cherry's (2014).

use std::fmt;

use crate::error::Result;
use crate::metric::{self, Metric, SignificanceTest, Statistics};
use crate::ngrams::{self, Counts, Words};
use crate::text;
use crate::tokenizers::Tokenizer;

/// The longest n-grams that BLEU counts.
pub const ORDER: usize = 4;
/// Length of the hypothesis, length of the closest reference, then matches and totals of each order.
const WIDTH: usize = 2 + 2 * ORDER;
/// SacreBLEU's value for the logarithm of zero.
const LOG_OF_ZERO: f64 = -9_999_999_999.0;

/// How orders without a match are smoothed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Smoothing {
    /// No smoothing: the score becomes 0.
    None,
    /// This many matches instead of none (SacreBLEU's default: 0.1).
    Floor(f64),
    /// This many added to matches and totals of every order above 1 (SacreBLEU's default: 1).
    AddK(f64),
    /// ½, ¼, ⅛ … of a match (NIST's).
    #[default]
    Exp,
}

/// How BLEU is computed.
#[derive(Clone, Default)]
pub struct Bleu {
    /// Tokenizer of lines.
    pub tokenizer: Tokenizer,
    /// Smoothing of orders without a match.
    pub smoothing: Smoothing,
    /// Whether case is ignored.
    pub lowercase: bool,
    /// Whether orders longer than the hypothesis are left out; for single sentences.
    pub effective_order: bool,
}

/// A score with its components.
#[derive(Clone, Debug, PartialEq)]
pub struct BleuScore {
    /// BLEU, 0…100.
    pub score: f64,
    /// Precision of each order, 0…100, smoothed.
    pub precisions: [f64; ORDER],
    /// Matched n-grams of each order.
    pub matches: [u64; ORDER],
    /// n-grams of each order in the hypotheses.
    pub totals: [u64; ORDER],
    /// Below 1 if the hypotheses are shorter than the references.
    pub brevity_penalty: f64,
    /// Tokens of the hypotheses.
    pub hypothesis_tokens: u64,
    /// Tokens of the references closest in length.
    pub reference_tokens: u64,
}

impl Bleu {
    /// The score of a corpus. `references` are whole documents, each with one line for each hypothesis.
    pub fn corpus(&self, hypotheses: &[String], references: &[Vec<String>]) -> Result<BleuScore> {
        Ok(self.score_from(&self.statistics(hypotheses, references)?.sums()))
    }

    /// The score of one sentence against its references; [`Bleu::effective_order`] should be set.
    pub fn sentence(&self, hypothesis: &str, references: &[&str]) -> Result<BleuScore> {
        let references: Vec<_> = references.iter().map(|reference| vec![reference.to_string()]).collect();
        self.corpus(&[hypothesis.to_owned()], &references)
    }

    /// The score of summed counts of [`Bleu::statistics`].
    pub fn score_from(&self, sums: &[u64]) -> BleuScore {
        let at = |index: usize| sums.get(index).copied().unwrap_or_default();
        let mut result = BleuScore {
            score: 0.0,
            precisions: [0.0; ORDER],
            matches: std::array::from_fn(|n| at(2 + n)),
            totals: std::array::from_fn(|n| at(2 + ORDER + n)),
            brevity_penalty: 1.0,
            hypothesis_tokens: at(0),
            reference_tokens: at(1),
        };
        if result.hypothesis_tokens < result.reference_tokens {
            result.brevity_penalty = match result.hypothesis_tokens {
                0 => 0.0,
                tokens => (1.0 - result.reference_tokens as f64 / tokens as f64).exp(),
            };
        }
        if result.matches.iter().all(|&matches| matches == 0) {
            return result;
        }
        let mut share_of_match = 1.0;
        let mut orders = ORDER;
        for n in 0..ORDER {
            let (mut matches, mut total) = (result.matches[n] as f64, result.totals[n] as f64);
            if let Smoothing::AddK(k) = self.smoothing
                && n > 0
            {
                matches += k;
                total += k;
            }
            if total == 0.0 {
                break;
            }
            if self.effective_order {
                orders = n + 1;
            }
            if matches == 0.0 {
                matches = match self.smoothing {
                    Smoothing::Exp => {
                        share_of_match /= 2.0;
                        share_of_match
                    }
                    Smoothing::Floor(floor) => floor,
                    Smoothing::None | Smoothing::AddK(_) => 0.0,
                };
            }
            result.precisions[n] = 100.0 * matches / total;
        }
        let logarithms =
            result.precisions[..orders].iter().map(|&p| if p == 0.0 { LOG_OF_ZERO } else { p.ln() });
        result.score = result.brevity_penalty * (logarithms.sum::<f64>() / orders as f64).exp();
        result
    }

    /// A line's tokens, separated by white space.
    fn prepare(&self, line: &str) -> Result<String> {
        if self.lowercase {
            self.tokenizer.tokenize(line.to_lowercase().trim_end_matches(text::is_space))
        } else {
            self.tokenizer.tokenize(line.trim_end_matches(text::is_space))
        }
    }

    fn segment(&self, hypothesis: &str, references: &[&str]) -> Result<[u64; WIDTH]> {
        let hypothesis = self.prepare(hypothesis)?;
        let references = references.iter().map(|line| self.prepare(line)).collect::<Result<Vec<_>>>()?;
        let mut words = Words::default();
        let hypothesis = words.numbers(text::words(&hypothesis));
        let references: Vec<_> = references.iter().map(|line| words.numbers(text::words(line))).collect();

        let lengths = references.iter().map(Vec::len);
        let closest =
            lengths.min_by_key(|&length| (length.abs_diff(hypothesis.len()), length)).unwrap_or_default();
        let mut row = [0; WIDTH];
        row[0] = hypothesis.len() as u64;
        row[1] = closest as u64;
        for n in 0..ORDER {
            let mut most = Counts::new();
            for reference in &references {
                for (key, count) in ngrams::count(reference, n + 1) {
                    let most = most.entry(key).or_default();
                    *most = count.max(*most);
                }
            }
            row[2 + n] = ngrams::matches(&ngrams::count(&hypothesis, n + 1), &most);
            row[2 + ORDER + n] = hypothesis.len().saturating_sub(n) as u64;
        }
        Ok(row)
    }
}

impl Metric for Bleu {
    fn name(&self) -> String {
        "BLEU".to_owned()
    }

    fn statistics(&self, hypotheses: &[String], references: &[Vec<String>]) -> Result<Statistics> {
        metric::check(hypotheses, references)?;
        let mut statistics = Statistics::with_capacity(WIDTH, hypotheses.len());
        for (index, hypothesis) in hypotheses.iter().enumerate() {
            let references: Vec<_> = references.iter().map(|lines| lines[index].as_str()).collect();
            statistics.push(&self.segment(hypothesis, &references)?);
        }
        Ok(statistics)
    }

    fn score_of(&self, sums: &[u64]) -> f64 {
        self.score_from(sums).score
    }

    fn signature(&self, references: usize, test: Option<SignificanceTest>) -> String {
        let case = if self.lowercase { "lc" } else { "mixed" };
        let effective = if self.effective_order { "yes" } else { "no" };
        let smoothing = match self.smoothing {
            Smoothing::None => "none".to_owned(),
            Smoothing::Floor(floor) => format!("floor[{floor:.2}]"),
            Smoothing::AddK(k) => format!("add-k[{k:.2}]"),
            Smoothing::Exp => "exp".to_owned(),
        };
        let tokenizer = self.tokenizer.signature();
        let settings = format!("case:{case}|eff:{effective}|tok:{tokenizer}|smooth:{smoothing}");
        metric::signature(references, test, &settings)
    }
}

impl fmt::Display for BleuScore {
    /// SacreBLEU's output line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precisions = self.precisions.map(|precision| format!("{precision:.1}")).join("/");
        let ratio = match self.reference_tokens {
            0 => 0.0,
            tokens => self.hypothesis_tokens as f64 / tokens as f64,
        };
        write!(
            f,
            "{:.2} {precisions} (BP = {:.3} ratio = {ratio:.3} hyp_len = {} ref_len = {})",
            self.score, self.brevity_penalty, self.hypothesis_tokens, self.reference_tokens
        )
    }
}
