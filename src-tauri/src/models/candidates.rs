//! Files and folders that the user is asked about before they are imported.

use super::{MODEL, ModelsState, Source};
use crate::error::Error;
use crate::page::{Candidate, Event};
use std::path::Path;
use translation::Role;

impl ModelsState {
    /// Asks the user about a file or folder. Slow: it reads the header.
    pub fn offer(&self, path: &Path) {
        self.ask(self.library.look_at(path, self.next_id()));
    }

    /// Asks the user about a model of another program.
    pub fn offer_found(&self, found: &str) -> Result<(), Error> {
        self.ask(self.library.look_at_found(found, self.next_id()).map_err(Error::Translation)?);
        Ok(())
    }

    fn ask(&self, (candidate, source): (Candidate, Source)) {
        let mut asked = self.candidate.lock();
        self.page.send(Event::Candidate { candidate: candidate.clone() });
        *asked = Some((candidate, source));
    }

    fn next_id(&self) -> u64 {
        let mut next = self.next_candidate.lock();
        *next += 1;
        *next
    }

    /// Forgets the candidate.
    pub fn dismiss_candidate(&self, id: u64) {
        drop(self.take_candidate(id));
    }

    fn take_candidate(&self, id: u64) -> Option<Source> {
        let mut candidate = self.candidate.lock();
        candidate.take_if(|(candidate, _)| candidate.id == id).map(|(_, source)| source)
    }

    /// Queues the import of the candidate with the user's answers, of an adapter with its base; none if a model of this name is at work.
    ///
    /// # Errors
    /// The candidate is gone, a role or language that does not exist.
    pub fn begin_import(
        &self,
        candidate: u64,
        name: String,
        role: &str,
        languages: Vec<String>,
        base: Option<String>,
    ) -> Result<Option<(String, Source)>, Error> {
        let known = |code: &str| translation::languages::language(code).is_some();
        let role = match role {
            "large" => Role::Large,
            "other" => Role::Other,
            language if known(language) => Role::Specialist { language: language.to_owned() },
            other => return Err(Error::UnknownLanguage(other.to_owned())),
        };
        if let Some(unknown) = languages.iter().find(|code| !known(code)) {
            return Err(Error::UnknownLanguage(unknown.clone()));
        }
        let mut source = self.take_candidate(candidate).ok_or(Error::NoCandidate)?;
        let id = format!("{MODEL}{name}");
        source.base = base;
        let options = &mut source.options;
        (options.name, options.role, options.languages) = (Some(name.clone()), Some(role), languages);
        Ok(self.begin(id.clone(), name).then_some((id, source)))
    }
}
