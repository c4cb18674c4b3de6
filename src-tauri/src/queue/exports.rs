//! The columns of tables, and translated documents in other forms.

use super::documents::file_name;
use super::{NO_SUCH_JOB, Queue, Translator};
use crate::error::Error;
use crate::page::ExportKind;
use std::path::{Path, PathBuf};

impl Queue {
    /// Chooses the columns of a table, which are translated when it starts the next time: indices, from 0.
    pub fn choose_columns(&self, id: u64, chosen: &[usize]) -> Result<(), Error> {
        self.update(id, |document| {
            for (at, column) in document.row.columns.iter_mut().enumerate() {
                column.chosen = chosen.contains(&at);
            }
            document.columns = Some(chosen.to_vec());
            document.has_new_columns = true;
        })
    }

    /// How many corrections, saved or not, may be lost when a document is translated again.
    pub fn corrections_at_risk(&self, translator: &Translator, id: u64) -> Result<usize, Error> {
        let Some(job) = self.shared.documents.lock().find(id)?.job else { return Ok(0) };
        match translator.corrections_at_risk(job) {
            Err(problem) if problem.code == NO_SUCH_JOB => Ok(0),
            saved => Ok(saved.map_err(Error::Translation)? + self.drafts.of(job).len()),
        }
    }

    /// Writes a bilingual page of a translated document beside its translation; returns the page's name.
    pub fn export_beside(&self, translator: &Translator, id: u64) -> Result<String, Error> {
        let written = translator.export_beside(self.job(id)?, &self.output(id)?);
        written.map(|path| file_name(&path)).map_err(Error::Translation)
    }

    /// Writes a translated document in another form to a new file; returns the file's name.
    pub fn export(
        &self,
        translator: &Translator,
        id: u64,
        (kind, path): (ExportKind, &Path),
    ) -> Result<String, Error> {
        let written = translator.export(self.job(id)?, kind, path);
        written.map(|()| file_name(path)).map_err(Error::Translation)
    }

    /// The path that an export is proposed to have: `report.en.docx.de-en.tmx`.
    pub fn export_path(&self, id: u64, kind: ExportKind) -> Result<PathBuf, Error> {
        let output = self.output(id)?;
        let mut documents = self.shared.documents.lock();
        let pair = &documents.find(id)?.row.pair;
        let name = format!("{}.{pair}.{}", file_name(&output), kind.extension());
        Ok(output.with_file_name(name))
    }
}
