//! The paper's tables for the available models.

use std::path::Path;
use std::rc::Rc;

use evaluation::System;
use evaluation::paper::{Direction, Size, published};
use evaluation::report::PaperRow;
use translation::{Error, LanguagePair, Quality};

use super::arguments::Evaluate;
use super::choice;
use super::decoder::Decoder;
use super::formulas::{Formula, paper_formulas, parse_formula};
use super::metrics::Scorer;
use super::models::{Models, RecipeError, ResolvedRecipe};
use super::report::{EvaluationReport, Section, Subtable};
use super::system_outputs::read_output;
use super::test_sets::{TestSet, read_in_direction};
use crate::failure::Failure;

/// The rows of one test set, checked before anything is decoded.
struct TestSetRows {
    test: TestSet,
    rows: Vec<(Formula, ResolvedRecipe)>,
    others: Vec<System>,
    scorer: Scorer,
}

/// Translates every test set with every recipe, and scores it. After an error the report has the rows before it.
pub fn run(command: &Evaluate, report: &mut EvaluationReport) -> Result<(), Failure> {
    let pairs = command.pairs()?;
    let Some(first) = pairs.first() else { return Ok(()) };
    if !command.hypotheses.is_empty() && (command.test_sets().count() > 1 || pairs.len() > 1) {
        return Err(Failure::usage(
            "--hypotheses are translations of one test set in one direction",
            "Give one set with --tests, and leave out --both.",
        ));
    }
    let models = Models::new(&command.models, first)?;
    let mut sets = Vec::new();
    for pair in &pairs {
        for test in command.test_sets() {
            let test = read_in_direction(test, first, pair, command.sample_size())?;
            sets.push(resolve_rows(command, &models, test, report)?);
        }
    }
    if let Some(folder) = &command.out {
        create_private(folder).map_err(|error| unwritable(folder, &error))?;
    }
    let mut decoder = Decoder::start(command.setup(&models));
    let result = sets.iter().try_for_each(|set| decode_rows(command, &models, set, &mut decoder, report));
    decoder.stop();
    result
}

fn resolve_rows(
    command: &Evaluate,
    models: &Models,
    test: TestSet,
    report: &mut EvaluationReport,
) -> Result<TestSetRows, Failure> {
    let scorer = command.metrics.scorer(Some(&test.pair.to))?;
    let mut rows = Vec::new();
    for name in &command.recipes {
        let all = name == "all";
        for formula in if all { paper_formulas() } else { vec![parse_formula(name)] } {
            match models.resolve(&test.pair, &formula.recipe) {
                Ok(recipe) => {
                    let recipe = ResolvedRecipe { quality: formula.quality, ..recipe };
                    rows.push((formula, recipe));
                }
                Err(RecipeError::MissingRole(role)) if all => {
                    report.leave_out(
                        &formula.name,
                        format!("no model has the role {role} (--models {role}=MODEL)"),
                    );
                }
                Err(error) => return Err(error.into_failure(&formula.name)),
            }
        }
    }
    if rows.is_empty() {
        return Err(Error::NoModel(test.pair).into());
    }
    let mut others = Vec::new();
    for argument in &command.hypotheses {
        let system = read_output(argument, Path::new(&test.input), test.total)?;
        let lines = test.indices.iter().filter_map(|&index| system.lines.get(index).cloned()).collect();
        others.push(System { name: system.name, lines });
    }
    Ok(TestSetRows { test, rows, others, scorer })
}

fn decode_rows(
    command: &Evaluate,
    models: &Models,
    set: &TestSetRows,
    decoder: &mut Decoder,
    report: &mut EvaluationReport,
) -> Result<(), Failure> {
    let TestSetRows { test, rows, others, scorer } = set;
    let reference = std::slice::from_ref(&test.reference);
    let mut systems = Vec::new();
    let mut costs = Vec::new();
    let mut best_single: Option<(usize, f64)> = None;
    let mut result = Ok(());
    let mut compared = Vec::new();
    for (index, (formula, recipe)) in rows.iter().enumerate() {
        let decoded = match decoder.decode(test, recipe, &formula.name) {
            Ok(decoded) => decoded,
            Err(failure) => {
                result = Err(failure);
                break;
            }
        };
        let bleu = scorer.bleu_of(&decoded.lines, &test.reference)?;
        decoder.print(&format!(
            "{}, {}, {}: BLEU {bleu:.2}, {:.1} s, {:.1} tokens/s",
            test.name,
            test.pair,
            formula.name,
            decoded.seconds,
            decoded.tokens_per_second()
        ));
        let is_single = recipe.members.len() == 1 && recipe.quality == Quality::Fast;
        if is_single && best_single.is_none_or(|(_, best)| bleu > best) {
            best_single = Some((index, bleu));
        }
        costs.push((decoded.seconds, decoded.tokens_per_second()));
        compared.push((recipe, Rc::clone(&decoded)));
        systems.push(System { name: formula.name.clone(), lines: decoded.lines.clone() });
    }
    let rows = &rows[..systems.len()];
    if rows.is_empty() {
        return result;
    }
    systems.extend(others.iter().cloned());
    if let Some(folder) = &command.out {
        write_outputs(folder, test, &systems).map_err(|error| unwritable(folder, &error))?;
    }
    let baseline = best_single.map_or(0, |(index, _)| index);
    let mut table = scorer.table(&test.name, &systems, reference, Some(baseline))?;
    let sizes = ModelSizes::of(models, &test.pair);
    for ((row, (formula, _)), (seconds, rate)) in table.rows.iter_mut().zip(rows).zip(costs) {
        row.method = formula.method.map(str::to_owned);
        (row.seconds, row.tokens_per_second) = (Some(seconds), Some(rate));
        row.paper = sizes.published(formula);
    }
    let mut section = Section::new(test, table);
    choice::notes(scorer, test, &compared)?.into_iter().for_each(|note| section.note(note));
    report.sections.push(match command.recipes.iter().any(|name| name == "all") {
        true => section.with_subtables(subtables(rows, others.len(), &sizes)),
        false => section,
    });
    result
}

/// The rows of tables 2 and 6; table 4 is the part of 6 for 3B between Japanese and English. Rows that are in none of
/// them are in both.
fn subtables(rows: &[(Formula, ResolvedRecipe)], others: usize, sizes: &ModelSizes) -> Vec<Subtable> {
    let indices = |wanted: &dyn Fn(&Formula) -> bool| {
        let own = rows.iter().enumerate().filter(|(_, (formula, _))| wanted(formula)).map(|(index, _)| index);
        own.chain((0..others).map(|other| rows.len() + other)).collect::<Vec<_>>()
    };
    let ja_en = matches!(sizes.direction, Some(Direction::JaEn | Direction::EnJa));
    let six = if ja_en && sizes.large == Some(Size::B3) { "Tables 4 and 6" } else { "Table 6" };
    vec![
        Subtable {
            title: "Table 2: original, fine-tuned, proxy-tuning, Collab-MT".to_owned(),
            rows: indices(&|formula| formula.in_table_2 || formula.published.is_none()),
        },
        Subtable {
            title: format!("{six}: every sum"),
            rows: indices(&|formula| formula.published.is_none_or(|published| published.starts_with('L'))),
        },
    ]
}

/// The paper's sizes of the available models.
struct ModelSizes {
    direction: Option<Direction>,
    large: Option<Size>,
    small: Option<Size>,
}

impl ModelSizes {
    fn of(models: &Models, pair: &LanguagePair) -> Self {
        let first = |terms: &[&str]| terms.iter().find_map(|term| models.size(pair, term));
        Self {
            direction: Direction::between(&pair.from, &pair.to),
            large: first(&["L", "L_MT"]),
            small: first(&["base", "mt", "src", "tgt"]),
        }
    }

    // A row of a small model alone has the small size; the row of a sum has the large size, and exists for 1B small models.
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

// Writes the source, the reference and each system's output.
fn write_outputs(folder: &Path, test: &TestSet, systems: &[System]) -> std::io::Result<()> {
    let file_name = |name: &str| {
        name.chars()
            .map(|c| if c.is_alphanumeric() || "_-.".contains(c) { c } else { '_' })
            .collect::<String>()
    };
    let prefix = format!("{}.{}", file_name(&test.name), test.pair);
    let write = |name: String, lines: &[String]| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(folder.join(name), text)
    };
    write(format!("{prefix}.source.txt"), &test.source)?;
    write(format!("{prefix}.reference.txt"), &test.reference)?;
    for (index, system) in systems.iter().enumerate() {
        write(format!("{prefix}.{:02}.{}.txt", index + 1, file_name(&system.name)), &system.lines)?;
    }
    Ok(())
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(
        &format!("cannot create or write the folder ({error}): {}", folder.display()),
        "Choose another --out that does not exist.",
    )
}

// The texts may be confidential, so only the user may read their translations.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(sizes: &ModelSizes, formula: &str) -> Option<f64> {
        sizes.published(&parse_formula(formula)).map(|row| row.bleu)
    }

    #[test]
    fn figures_of_the_paper_are_shown_for_models_of_its_sizes_only() {
        let sizes = |large, small| ModelSizes { direction: Direction::between("de", "en"), large, small };
        let published = sizes(Some(Size::B3), Some(Size::B1));
        assert_eq!(paper(&published, "collab"), Some(38.02));
        assert_eq!((paper(&published, "L"), paper(&published, "S")), (Some(39.64), Some(31.91)));
        assert_eq!(paper(&published, "L + 3*src"), None);
        assert_eq!(paper(&sizes(Some(Size::B8), None), "L"), Some(44.75));
        assert_eq!(paper(&sizes(Some(Size::B8), Some(Size::B3)), "collab"), None);
        assert_eq!(paper(&sizes(None, None), "L"), None);
        let elsewhere = ModelSizes { direction: None, ..published };
        assert_eq!(paper(&elsewhere, "L"), None);
    }

    #[test]
    fn outputs_have_valid_file_names() {
        let folder = tempfile::tempdir().unwrap();
        let line = |text: &str| vec![text.to_owned()];
        let test = TestSet {
            name: "a/b".to_owned(),
            input: String::new(),
            pair: LanguagePair { from: "de".to_owned(), to: "en".to_owned() },
            source: line("Ja."),
            reference: line("Yes."),
            indices: vec![0],
            total: 1,
        };
        let system = System { name: "L + ½S".to_owned(), lines: line("Yeah.") };
        write_outputs(folder.path(), &test, &[system]).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("a_b.de-en.01.L___½S.txt"), "Yeah.\n");
        assert_eq!(read("a_b.de-en.reference.txt"), "Yes.\n");
    }
}
