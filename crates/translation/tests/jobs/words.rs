//! Words of typed text: where they are, what they come from, what could stand in their place.

use translation::{Beginning, DecodeOptions, Job, SentenceReport, Source};

use crate::ask::{pair, text, text_with, translator};

const SOURCE: &str = "Tom hat seiner Mutter gestern einen langen Brief geschrieben.";

fn begun(sentence: usize, begin_with: &str, alone: bool) -> DecodeOptions {
    DecodeOptions { beginning: Some(Beginning::new(sentence, begin_with, alone)), ..DecodeOptions::default() }
}

fn units(text: &str, (start, end): (usize, usize)) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[start..end]).expect("whole characters")
}

/// The source word of a word of the translation.
fn source_of(sentence: &SentenceReport, word: &str) -> Option<String> {
    let found = sentence.words.iter().find(|one| one.text == word).expect("the word is there");
    found.source.map(|range| units(&sentence.source, range))
}

#[test]
fn the_words_of_typed_text_are_linked_to_those_of_its_source() {
    let source = format!("😀 Es regnet.\n\n  {SOURCE} Es regnet.");
    let linked = || DecodeOptions { link_words: true, ..DecodeOptions::default() };
    let result = text_with(translator(), "de-en", &source, linked());
    let whole = result.text.expect("a text");
    assert_eq!(result.recipe.iter().map(|(term, _)| term.as_str()).collect::<Vec<_>>(), ["L", "src", "tgt"]);
    for sentence in &result.sentences {
        let place = sentence.place.expect("typed text has places");
        assert_eq!(units(&source, place.source), sentence.source);
        assert_eq!(units(&whole, place.target), sentence.translation);
        for word in &sentence.words {
            assert_eq!(units(&sentence.translation, (word.start, word.end)), word.text);
        }
    }
    let letter = result.sentences.iter().find(|sentence| sentence.source == SOURCE).expect("the long one");
    let links = [("Tom", "Tom"), ("mother", "Mutter"), ("letter", "Brief"), ("yesterday", "gestern")];
    let said = letter.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>();
    let right = links
        .iter()
        .filter(|(word, of)| said.contains(word) && source_of(letter, word).as_deref() == Some(*of));
    assert!(right.count() >= 3, "{:?}", letter.words);

    let japanese = text_with(translator(), "en-ja", "I bought two books yesterday.", linked());
    let words = &japanese.sentences[0].words;
    assert!(words.len() > 3 && words.iter().any(|word| word.text.chars().count() > 1), "{words:?}");
    assert!(words.iter().filter(|word| word.source.is_some()).count() * 2 > words.len(), "{words:?}");
}

/// What is chosen stays, and so does what is before it; the rest is translated anew, with its checks.
#[test]
fn a_translation_begins_with_a_chosen_word() {
    let translator = translator();
    let source = format!("Es regnet. {SOURCE}");
    let first = text(translator, "de-en", &source);
    let sentence = &first.sentences[1];
    let word = &sentence.words[2];
    let kept = units(&sentence.translation, (0, word.start));
    let mut chosen = 0;
    let job = |begin_with: &str| Job {
        pair: pair("de-en"),
        source: Source::Text(source.clone()),
        options: begun(1, begin_with, true),
    };
    let next = translator.next_words(&job(&kept)).expect("words");
    assert_eq!(next.recipe, first.recipe);
    assert_eq!(next.words[0].text, word.text, "what the sum chose is the first: {next:?}");
    for (before, after) in next.words.iter().zip(&next.words[1..]) {
        assert!(before.probability >= after.probability, "{next:?}");
    }
    for word in &next.words {
        assert_eq!(word.votes.len(), 3, "{word:?}");
        let all = word.votes.iter().chain([&word.probability]).flatten();
        assert!(all.copied().all(|p| p > 0.0 && p < 1.0001), "{word:?}");
        let begin_with = format!("{kept}{}", word.text);
        let again = translator.run(job(&begin_with)).expect("a translation");
        let [rain, again] = &again.sentences[..] else { panic!("{again:?}") };
        assert_eq!(rain.translation, "Es regnet.", "the other sentence is left");
        let rest = again.translation.strip_prefix(&begin_with).expect("it begins as it was given");
        assert!(!rest.starts_with(char::is_alphanumeric), "the chosen word is whole: {}", again.translation);
        chosen += usize::from(again.translation != sentence.translation);
        assert_eq!(again.words.iter().filter(|one| one.start < kept.len()).count(), 2);
    }
    assert!(next.words.len() > 1 && chosen > 0, "{next:?}");
}

#[test]
fn the_first_word_and_other_recipes_have_alternatives_too() {
    let next = |recipe: &str, direction: &str, source: &str, kept: &str| {
        let options = DecodeOptions { recipe: Some(recipe.to_owned()), ..begun(0, kept, true) };
        let job = Job { pair: pair(direction), source: Source::Text(source.to_owned()), options };
        translator().next_words(&job).expect("words")
    };
    let alone = next("L", "de-en", "Tom ist müde.", "");
    assert_eq!((alone.recipe.len(), alone.words[0].text.as_str()), (1, "Tom"));
    // One model is its own sum.
    assert!(
        alone.words.iter().all(|word| word.votes.len() == 1 && word.votes[0] == word.probability),
        "{alone:?}"
    );
    let less = next("L - 0.5*src", "de-en", "Tom ist müde.", "Tom");
    assert_eq!(less.recipe[1], ("src".to_owned(), -0.5));
    assert!(less.words.iter().all(|word| word.votes.len() == 2 && !word.text.is_empty()), "{less:?}");
    let japanese = next("L + src + tgt", "en-ja", "Tom is tired.", "トムは");
    assert!(japanese.words.iter().all(|word| !word.text.contains('\u{fffd}')), "{japanese:?}");
    assert!(!japanese.words.is_empty());
}

#[test]
fn a_beginning_that_fits_nothing_harms_nothing() {
    let translator = translator();
    let with = |begin_with: &str, sentence, alone| {
        text_with(translator, "de-en", "Tom ist müde. Es regnet.", begun(sentence, begin_with, alone))
    };
    let plain = text(translator, "de-en", "Tom ist müde. Es regnet.").text;
    assert_eq!(with("", 0, false).text, plain);
    assert_eq!(with("Nobody", 9, false).text, plain, "there is no such sentence");
    let begun = with("He", 0, false).text.expect("a text");
    assert!(begun.starts_with("He") && begun.ends_with("raining."), "{begun}");
    let long = with(&"very ".repeat(100_000), 0, true);
    assert_eq!(long.sentences[0].translation, "Tom ist müde.", "too long to go on from");
    let wide = with(&"\u{1F642}".repeat(2_000), 0, true);
    assert_eq!(wide.sentences.len(), 2);
}
