//! Imports models for the tests.

use std::ops::ControlFlow;
use std::path::Path;

use engine::map_file;
use model_files::{ImportOptions, Model, Quantization};

/// A source imported into a temporary folder, which lives as long as the first value.
pub fn imported(source: &Path, quantization: Quantization) -> (tempfile::TempDir, Model) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = folder.path().join("model");
    let options = ImportOptions { quantization, ..ImportOptions::default() };
    model_files::import(source, &target, &options, &mut |_| ControlFlow::Continue(())).expect("imports");
    let model = Model::open(&target, &map_file).expect("opens");
    (folder, model)
}
