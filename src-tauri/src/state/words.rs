//! Words of typed text: others that could stand in their place.

use super::State;
use crate::error::Error;
use crate::page::{BegunSentence, begun_sentence};
use translation::{Beginning, Job, NextWords, Source};

impl State {
    /// The words that may follow the beginning of a sentence's translation.
    pub fn next_words(&self, text: String, sentence: usize, kept: &str) -> Result<NextWords, Error> {
        let job = self.begun(text, sentence, kept)?;
        self.translator()?.next_words(&job).map_err(Error::Translation)
    }

    /// Translates a sentence of a text so that its translation begins in this way.
    pub fn begin_with(&self, text: String, sentence: usize, beginning: &str) -> Result<BegunSentence, Error> {
        let job = self.begun(text, sentence, beginning)?;
        let result = self.translator()?.run(job).map_err(Error::Translation)?;
        begun_sentence(sentence, result.sentences).ok_or(Error::NoSuchSentence)
    }

    fn begun(&self, text: String, sentence: usize, beginning: &str) -> Result<Job, Error> {
        let mut job = self.settings.job(self.pair()?, Source::Text(text));
        job.options.beginning = Some(Beginning::new(sentence, beginning, true));
        Ok(job)
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use crate::state::tests::state;

    #[test]
    fn words_are_asked_of_one_sentence_with_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let (state, backend) = state(&folder);
        assert!(matches!(state.next_words("Ja.".into(), 0, ""), Err(Error::NotStarted | Error::NoModels)));
        state.start();
        let translator = backend.lock().translators[0].clone();
        let next = state.next_words("Ja. Nein.".into(), 1, "No,").unwrap();
        assert_eq!(next.words[0].text, "next");
        let begun = state.begin_with("Ja. Nein.".into(), 0, "Of").unwrap();
        assert_eq!((begun.text.as_str(), begun.sentence.index), ("Of course.", 0));
        assert!(matches!(state.begin_with("Ja.".into(), 7, "Of"), Err(Error::NoSuchSentence)));
        let calls = ["words Ja. Nein. 1 No,", "run Ja. Nein. 0 Of", "run Ja. 7 Of"];
        assert_eq!(translator.take_calls(), calls);
    }
}
