//! Where the sentences of a typed text, their words and their doubtful words are.

use std::ops::Range;

use crate::alignment;
use crate::retry::SentenceTask;
use crate::segment::utf16_len;
use crate::sentence_report::{Place, SentenceReport, Word};
use crate::sentences;

/// Writes place, words and doubts of each finished sentence into its report: of the blocks of a text, `between[i]` after
/// block i, in the language `to`.
pub(crate) fn locate(blocks: &mut [Vec<SentenceTask>], between: &[String], to: &str) {
    let (mut in_source, mut in_target) = (0, 0);
    for (block, after) in blocks.iter_mut().zip(between) {
        let translation =
            |sentence: &SentenceTask| sentence.done.as_ref().map_or("", |done| &done.translation).to_owned();
        let parts: Vec<(String, String)> =
            block.iter().map(|one| (translation(one), one.separator.clone())).collect();
        let (joined, starts) = sentences::join_at(parts.iter().map(|(a, b)| (a.as_str(), b.as_str())), to);
        for (sentence, start) in block.iter_mut().zip(starts) {
            let (text, separator) = (utf16_len(&sentence.text), utf16_len(&sentence.separator));
            if let Some(report) = &mut sentence.done {
                let target = in_target + utf16_len(joined.get(..start).unwrap_or_default());
                report.place = Some(Place {
                    source: (in_source, in_source + text),
                    target: (target, target + utf16_len(&report.translation)),
                });
                report.words = words(report);
                report.doubts = std::mem::take(&mut sentence.uncertain_words);
            }
            in_source += text + separator;
        }
        in_source += utf16_len(after);
        in_target += utf16_len(&joined) + utf16_len(after);
    }
}

// In scripts without spaces a word is what the alignment took for one.
fn words(report: &SentenceReport) -> Vec<Word> {
    let SentenceReport { source, translation, links, .. } = report;
    let linked: Vec<Range<usize>> = links.iter().map(|link| link.target.clone()).collect();
    let units = |text: &str, range: &Range<usize>| {
        let start = utf16_len(text.get(..range.start).unwrap_or_default());
        (start, start + utf16_len(text.get(range.clone()).unwrap_or_default()))
    };
    let of = |range: Range<usize>| {
        let touches =
            |link: &&documents::Link| link.target.start < range.end && range.start < link.target.end;
        let (start, end) = units(translation, &range);
        Word {
            text: translation.get(range.clone()).unwrap_or_default().to_owned(),
            start,
            end,
            source: links.iter().find(touches).map(|link| units(source, &link.source)),
        }
    };
    alignment::words(translation, &linked).into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence_report::SentenceStatus;
    use documents::Link;

    fn sentence(
        text: &str,
        separator: &str,
        translation: &str,
        links: &[(Range<usize>, Range<usize>)],
    ) -> SentenceTask {
        let mut task = SentenceTask::new(sentences::Sentence { text, separator });
        let link = |(source, target): &(Range<usize>, Range<usize>)| Link {
            source: source.clone(),
            target: target.clone(),
        };
        task.done = Some(SentenceReport {
            translation: translation.to_owned(),
            links: links.iter().map(link).collect(),
            ..SentenceReport::kept(text, SentenceStatus::Done)
        });
        task
    }

    #[test]
    fn places_and_words_count_in_utf16_units_of_the_whole_text() {
        let mut blocks = vec![
            vec![sentence("😀 Ja.", "  ", "😀 Yes.", &[(5..7, 5..8)]), sentence("Nein.", "", "No.", &[])],
            vec![sentence("東京へ", "", "to Tokyo", &[(0..6, 3..8), (6..9, 0..2)])],
        ];
        locate(&mut blocks, &["\r\n".to_owned(), String::new()], "en");
        let reports: Vec<_> = blocks.iter().flatten().filter_map(|sentence| sentence.done.clone()).collect();
        let places: Vec<_> = reports
            .iter()
            .filter_map(|report| report.place)
            .map(|place| (place.source, place.target))
            .collect();
        assert_eq!(places, [((0, 6), (0, 7)), ((8, 13), (9, 12)), ((15, 18), (14, 22))]);
        let word = |text: &str, start, end, source| Word { text: text.to_owned(), start, end, source };
        assert_eq!(reports[0].words, [word("Yes", 3, 6, Some((3, 5)))]);
        assert_eq!(reports[1].words, [word("No", 0, 2, None)]);
        assert_eq!(reports[2].words, [word("to", 0, 2, Some((2, 3))), word("Tokyo", 3, 8, Some((0, 2)))]);
    }

    #[test]
    fn in_scripts_without_spaces_the_linked_words_are_words() {
        let mut blocks = vec![vec![sentence("to Tokyo", "", "東京へ", &[(3..8, 0..6), (0..2, 6..9)])]];
        locate(&mut blocks, &[String::new()], "ja");
        let words: Vec<_> = blocks[0][0]
            .done
            .iter()
            .flat_map(|done| &done.words)
            .map(|word| (word.text.as_str(), word.source))
            .collect();
        assert_eq!(words, [("東京", Some((3, 8))), ("へ", Some((0, 2)))]);
    }
}
