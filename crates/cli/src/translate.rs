//! `wasan translate`: text, files, folders, or standard input.

mod arguments;

use std::collections::BTreeMap;

use translation::{DecodeOptions, JobRow, LanguagePair, Problem, Setup, Source, Target, Term, Translator};

use crate::failure::Failure;
use crate::inputs::{Input, Inputs};
use crate::interrupt;
use crate::job_output::OutputOptions;
use crate::job_runner::{JobRunner, run_jobs};
use crate::standard_input::{translate_document, translate_lines};
use crate::terminal::{note, shown};
use arguments::AUTO;
pub use arguments::Translate;

impl Translate {
    pub fn run(self) -> Result<(), Failure> {
        self.check_values()?;
        let inputs = Inputs::of(&self.inputs, &self.to)?;
        self.check_effects(&inputs.found)?;
        let out = self.target(&inputs.found)?;
        inputs.name_skipped();
        // Loads the models while the first line is awaited.
        let first_pair = if self.reads_lines() { Some(self.pair()?) } else { None };
        let setup = Setup { sequences: self.sequences, pair: first_pair, ..self.engine.setup() };
        let output = OutputOptions { json: self.json, bilingual: self.bilingual, tmx: self.tmx.clone() };
        run_jobs(setup, output, |runner| self.translate(runner, &inputs.found, out.as_ref()))
    }

    fn translate(
        &self,
        runner: &mut JobRunner<'_>,
        inputs: &[Input],
        out: Option<&Target>,
    ) -> Result<(), Failure> {
        if self.reads_lines() {
            let pair = self.pair()?;
            let options = self.options(self.json, self.terms(&pair)?.as_deref());
            return translate_lines(runner, &pair, &options);
        }
        if let Some(format) = self.format.filter(|_| inputs.is_empty()) {
            let pair = self.pair()?;
            let options = self.options(false, self.terms(&pair)?.as_deref());
            return translate_document(runner, &pair, &options, format.extension());
        }
        if inputs.is_empty() {
            return self.resume_all(runner, out);
        }
        // All inputs are checked before the first is submitted: a problem of all inputs is reported once, a problem of
        // one input in its turn.
        let mut glossaries = BTreeMap::new();
        let mut sources = Vec::with_capacity(inputs.len());
        for input in inputs {
            if interrupt::requested() {
                return Err(Failure::interrupted());
            }
            let source = self.pair_and_source(runner.translator, input, out);
            if let Ok((pair, _)) = &source
                && !glossaries.contains_key(pair)
            {
                glossaries.insert(pair.clone(), self.terms(pair)?);
            }
            sources.push(source);
        }
        for (source, input) in sources.into_iter().zip(inputs) {
            match source {
                Ok((pair, source)) => {
                    let terms = glossaries.get(&pair).and_then(Option::as_deref);
                    if self.resume
                        && let Source::File { input, output } = &source
                        && let Some(row) = runner.latest_job(input, &pair)?
                    {
                        self.resume(runner, &row, output.as_ref(), terms)?;
                        continue;
                    }
                    let report = self.json && matches!(source, Source::Text(_));
                    let reuse = !report && matches!(source, Source::Text(_));
                    let options = DecodeOptions { reuse, ..self.options(report, terms) };
                    runner.submit(&pair, source, &options)?;
                }
                Err(problem) => runner.reject(input.path(), problem)?,
            }
        }
        runner.finish()
    }

    /// Resumes all unfinished documents of the pair.
    fn resume_all(&self, runner: &mut JobRunner<'_>, out: Option<&Target>) -> Result<(), Failure> {
        let pair = self.pair()?;
        let terms = self.terms(&pair)?;
        runner.lock_queue()?;
        let mut rows = runner.translator.jobs()?;
        rows.retain(|row| row.pair == pair && row.state.is_unfinished());
        if rows.is_empty() {
            note!("No unfinished documents of {pair}");
        }
        rows.iter().try_for_each(|row| self.resume(runner, row, out, terms.as_deref()))?;
        runner.finish()
    }

    /// Resumes a document with its original settings, except for the options given now. One that is done and has not changed
    /// since needs no work.
    fn resume(
        &self,
        runner: &mut JobRunner<'_>,
        row: &JobRow,
        output: Option<&Target>,
        terms: Option<&[Term]>,
    ) -> Result<(), Failure> {
        let mut options = row.options.clone();
        self.apply(&mut options, terms);
        let target = output.map(Target::absolute).or_else(|| row.target.clone());
        if options != row.options || target != row.target {
            runner.confirm_loss(row, self.yes)?;
            runner.translator.set_options(row.id, &options, target.as_ref())?;
        } else if runner.translator.is_current(row.id)? {
            return runner.already_done(row);
        } else {
            runner.confirm_loss(row, self.yes)?;
        }
        runner.resume(row)
    }

    fn pair_and_source(
        &self,
        translator: &Translator,
        input: &Input,
        out: Option<&Target>,
    ) -> Result<(LanguagePair, Source), Problem> {
        let pair = self.pair_of(translator, input)?;
        let source = match input {
            Input::Text(text) => Source::Text(text.clone()),
            Input::File { path, subfolder } => {
                // With `--out`, the files of a folder keep their subfolders.
                let output = out.map(|out| match out {
                    Target::Folder(folder) => Target::Folder(folder.join(subfolder)),
                    Target::File(_) => out.clone(),
                });
                Source::File { input: path.clone(), output }
            }
        };
        Ok((pair, source))
    }

    /// The language pair of an input; detects its language with `--from auto`.
    fn pair_of(&self, translator: &Translator, input: &Input) -> Result<LanguagePair, Problem> {
        let to = self.to.clone();
        if self.from != AUTO {
            return Ok(LanguagePair { from: self.from.clone(), to });
        }
        let (detected, what) = match input {
            Input::Text(text) => (translator.detect(text), text.clone()),
            Input::File { path, .. } => {
                let detected = translator.detect_file(path, self.format).map_err(|error| error.problem())?;
                (detected, shown(path))
            }
        };
        let problem = |message: String, hint: &str| Problem {
            code: "language".to_owned(),
            message,
            hint: hint.to_owned(),
        };
        let Some(detected) = detected else {
            let message = format!("cannot detect which language this is in: {what}");
            return Err(problem(message, "Name it, such as --from de."));
        };
        if detected.language == to {
            let message = format!("this is already in the target language ({to}): {what}");
            return Err(problem(message, "Leave it out, or name its language, such as --from de."));
        }
        note!("{} ({:.0} % certain): {what}", detected.language, 100.0 * detected.confidence);
        Ok(LanguagePair { from: detected.language, to })
    }

    /// The terms of `--glossary`.
    fn terms(&self, pair: &LanguagePair) -> Result<Option<Vec<Term>>, Failure> {
        Ok(self.glossary.as_ref().map(|path| translation::read_glossary(path, pair)).transpose()?)
    }
}
