//! `wasan models`: lists, shows, finds, gets, imports, changes, tests, chooses, aligns and removes models.

mod find;
mod get;
mod info;
mod recipe;
mod sets;
mod size;
mod test;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use translation::{
    Catalog, CatalogEntry, ImportOptions, Instruction, ModelEdit, ModelLocation, Quantization, Role, Setup,
};

use crate::arguments::{GpuArgs, LibraryArgs};
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::Progress;
use crate::results::say;
use crate::terminal::note;

#[derive(Subcommand)]
pub enum Models {
    /// List the available models
    List {
        #[command(flatten)]
        library: LibraryArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one model's properties
    Info {
        /// The model's name from `wasan models list`, or an imported folder
        name: String,
        #[command(flatten)]
        library: LibraryArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List published sets of models, with what fits this computer and what is installed
    Sets {
        #[command(flatten)]
        gpu: GpuArgs,
        #[command(flatten)]
        library: LibraryArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Download and import a published set; the same command goes on after an interruption
    Get(get::Get),
    /// List models that other programs keep on this computer, or import one of them
    Find(find::Find),
    /// Translate built-in sentences and compare them with known translations
    Test(test::Test),
    /// Show or choose the weighted sum of models that translates a language pair
    Recipe(recipe::Recipe),
    /// Import a Hugging Face folder, a GGUF file or a LoRA adapter
    Import {
        /// The folder or file
        path: PathBuf,
        /// The imported model that the source, a folder of PEFT's, is a LoRA adapter of: both share its weights
        #[arg(long, value_name = "MODEL", conflicts_with_all = ["bits", "tokenizer", "instruction"])]
        base: Option<String>,
        /// The model's name in commands [default: the source's]
        #[arg(long)]
        name: Option<String>,
        /// Storage of f16, bf16 and f32 weights; quantized weights are left unchanged
        #[arg(long, value_enum, default_value_t = Bits::Q4)]
        bits: Bits,
        /// The model's role: large (L), or the language of a specialist, such as de
        #[arg(long, value_name = "large|LANGUAGE")]
        role: Option<String>,
        /// Prompt template with {source}, {from}, {to}, {from_name}, {to_name}, special tokens and, for the sentences before
        /// the text, a part {if_context}…{context}…{end_context} [default: that of the source's wasan.json, else one made by
        /// its chat template, else that of its model family]
        #[arg(long)]
        prompt: Option<String>,
        /// The user's message from which the model's chat template makes the prompt, with the same placeholders
        #[arg(long, conflicts_with = "prompt")]
        instruction: Option<String>,
        /// The system message before the instruction
        #[arg(long, requires = "instruction")]
        system: Option<String>,
        /// The model's licence, shown with it
        #[arg(long)]
        licence: Option<String>,
        /// Codes of the model's languages, such as de,en [default: those that its card or file names]
        #[arg(long, value_delimiter = ',', value_name = "CODES", value_parser = language)]
        languages: Vec<String>,
        /// A tokenizer.json of the same model, instead of the tokenizer in the source
        #[arg(long, value_name = "FILE")]
        tokenizer: Option<PathBuf>,
        #[command(flatten)]
        library: LibraryArgs,
    },
    /// Change an imported model's languages, role, prompt or licence
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Edit {
        /// The model's name from `wasan models list`
        name: String,
        /// Codes of the model's languages, such as de,en: any two of them become a pair
        #[arg(long, value_delimiter = ',', value_name = "CODES", value_parser = language, group = "change")]
        languages: Option<Vec<String>>,
        /// The model's role: large (L), or the language of a specialist, such as de
        #[arg(long, value_name = "large|LANGUAGE", group = "change")]
        role: Option<String>,
        /// Prompt template, as for `wasan models import`
        #[arg(long, group = "change")]
        prompt: Option<String>,
        /// The model's licence, shown with it
        #[arg(long, group = "change")]
        licence: Option<String>,
        #[command(flatten)]
        library: LibraryArgs,
    },
    /// Select the attention heads that align source and target words, which places formatting in the translation
    Align {
        /// The imported model: its name from `wasan models list`, or its folder
        name: String,
        /// Sentence pairs to select by, a line each: from, to, source, translation, with marks such as {1 Tom} in both
        /// [default: built-in German-English and Japanese-English pairs]
        #[arg(long, value_name = "FILE")]
        pairs: Option<PathBuf>,
        #[command(flatten)]
        gpu: GpuArgs,
        #[command(flatten)]
        library: LibraryArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove an imported model
    Remove {
        /// The model's name from `wasan models list`
        name: String,
        #[command(flatten)]
        library: LibraryArgs,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Bits {
    /// 4 bits; output head and embedding 8
    Q4,
    /// 8 bits
    Q8,
    /// 16-bit floats
    F16,
}

impl From<Bits> for Quantization {
    fn from(bits: Bits) -> Self {
        match bits {
            Bits::Q4 => Self::Q4,
            Bits::Q8 => Self::Q8,
            Bits::F16 => Self::F16,
        }
    }
}

impl Models {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { library, json } => list(&catalog(library)?, json),
            Self::Info { name, library, json } => info::show(&catalog(library)?.find(&name)?, json),
            Self::Import {
                path,
                base,
                name,
                bits,
                role,
                prompt,
                instruction,
                system,
                licence,
                languages,
                tokenizer,
                library,
            } => {
                let role = role.map(parse_role).transpose()?;
                let base =
                    base.map(|base| translation::base(library.models.as_deref(), &base)).transpose()?;
                let options = ImportOptions {
                    base,
                    quantization: bits.into(),
                    name,
                    role,
                    prompt,
                    instruction: instruction.map(|user| Instruction { system, user }),
                    licence,
                    languages,
                    tokenizer,
                    ..ImportOptions::default()
                };
                import(library.models.as_deref(), &path, &options)
            }
            Self::Sets { gpu, library, json } => {
                let setup = Setup { models: library.models, ..gpu.setup() };
                sets::list(&setup, json)
            }
            Self::Get(command) => command.run(),
            Self::Find(command) => command.run(),
            Self::Test(command) => command.run(),
            Self::Recipe(command) => command.run(),
            Self::Edit { name, languages, role, prompt, licence, library } => {
                let role = role.map(parse_role).transpose()?;
                let edit = ModelEdit { role, languages, prompt, licence };
                translation::edit(library.models.as_deref(), &name, &edit)?;
                note!("changed {name}; `wasan models info {name}` shows it");
                Ok(())
            }
            Self::Align { name, pairs, gpu, library, json } => {
                let setup = Setup { models: library.models, ..gpu.setup() };
                align(&setup, &name, pairs.as_deref(), json)
            }
            Self::Remove { name, library } => {
                let path = translation::remove(library.models.as_deref(), &name)?;
                note!("removed {}", path.display());
                Ok(())
            }
        }
    }
}

fn catalog(library: LibraryArgs) -> Result<Catalog, Failure> {
    Ok(Catalog::of(library.models.as_deref())?)
}

fn align(setup: &Setup, name: &str, pairs: Option<&Path>, json: bool) -> Result<(), Failure> {
    let progress = Progress::new();
    let alignment = translation::alignment::align_model(setup, name, pairs, &mut |done, total| {
        progress.show(&format!("sentence {} of {total}", done + 1));
    });
    progress.clear();
    let alignment = alignment?;
    if json {
        say!("{}", serde_json::json!(alignment));
        return Ok(());
    }
    for score in &alignment.heads {
        let [layer, head] = score.head;
        say!("layer {layer:>3}, head {head:>3}   {:5.1} % on its own", 100.0 * score.accuracy);
    }
    say!("together              {:5.1} % of {} marked words", 100.0 * alignment.accuracy, alignment.words);
    Ok(())
}

fn parse_role(text: String) -> Result<Role, Failure> {
    match text.as_str() {
        "large" => Ok(Role::Large),
        code if translation::languages::language(code).is_some() => Ok(Role::Specialist { language: text }),
        _ => Err(Failure::usage(
            "--role must be large, or a language code such as de",
            "For example: --role large",
        )),
    }
}

/// The code of a known language.
fn language(text: &str) -> Result<String, String> {
    match translation::languages::language(text) {
        Some(language) => Ok(language.code.to_owned()),
        None => Err("no language has this code; use two-letter codes such as de,en".to_owned()),
    }
}

fn role_name(entry: &CatalogEntry) -> String {
    match &entry.info.role {
        Role::Large => "large (L)".to_owned(),
        Role::Specialist { language } => format!("specialist for {language}"),
        Role::Other => "—".to_owned(),
    }
}

fn location(entry: &CatalogEntry) -> String {
    match &entry.origin {
        ModelLocation::Embedded(_) => "in the program".to_owned(),
        ModelLocation::Folder(path) => path.display().to_string(),
    }
}

fn list(catalog: &Catalog, json: bool) -> Result<(), Failure> {
    if json {
        let rows: Vec<_> =
            catalog.entries.iter().map(|e| serde_json::json!({"name": e.id, "info": e.info})).collect();
        say!("{}", serde_json::Value::from(rows));
        return Ok(());
    }
    for entry in &catalog.entries {
        let millions = entry.parameters() as f64 / 1e6;
        say!(
            "{:28} {:>8.1} M  {:8} {:20} {}",
            entry.id,
            millions,
            entry.info.quantization,
            role_name(entry),
            location(entry)
        );
    }
    for (path, reason) in &catalog.broken {
        note!("wasan: {} cannot be used: {reason}", path.display());
    }
    for (pair, tuned) in &catalog.tuned {
        say!("tuned {pair}: {} ({})", tuned.sum, tuned.measured);
    }
    let pairs = catalog.pairs();
    let shown: Vec<String> = pairs.iter().take(12).map(ToString::to_string).collect();
    let more = pairs.len().saturating_sub(shown.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    say!("pairs: {}{rest}", shown.join(", "));
    Ok(())
}

fn import(models: Option<&Path>, path: &Path, options: &ImportOptions) -> Result<(), Failure> {
    let progress = Progress::new();
    interrupt::listen(|| {});
    let imported = translation::import(models, path, options, &mut |p| {
        let share = (100 * p.done_bytes).checked_div(p.total_bytes).unwrap_or(100);
        progress.show(&format!("{} {share} %", p.stage));
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.clear();
    if interrupt::requested() && imported.is_err() {
        return Err(Failure::interrupted());
    }
    let (target, info) = imported.map_err(|error| Failure::import(error.problem()))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    note!("imported {name} ({}) into {}", info.quantization, target.display());
    if info.languages.is_empty() {
        note!(
            "The source names no languages, so no pair is offered yet. Name them: wasan models edit {name} --languages \
            de,en"
        );
    }
    if info.role == Role::Other {
        note!("It has no role yet. Choose one: wasan models edit {name} --role large");
    }
    Ok(())
}
