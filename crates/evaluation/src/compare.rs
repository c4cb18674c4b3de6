//! Compares systems on one test set in a table.

use crate::bleu::Bleu;
use crate::chrf::Chrf;
use crate::error::Result;
use crate::metric::{Metric, SignificanceTest};
use crate::report::{Row, Table};
use crate::significance::{SEED, bootstrap, paired_bootstrap};

/// SacreBLEU's number of resamples.
const RESAMPLES: usize = 1000;

/// A system's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// Its name in the table.
    pub name: String,
    /// One translation per line of the test set.
    pub lines: Vec<String>,
}

/// Computes BLEU with its confidence interval, chrF and chrF++ of every system, and the p-value of its BLEU against the
/// system with index `baseline`. `references` are whole documents.
pub fn compare(
    title: &str,
    systems: &[System],
    references: &[Vec<String>],
    bleu: &Bleu,
    baseline: Option<usize>,
) -> Result<Table> {
    let (chrf, plus_plus) = (Chrf::default(), Chrf::plus_plus());
    let test = SignificanceTest::Bootstrap { resamples: RESAMPLES, seed: SEED };
    let statistics = systems
        .iter()
        .map(|system| bleu.statistics(&system.lines, references))
        .collect::<Result<Vec<_>>>()?;
    let compared_with = baseline.and_then(|at| statistics.get(at));
    let mut rows = Vec::new();
    for (at, (system, own)) in systems.iter().zip(&statistics).enumerate() {
        let p_value = match compared_with.filter(|_| Some(at) != baseline) {
            // SacreBLEU's test gives identical systems its smallest p-value.
            Some(other) if other == own => Some(1.0),
            Some(other) => Some(paired_bootstrap(bleu, other, own, RESAMPLES, SEED)?.p_value),
            None => None,
        };
        rows.push(Row {
            name: system.name.clone(),
            bleu: bleu.score_of(&own.sums()),
            chrf: chrf.corpus(&system.lines, references)?,
            signature: bleu.signature(references.len(), Some(test)),
            chrf_signature: chrf.signature(references.len(), None),
            chrf_plus_plus: Some(plus_plus.corpus(&system.lines, references)?),
            chrf_plus_plus_signature: plus_plus.signature(references.len(), None),
            bleu_margin: Some(bootstrap(bleu, own, RESAMPLES, SEED).margin),
            p_value,
            ..Row::default()
        });
    }
    let baseline = baseline.and_then(|at| systems.get(at)).map(|system| system.name.clone());
    Ok(Table { title: title.to_owned(), baseline, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worse_system_differs_from_the_baseline() {
        let reference: Vec<String> =
            (0..60).map(|i| format!("sentence number {i} has some words in it")).collect();
        let damaged = |every: usize| {
            let damage = |(i, line): (usize, &String)| {
                if i % every == 0 { "nothing of it is right".to_owned() } else { line.clone() }
            };
            reference.iter().enumerate().map(damage).collect::<Vec<_>>()
        };
        let systems = [("good", 30), ("bad", 2), ("same", 30)]
            .map(|(name, every)| System { name: name.to_owned(), lines: damaged(every) });
        let references = std::slice::from_ref(&reference);
        let table = compare("test", &systems, references, &Bleu::default(), Some(0)).unwrap();
        let [good, bad, same] = &table.rows[..] else { panic!("{table:?}") };
        assert_eq!(table.baseline.as_deref(), Some("good"));
        assert_eq!(good.p_value, None);
        assert!(bad.bleu < good.bleu && bad.chrf < good.chrf && bad.p_value.unwrap() < 0.01, "{bad:?}");
        assert!(
            same.bleu == good.bleu && same.p_value == Some(1.0) && good.bleu_margin.unwrap() > 0.0,
            "{same:?}"
        );
        assert!(good.signature.contains("|bs:1000|seed:12345|"), "{}", good.signature);
    }
}
