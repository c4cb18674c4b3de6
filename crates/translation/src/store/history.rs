//! The history of typed texts in the store.

use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

use super::{Store, now};
use crate::error::Result;
use crate::languages::LanguagePair;
use crate::limits;

/// A typed text with its translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryText {
    /// Its number; later texts have larger ones.
    pub id: i64,
    /// Its languages.
    pub pair: LanguagePair,
    /// The text.
    pub source: String,
    /// Its translation.
    pub target: String,
    /// When it was translated, in seconds since 1970.
    pub translated_s: i64,
}

fn text(row: &Row<'_>) -> rusqlite::Result<HistoryText> {
    Ok(HistoryText {
        id: row.get(0)?,
        pair: LanguagePair { from: row.get(1)?, to: row.get(2)? },
        source: row.get(3)?,
        target: row.get(4)?,
        translated_s: row.get(5)?,
    })
}

// A text is translated at each pause of typing, so the newest entry may be an earlier state of it: all but a fifth of that
// one is at the new text's beginning and end.
fn continues(earlier: &str, text: &str) -> bool {
    let length = |text: &str| text.chars().count();
    let (old, new) = (length(earlier), length(text));
    let start = earlier.chars().zip(text.chars()).take_while(|(a, b)| a == b).count();
    let left = old.min(new) - start;
    let end = earlier.chars().rev().zip(text.chars().rev()).take(left).take_while(|(a, b)| a == b).count();
    5 * (start + end) >= 4 * old && 5 * new >= 4 * old
}

impl Store {
    /// Adds a text to the history, in place of an equal one or of its own earlier state; removes the oldest beyond the
    /// limits.
    pub fn remember_text(&self, pair: &LanguagePair, source: &str, target: &str) -> Result<()> {
        self.change(|change| {
            let newest = change
                .query_row(
                    "SELECT id, source FROM history WHERE source_language = ?1 AND target_language = ?2
                     AND id = (SELECT max(id) FROM history)",
                    (&pair.from, &pair.to),
                    |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
                )
                .optional()?;
            if let Some((id, _)) = newest.filter(|(_, earlier)| continues(earlier, source)) {
                change.execute("DELETE FROM history WHERE id = ?", [id])?;
            }
            change.execute(
                "DELETE FROM history WHERE source_language = ?1 AND target_language = ?2 AND source = ?3",
                (&pair.from, &pair.to, source),
            )?;
            change.execute(
                "INSERT INTO history (source_language, target_language, source, target, translated)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                (&pair.from, &pair.to, source, target, now()),
            )?;
            change.execute(
                "DELETE FROM history WHERE id IN (
                     SELECT id FROM (
                         SELECT id, row_number() OVER newest AS number,
                             sum(length(CAST(source || target AS BLOB))) OVER newest AS bytes
                         FROM history WINDOW newest AS (ORDER BY id DESC)
                     ) WHERE number > ?1 OR bytes > ?2)",
                (limits::HISTORY_TEXTS as i64, limits::HISTORY_BYTES as i64),
            )?;
            Ok(())
        })
    }

    /// Calls `visit` with the texts of the history, newest first, until it returns false.
    pub fn visit_history(&self, mut visit: impl FnMut(HistoryText) -> bool) -> Result<()> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT id, source_language, target_language, source, target, translated FROM history
                 ORDER BY id DESC",
            )?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                if !visit(text(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Removes a text; returns the number of those removed.
    pub fn remove_text(&self, id: i64) -> Result<usize> {
        self.run(|db| db.execute("DELETE FROM history WHERE id = ?", [id]))
    }

    /// Removes all texts; returns their number.
    pub fn clear_history(&self) -> Result<usize> {
        self.run(|db| db.execute("DELETE FROM history", []))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        (folder, store)
    }

    fn sources(store: &Store) -> Vec<String> {
        let mut sources = Vec::new();
        let mut visit = |text: HistoryText| {
            sources.push(text.source);
            true
        };
        store.visit_history(&mut visit).expect("reads");
        sources
    }

    #[test]
    fn a_text_that_is_being_typed_is_one_entry_and_others_have_their_own() {
        let (_folder, store) = store();
        let [pair, back] = ["de-en", "en-de"].map(|pair| pair.parse::<LanguagePair>().expect("a pair"));
        let add = |pair: &LanguagePair, text: &str| store.remember_text(pair, text, "x").expect("writes");
        for typed in
            ["Das", "Das Haus", "Das Haus ist alt.", "Das Haus war alt.", "Das Haus war alt. Der Hof"]
        {
            add(&pair, typed);
        }
        assert_eq!(sources(&store), ["Das Haus war alt. Der Hof"]);
        // Another language, another text, what is left after deleting, and an old text once more.
        add(&back, "Das Haus war alt. Der Hof auch.");
        add(&back, "Where is the station?");
        add(&back, "Where");
        add(&pair, "Das Haus war alt. Der Hof");
        let expected = [
            "Das Haus war alt. Der Hof",
            "Where",
            "Where is the station?",
            "Das Haus war alt. Der Hof auch.",
        ];
        assert_eq!(sources(&store), expected);
    }

    #[test]
    fn the_oldest_texts_leave_beyond_each_limit() {
        let (_folder, store) = store();
        let pair: LanguagePair = "ja-en".parse().expect("a pair");
        let fill = format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {})
             INSERT INTO history SELECT n, 'de', 'en', 'Text ' || n, 'x', 0 FROM n",
            limits::HISTORY_TEXTS + 3
        );
        store.change(|change| change.execute_batch(&fill)).expect("writes");
        store.remember_text(&pair, "新しい", "new").expect("writes");
        assert_eq!(sources(&store).len(), limits::HISTORY_TEXTS);
        assert_eq!(sources(&store).last().map(String::as_str), Some("Text 5"));
        // Three bytes a character.
        for (n, character) in ["一", "二", "三", "四", "五"].into_iter().enumerate() {
            store
                .remember_text(&pair, &character.repeat(limits::HISTORY_BYTES / 12 + 1), "x")
                .expect("writes");
            assert!(n > 0 || sources(&store).len() == limits::HISTORY_TEXTS);
        }
        let left: Vec<char> = sources(&store).iter().filter_map(|text| text.chars().next()).collect();
        assert_eq!(left, ['五', '四', '三']);
    }

    #[test]
    fn removed_texts_are_gone() {
        let (_folder, store) = store();
        let pair: LanguagePair = "de-en".parse().expect("a pair");
        for text in ["Eins.", "Zweitens."] {
            store.remember_text(&pair, text, "x").expect("writes");
        }
        let mut ids = Vec::new();
        let mut visit = |text: HistoryText| {
            ids.push(text.id);
            true
        };
        store.visit_history(&mut visit).expect("reads");
        assert_eq!(
            (store.remove_text(ids[0]).expect("writes"), store.remove_text(99).expect("writes")),
            (1, 0)
        );
        assert_eq!(sources(&store), ["Eins."]);
        assert_eq!(store.clear_history().expect("writes"), 1);
        assert!(sources(&store).is_empty());
    }
}
