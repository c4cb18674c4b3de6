//! The paper's tables for the models at hand.

use std::path::Path;

use evaluation::System;
use evaluation::paper::{Direction, Size, published};
use evaluation::report::PaperRow;
use translation::{Error, LanguagePair, Setup};

use super::decoder::Decoder;
use super::formulas::{self, Formula};
use super::models::{Lacking, Models, Ready};
use super::report::{Report, Section, Shown};
use super::scores::Scorer;
use super::sets::{self, Draw, TestSet};
use super::{Evaluate, texts};
use crate::failure::Failure;

/// What is to be made of one test set, checked before anything is decoded.
struct Plan {
    test: TestSet,
    rows: Vec<(Formula, Ready)>,
    others: Vec<System>,
    scorer: Scorer,
}

/// Translates every test set with every sum, and scores it. What ends it early leaves the rows before it in the report.
pub fn run(command: &Evaluate, report: &mut Report) -> Result<(), Failure> {
    let pairs = command.pairs()?;
    let Some(first) = pairs.first() else { return Ok(()) };
    if !command.hypotheses.is_empty() && (command.tests().count() > 1 || pairs.len() > 1) {
        return Err(Failure::usage(
            "--hypotheses are translations of one test set in one direction",
            "Give one set with --tests, and leave --both away.",
        ));
    }
    let models = Models::new(&command.models, first)?;
    let mut plans = Vec::new();
    for pair in &pairs {
        for test in command.tests() {
            let test = sets::read_in(test, first, pair, command.draw())?;
            plans.push(plan(command, &models, test, report)?);
        }
    }
    if let Some(folder) = &command.out {
        std::fs::create_dir(folder).map_err(|error| unwritable(folder, &error))?;
    }
    let mut decoder = Decoder::start(command.setup(&models));
    let done = plans.iter().try_for_each(|plan| section(command, &models, plan, &mut decoder, report));
    decoder.stop();
    done
}

fn plan(command: &Evaluate, models: &Models, test: TestSet, report: &mut Report) -> Result<Plan, Failure> {
    let scorer = command.metrics.scorer(Some(&test.pair.to))?;
    let mut rows = Vec::new();
    for name in &command.recipes {
        let all = name == "all";
        for formula in if all { formulas::all() } else { vec![formulas::named(name)] } {
            match models.ready(&test.pair, &formula.recipe) {
                Ok(ready) => rows.push((formula, ready)),
                Err(Lacking::Role(role)) if all => {
                    report.leave_out(
                        &formula.name,
                        format!("no model has the role {role} (--models {role}=MODEL)"),
                    );
                }
                Err(lacking) => return Err(lacking.failure(&formula.name)),
            }
        }
    }
    if rows.is_empty() {
        return Err(Error::NoModel(test.pair).into());
    }
    let mut others = Vec::new();
    for argument in &command.hypotheses {
        let system = texts::system(argument, Path::new(&test.input), test.whole)?;
        let lines = test.places.iter().filter_map(|&place| system.lines.get(place).cloned()).collect();
        others.push(System { name: system.name, lines });
    }
    Ok(Plan { test, rows, others, scorer })
}

fn section(
    command: &Evaluate,
    models: &Models,
    plan: &Plan,
    decoder: &mut Decoder,
    report: &mut Report,
) -> Result<(), Failure> {
    let Plan { test, rows, others, scorer } = plan;
    let reference = std::slice::from_ref(&test.reference);
    let mut systems = Vec::new();
    let mut costs = Vec::new();
    let mut best_single: Option<(usize, f64)> = None;
    let mut ended = Ok(());
    for (at, (formula, ready)) in rows.iter().enumerate() {
        let decoded = match decoder.decode(test, ready, &formula.name) {
            Ok(decoded) => decoded,
            Err(failure) => {
                ended = Err(failure);
                break;
            }
        };
        let bleu = scorer.bleu_of(&decoded.lines, &test.reference)?;
        decoder.say(&format!(
            "{}, {}, {}: BLEU {bleu:.2}, {:.1} s, {:.1} tokens/s",
            test.name,
            test.pair,
            formula.name,
            decoded.seconds,
            decoded.tokens_per_second()
        ));
        if ready.members.len() == 1 && best_single.is_none_or(|(_, best)| bleu > best) {
            best_single = Some((at, bleu));
        }
        costs.push((decoded.seconds, decoded.tokens_per_second()));
        systems.push(System { name: formula.name.clone(), lines: decoded.lines.clone() });
    }
    let rows = &rows[..systems.len()];
    if rows.is_empty() {
        return ended;
    }
    systems.extend(others.iter().cloned());
    if let Some(folder) = &command.out {
        keep(folder, test, &systems).map_err(|error| unwritable(folder, &error))?;
    }
    let baseline = best_single.map_or(0, |(at, _)| at);
    let mut table = scorer.table(&test.name, &systems, reference, Some(baseline))?;
    let sizes = Sizes::of(models, &test.pair);
    for ((row, (formula, _)), (seconds, rate)) in table.rows.iter_mut().zip(rows).zip(costs) {
        row.method = formula.method.map(str::to_owned);
        (row.seconds, row.tokens_per_second) = (Some(seconds), Some(rate));
        row.paper = sizes.published(formula);
    }
    let section = Section::new(test, table);
    report.sections.push(match command.recipes.iter().any(|name| name == "all") {
        true => section.show(shown(rows, others.len(), &sizes)),
        false => section,
    });
    ended
}

/// The rows of table 2, and of 6; table 4 is the part of 6 for 3B between Japanese and English. What is in none of
/// them is compared in both.
fn shown(rows: &[(Formula, Ready)], others: usize, sizes: &Sizes) -> Vec<Shown> {
    let place = |wanted: &dyn Fn(&Formula) -> bool| {
        let own = rows.iter().enumerate().filter(|(_, (formula, _))| wanted(formula)).map(|(at, _)| at);
        own.chain((0..others).map(|other| rows.len() + other)).collect::<Vec<_>>()
    };
    let ja_en = matches!(sizes.direction, Some(Direction::JaEn | Direction::EnJa));
    let six = if ja_en && sizes.large == Some(Size::B3) { "Tables 4 and 6" } else { "Table 6" };
    vec![
        Shown {
            title: "Table 2: original, fine-tuned, proxy-tuning, Collab-MT".to_owned(),
            rows: place(&|formula| formula.in_table_2 || formula.published.is_none()),
        },
        Shown {
            title: format!("{six}: every sum"),
            rows: place(&|formula| formula.published.is_none_or(|published| published.starts_with('L'))),
        },
    ]
}

/// Which of the published models those at hand are as large as.
struct Sizes {
    direction: Option<Direction>,
    large: Option<Size>,
    small: Option<Size>,
}

impl Sizes {
    fn of(models: &Models, pair: &LanguagePair) -> Self {
        let first = |terms: &[&str]| terms.iter().find_map(|term| models.size(pair, term));
        Self {
            direction: Direction::between(&pair.from, &pair.to),
            large: first(&["L", "L_MT"]),
            small: first(&["base", "mt", "src", "tgt"]),
        }
    }

    // Small models stand alone in rows of their own; a sum is published for a size of both.
    fn published(&self, formula: &Formula) -> Option<PaperRow> {
        let published_as = formula.published?;
        let size = match (published_as, self.small) {
            ("L" | "L_MT", _) => self.large?,
            ("S" | "S_MT", Some(small)) => small,
            (_, Some(Size::B1)) => self.large?,
            _ => return None,
        };
        Some(PaperRow::new(published(size, published_as)?, self.direction?))
    }
}

// The lines of each system, with the source and the reference that they belong to.
fn keep(folder: &Path, test: &TestSet, systems: &[System]) -> std::io::Result<()> {
    let simple = |name: &str| {
        name.chars()
            .map(|c| if c.is_alphanumeric() || "_-.".contains(c) { c } else { '_' })
            .collect::<String>()
    };
    let begin = format!("{}.{}", simple(&test.name), test.pair);
    let write = |name: String, lines: &[String]| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(folder.join(name), text)
    };
    write(format!("{begin}.source.txt"), &test.source)?;
    write(format!("{begin}.reference.txt"), &test.reference)?;
    for (at, system) in systems.iter().enumerate() {
        write(format!("{begin}.{:02}.{}.txt", at + 1, simple(&system.name)), &system.lines)?;
    }
    Ok(())
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(
        &format!("the folder cannot be made or written ({error}): {}", folder.display()),
        "Choose another --out, one that does not exist.",
    )
}

impl Evaluate {
    pub(super) fn draw(&self) -> Draw {
        Draw { limit: self.limit, seed: self.seed }
    }

    pub(super) fn setup(&self, models: &Models) -> Setup {
        Setup {
            models: Some(models.library.clone()),
            adapter: self.gpu.adapter.clone(),
            sequences: self.sequences,
            ..Setup::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(sizes: &Sizes, formula: &str) -> Option<f64> {
        sizes.published(&formulas::named(formula)).map(|row| row.bleu)
    }

    #[test]
    fn figures_of_the_paper_stand_beside_models_of_its_sizes_only() {
        let sizes = |large, small| Sizes { direction: Direction::between("de", "en"), large, small };
        let published = sizes(Some(Size::B3), Some(Size::B1));
        assert_eq!(paper(&published, "collab"), Some(38.02));
        assert_eq!((paper(&published, "L"), paper(&published, "S")), (Some(39.64), Some(31.91)));
        assert_eq!(paper(&published, "L + 3*src"), None);
        assert_eq!(paper(&sizes(Some(Size::B8), None), "L"), Some(44.75));
        assert_eq!(paper(&sizes(Some(Size::B8), Some(Size::B3)), "collab"), None);
        assert_eq!(paper(&sizes(None, None), "L"), None);
        let elsewhere = Sizes { direction: None, ..published };
        assert_eq!(paper(&elsewhere, "L"), None);
    }

    #[test]
    fn kept_lines_have_names_that_are_files() {
        let folder = tempfile::tempdir().unwrap();
        let line = |text: &str| vec![text.to_owned()];
        let test = TestSet {
            name: "a/b".to_owned(),
            input: String::new(),
            pair: LanguagePair { from: "de".to_owned(), to: "en".to_owned() },
            source: line("Ja."),
            reference: line("Yes."),
            places: vec![0],
            whole: 1,
        };
        let system = System { name: "L + ½S".to_owned(), lines: line("Yeah.") };
        keep(folder.path(), &test, &[system]).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("a_b.de-en.01.L___½S.txt"), "Yeah.\n");
        assert_eq!(read("a_b.de-en.reference.txt"), "Yes.\n");
    }
}
