//! Imports a Hugging Face folder or GGUF file into a model folder.
//!
//! Writes to a temporary folder beside the target, syncs and renames it, so a failed or cancelled import leaves
//! nothing. Peak memory: the headers, a chunk of source rows and its conversion, whatever the size of the model.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::adapter::ADAPTER_FILE;
use crate::files::read_small;
use crate::info::FORMAT;
use crate::model::{INFO_FILE, TOKENIZER_FILE, WEIGHTS_FILE, read_info};
use crate::peft::{AdapterContents, PeftAdapter};
use crate::plan::{ImportPlan, MatrixPlan};
use crate::quantize::Quantization;
use crate::source::ModelSource;
use crate::{
    AdapterInfo, Error, Instruction, ModelInfo, Repository, Result, Role, Tokenizer, convert, gguf, hf,
    limits, prompt, replacement,
};

/// The user's choices; what is `None` or empty comes from the source.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// For float weights; quantized ones keep their format.
    pub quantization: Quantization,
    /// The name to show.
    pub name: Option<String>,
    /// What the translator uses the model for.
    pub role: Option<Role>,
    /// The prompt, in the form of [`ModelInfo::prompt`].
    pub prompt: Option<String>,
    /// The instruction that the model's chat template makes the prompt of, if there is no prompt.
    pub instruction: Option<Instruction>,
    /// The licence.
    pub licence: Option<String>,
    /// Codes of the model's languages; they replace those of the source and the pairs it was trained on.
    pub languages: Vec<String>,
    /// The repository that the source was downloaded from.
    pub repository: Option<Repository>,
    /// The folder of the imported model that the source is an adapter of.
    pub base: Option<PathBuf>,
    /// A `tokenizer.json` that takes the place of the source's own, for a GGUF file that does not hold all of it.
    pub tokenizer: Option<PathBuf>,
}

/// Progress of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// `hashing`, then `converting`.
    pub stage: &'static str,
    /// Bytes of the source done in this stage.
    pub done_bytes: u64,
    /// Bytes of the source in this stage.
    pub total_bytes: u64,
}

/// Counts a stage's bytes and reports them.
struct StageProgress<'a> {
    report: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    progress: Progress,
}

impl StageProgress<'_> {
    fn advance(&mut self, bytes: u64) -> Result<()> {
        self.progress.done_bytes += bytes;
        match (self.report)(self.progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }
}

/// Imports the model at `source` (a Hugging Face folder or a GGUF file, with `options.base` a folder of PEFT's) into the new
/// folder `target`.
/// `progress` is called often; [`ControlFlow::Break`] cancels.
///
/// # Example
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use model_files::{ImportOptions, Quantization, import};
/// use std::ops::ControlFlow;
///
/// let source = "../engine/tests/data/tiny-llama3.2".as_ref();
/// let folder = tempfile::tempdir()?;
/// let options = ImportOptions { quantization: Quantization::Q8, ..ImportOptions::default() };
/// let info = import(source, &folder.path().join("tiny"), &options, &mut |progress| {
///     println!("{}: {} of {} bytes", progress.stage, progress.done_bytes, progress.total_bytes);
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!((info.name.as_str(), info.quantization.as_str()), ("tiny-llama3.2", "q8"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// If the source is damaged or not supported, if `target` exists, if writing fails, on cancelling.
pub fn import(
    source: &Path,
    target: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<ModelInfo> {
    if target.symlink_metadata().is_ok() {
        return Err(Error::TargetExists { path: target.into() });
    }
    let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write_error = |source| Error::Write { source, path: target.into() };
    let unfinished =
        tempfile::Builder::new().prefix(".import-").suffix(".tmp").tempdir_in(parent).map_err(write_error)?;
    let info = match &options.base {
        Some(base) => import_adapter(source, base, (unfinished.path(), parent), options)?,
        None => import_whole(source, unfinished.path(), options, progress)?,
    };
    let json = serde_json::to_vec_pretty(&info)
        .map_err(|error| Error::Json { reason: error.to_string(), file: INFO_FILE.into() })?;
    write_file(&unfinished.path().join(INFO_FILE), &json)?;
    sync_folder(unfinished.path())?;
    if target.symlink_metadata().is_ok() {
        return Err(Error::TargetExists { path: target.into() });
    }
    std::fs::rename(unfinished.path(), target).map_err(write_error)?;
    sync_folder(parent)?;
    Ok(info)
}

/// Writes weights and tokenizer into the folder `target`; returns the model's description.
fn import_whole(
    source: &Path,
    target: &Path,
    options: &ImportOptions,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<ModelInfo> {
    let in_cache = Repository::in_hub_cache(source);
    let tokenizer = options.tokenizer.as_deref();
    let source = if source.is_dir() { hf::open(source, tokenizer)? } else { gguf::open(source, tokenizer)? };
    let plan = ImportPlan::new(&source, options.quantization)?;
    let mut info = describe(&source, &plan, options)?;
    info.repository = info.repository.or(in_cache).or_else(|| source.repository.clone());

    let total_bytes = source.files.iter().map(crate::files::InputFile::len).sum();
    let mut stage = StageProgress {
        report: progress,
        progress: Progress { stage: "hashing", done_bytes: 0, total_bytes },
    };
    for file in &source.files {
        info.sources.push(file.hash(&mut |bytes| stage.advance(bytes))?);
    }
    stage.progress = Progress { stage: "converting", done_bytes: 0, total_bytes: plan.source_bytes };
    let write_error = |source| Error::Write { source, path: target.into() };
    let mut weights = File::create(target.join(WEIGHTS_FILE)).map_err(write_error)?;
    write_weights(&source, plan, &mut weights, &mut stage, target)?;
    weights.sync_all().map_err(write_error)?;
    source.files.iter().try_for_each(|file| file.check_unchanged())?;

    if let Some(tokenizer) = &source.tokenizer {
        write_file(&target.join(TOKENIZER_FILE), tokenizer)?;
    }
    Ok(info)
}

/// Writes the factors of the adapter in `source` into `target`, which is to become a model folder in `parent`; returns the
/// description of the model that the one in the folder `base` becomes with it.
fn import_adapter(
    source: &Path,
    base: &Path,
    (target, parent): (&Path, &Path),
    options: &ImportOptions,
) -> Result<ModelInfo> {
    let json = read_small(&base.join(INFO_FILE), "the size of model.json", limits::CONFIG_BYTES)?
        .ok_or_else(|| Error::NotAModel { path: base.into() })?;
    let info = read_info(&json)?;
    let adapter = PeftAdapter::open(source)?;
    let AdapterContents { ranks, factors, source } = adapter.read(&info)?;
    let PeftAdapter { name, defaults, .. } = adapter;
    write_file(&target.join(ADAPTER_FILE), &factors)?;
    let real = |path: &Path| path.canonicalize().map_err(|source| Error::Read { source, path: path.into() });
    let place = real(base)?;
    let beside = place.parent() == Some(real(parent)?.as_path());
    let place = place.file_name().filter(|_| beside).map_or(place.clone(), PathBuf::from);
    let (languages, pairs) = match (options.languages.is_empty(), defaults.languages.is_empty()) {
        (false, _) => (options.languages.clone(), Vec::new()),
        (true, false) => (defaults.languages, defaults.pairs),
        (true, true) => (info.languages, info.pairs),
    };
    Ok(ModelInfo {
        name: options.name.clone().or(defaults.name).or(name).unwrap_or(info.name),
        adapter: Some(AdapterInfo { base: place, base_sources: info.sources, ranks }),
        sources: vec![source],
        repository: options.repository.clone(),
        licence: options.licence.clone().or(defaults.licence).or(info.licence),
        prompt: options.prompt.clone().or(defaults.prompt).or(info.prompt),
        role: options.role.clone().or(defaults.role).unwrap_or_default(),
        languages,
        pairs,
        ..info
    })
}

fn describe(source: &ModelSource, plan: &ImportPlan<'_>, options: &ImportOptions) -> Result<ModelInfo> {
    let defaults = &source.defaults;
    let mut prompt = options.prompt.clone().or_else(|| defaults.prompt.clone());
    let mut end_tokens = source.end_tokens.clone();
    let mut vocabulary = None;
    if let Some(json) = &source.tokenizer {
        let tokenizer = Tokenizer::from_bytes(json)?;
        if options.tokenizer.is_some() {
            replacement::check_rows(&tokenizer, source.architecture.vocab_size)?;
        }
        let prompt = match &mut prompt {
            Some(prompt) => prompt,
            none => none.insert(source.prompt(&tokenizer, options.instruction.as_ref())?),
        };
        vocabulary = Some(tokenizer.fingerprint());
        end_tokens.extend(prompt::turn_ends(&tokenizer, prompt));
        end_tokens.extend(source.chat.turn_end(&tokenizer));
        end_tokens.sort_unstable();
        end_tokens.dedup();
    }
    let found = end_tokens.len();
    if found > limits::END_TOKENS {
        let (limit, found) = (limits::END_TOKENS as u64, found as u64);
        return Err(Error::TooLarge { what: "the number of end tokens", limit, found });
    }
    if found == 0 {
        return Err(Error::Setting { problem: "no end token", setting: "eos_token_id".into() });
    }
    let (languages, pairs) = match options.languages.is_empty() {
        true => (defaults.languages.clone(), defaults.pairs.clone()),
        false => (options.languages.clone(), Vec::new()),
    };
    let rows = source.architecture.vocab_size;
    if let Some(id) = end_tokens.iter().chain(&source.bos).find(|id| **id as usize >= rows) {
        return Err(Error::UnknownId { id: *id });
    }
    Ok(ModelInfo {
        format: FORMAT,
        name: options.name.clone().or_else(|| defaults.name.clone()).unwrap_or_else(|| source.name.clone()),
        architecture: source.architecture,
        quantization: plan.describe(options.quantization.name()),
        sources: Vec::new(),
        repository: options.repository.clone(),
        licence: options.licence.clone().or_else(|| defaults.licence.clone()),
        prompt,
        role: options.role.clone().or_else(|| defaults.role.clone()).unwrap_or_default(),
        languages,
        pairs,
        bos: source.bos,
        end_tokens,
        vocabulary,
        alignment_heads: Vec::new(),
        adapter: None,
        matrices: plan.matrices.iter().map(|matrix| (matrix.name.clone(), matrix.info)).collect(),
    })
}

fn write_weights(
    source: &ModelSource,
    mut plan: ImportPlan<'_>,
    weights: &mut File,
    stage: &mut StageProgress<'_>,
    target: &Path,
) -> Result<()> {
    let write_error = |source| Error::Write { source, path: target.into() };
    let header = std::mem::take(&mut plan.header).bytes()?;
    weights.write_all(&header).map_err(write_error)?;
    let mut write_at = |offset: u64, bytes: &[u8]| {
        weights
            .seek(SeekFrom::Start(header.len() as u64 + offset))
            .and_then(|_| weights.write_all(bytes))
            .map_err(write_error)
    };
    for (offset, values) in &plan.vectors {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        write_at(*offset, &bytes)?;
    }
    for matrix in &plan.matrices {
        write_matrix(source, matrix, &mut write_at, stage)?;
    }
    Ok(())
}

fn write_matrix(
    source: &ModelSource,
    matrix: &MatrixPlan<'_>,
    write_at: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
    stage: &mut StageProgress<'_>,
) -> Result<()> {
    let (layout, columns) = (matrix.info.layout, matrix.info.columns);
    let quant_bytes = layout.words_per_row(columns) * 4;
    let scale_bytes = layout.scale_words_per_row(columns) * 4;
    let (mut quants, mut scales) = (Vec::new(), Vec::new());
    let mut first_row = 0;
    for chunk in matrix.chunks() {
        let buffers = chunk.read(source)?;
        let rows = chunk.rows(&buffers);
        // Zeroed each time, since `convert` does not write padding.
        quants.clear();
        quants.resize(rows.len() * quant_bytes, 0);
        scales.clear();
        scales.resize(rows.len() * scale_bytes, 0);
        convert::convert(&rows, columns, layout, &mut quants, &mut scales)
            .map_err(|error| error.in_tensor(chunk.name()))?;
        write_at(matrix.quants + first_row * quant_bytes as u64, &quants)?;
        write_at(matrix.scales + first_row * scale_bytes as u64, &scales)?;
        first_row += rows.len() as u64;
        stage.advance(buffers.iter().map(|buffer| buffer.len() as u64).sum())?;
    }
    Ok(())
}

pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    File::create(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(|source| Error::Write { source, path: path.into() })
}

/// Makes renames within a folder durable; Windows has no such call and does not need it.
fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| Error::Write { source, path: path.into() })
}
