//! `wasan evaluate --contrast`: translations that only the sentence before decides.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use translation::{ContrastCase, ContrastOutcome, contrast};

use super::Evaluate;
use super::models::Models;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::results::say;

/// The columns of a file of cases.
const COLUMNS: [&str; 5] = ["phenomenon", "context", "source", "right", "wrong"];

/// Between wrong translations.
const SEPARATOR: &str = " | ";

/// Cases, and how many of them are right without and with their context.
#[derive(Default)]
struct Counts {
    cases: usize,
    alone: usize,
    in_context: usize,
    prompt_tokens: usize,
    context_tokens: usize,
}

impl Counts {
    fn add(&mut self, outcome: &ContrastOutcome) {
        self.cases += 1;
        self.alone += usize::from(outcome.alone);
        self.in_context += usize::from(outcome.in_context);
        self.prompt_tokens += outcome.prompt_tokens;
        self.context_tokens += outcome.context_tokens;
    }

    fn share(&self, right: usize) -> f64 {
        100.0 * right as f64 / self.cases.max(1) as f64
    }

    fn each(&self, tokens: usize) -> f64 {
        tokens as f64 / self.cases.max(1) as f64
    }
}

/// Scores the cases of a file and prints how many are right, by phenomenon.
///
/// # Errors
/// A file that cannot be read or has no cases; models that cannot be loaded.
pub fn run(arguments: &Evaluate, file: &Path) -> Result<(), Failure> {
    let pairs = arguments.pairs()?;
    let Some(pair) = pairs.first() else { return Ok(()) };
    let cases = read(file)?;
    let models = Models::new(&arguments.models, pair)?;
    let recipe = arguments.recipes.first().map_or("L", |recipe| if recipe == "all" { "L" } else { recipe });
    let resolved = models.resolve(pair, recipe).map_err(|error| error.into_failure(recipe))?;
    let mut setup = arguments.setup(&models);
    setup.recipe = Some(resolved.formula.clone());
    let progress = Progress::new();
    let outcomes = contrast(&setup, pair, &resolved.chosen, &cases, &mut |done| {
        progress.show(&format!("case {done} of {}", cases.len()));
    });
    progress.clear();
    let mut rows: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut all = Counts::default();
    for (case, outcome) in cases.iter().zip(&outcomes?) {
        rows.entry(&case.phenomenon).or_default().add(outcome);
        all.add(outcome);
    }
    let rows = rows.into_iter().chain([("all", all)]);
    if arguments.json {
        let row = |(name, counts): (&str, Counts)| {
            json!({
                "phenomenon": name, "cases": counts.cases, "right_alone": counts.alone,
                "right_in_context": counts.in_context, "prompt_tokens": counts.prompt_tokens,
                "context_tokens": counts.context_tokens,
            })
        };
        say!("{}", json!(rows.map(row).collect::<Vec<_>>()));
        return Ok(());
    }
    say!("| phenomenon | cases | right alone | right in context | prompt tokens | of context |");
    say!("|---|---|---|---|---|---|");
    for (name, counts) in rows {
        let (alone, in_context) = (counts.share(counts.alone), counts.share(counts.in_context));
        let (prompt, context) = (counts.each(counts.prompt_tokens), counts.each(counts.context_tokens));
        say!(
            "| {name} | {} | {alone:.1} % | {in_context:.1} % | {prompt:.1} | + {context:.1} |",
            counts.cases
        );
    }
    Ok(())
}

/// The cases of a TSV file.
fn read(file: &Path) -> Result<Vec<ContrastCase>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::usage(
            &format!("cannot read {}: {error}", file.display()),
            "Give a TSV file of cases in UTF-8.",
        )
    })?;
    let mut lines = text.lines();
    let wrong_line = |number: usize| {
        Failure::usage(
            &format!("{}, line {number}: not {} columns, none of them empty", file.display(), COLUMNS.len()),
            &format!(
                "The columns are {}; wrong translations are separated by '{SEPARATOR}'.",
                COLUMNS.join(", ")
            ),
        )
    };
    if lines.next() != Some(&*COLUMNS.join("\t")) {
        return Err(wrong_line(1));
    }
    let case = |(index, line): (usize, &str)| match line.split('\t').collect::<Vec<_>>()[..] {
        [phenomenon, context, source, right, wrong] if line.split('\t').all(|field| !field.is_empty()) => {
            Ok(ContrastCase {
                phenomenon: phenomenon.to_owned(),
                context: context.to_owned(),
                source: source.to_owned(),
                right: right.to_owned(),
                wrong: wrong.split(SEPARATOR).map(str::to_owned).collect(),
            })
        }
        _ => Err(wrong_line(index + 2)),
    };
    let cases: Vec<ContrastCase> = lines.enumerate().map(case).collect::<Result<_, _>>()?;
    match cases.is_empty() {
        true => Err(wrong_line(2)),
        false => Ok(cases),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Each source occurs with different right translations, so a translator without context is right in some only.
    #[test]
    fn our_cases_are_decided_by_their_context_alone() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../evaluation/data");
        let mut count = 0;
        for name in ["context.de-en.tsv", "context.ja-en.tsv"] {
            let cases = read(&data.join(name)).unwrap_or_else(|failure| panic!("{failure:?}"));
            let mut answers: HashMap<&str, Vec<&str>> = HashMap::new();
            for case in &cases {
                assert!(!case.wrong.contains(&case.right), "{case:?}");
                answers.entry(&case.source).or_default().push(&case.right);
            }
            for (source, mut rights) in answers {
                rights.sort_unstable();
                rights.dedup();
                assert!(rights.len() > 1, "{source}: {rights:?}");
                let is_wrong = |right: &&&str| {
                    cases
                        .iter()
                        .any(|case| case.source == source && case.wrong.iter().any(|wrong| wrong == **right))
                };
                assert!(rights.iter().all(|right| is_wrong(&right)), "{source}: {rights:?}");
            }
            count += cases.len();
        }
        assert!(count >= 200, "{count}");
    }

    #[test]
    fn a_line_that_is_no_case_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cases.tsv");
        for (text, line) in
            [("", 1), ("a\tb\n", 1), ("HEAD\n", 2), ("HEAD\na\tb\tc\td\te\na\t\tc\td\te\n", 3)]
        {
            std::fs::write(&file, text.replace("HEAD", &COLUMNS.join("\t"))).unwrap();
            let message = format!("{:?}", read(&file).err());
            assert!(message.contains(&format!("line {line}")), "{message}");
        }
    }
}
