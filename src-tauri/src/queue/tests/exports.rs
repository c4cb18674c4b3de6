//! The columns of tables, and translated documents in other forms.

use super::*;
use crate::page::{Column, ExportKind};

fn chosen(columns: &[Column]) -> Vec<bool> {
    columns.iter().map(|column| column.chosen).collect()
}

#[test]
fn a_table_waits_until_its_columns_are_chosen() {
    let fixture = fixture();
    fixture.add(&["a.csv", "日.csv", "b.csv"]);
    let rows = fixture.queue.rows();
    assert_eq!(fixture.states(), [RowState::Held; 3]);
    assert_eq!(chosen(&rows[0].columns), [false, true, true]);
    fixture.queue.choose_columns(rows[0].id, &[0, 2]).unwrap();
    fixture.queue.choose_columns(rows[1].id, &[1]).unwrap();
    assert_eq!(chosen(&fixture.queue.rows()[0].columns), [true, false, true]);
    assert_eq!(fixture.fake.take_calls(), [""; 0], "nothing starts yet");
    fixture.queue.resume(&fixture.translator, Some(rows[0].id)).unwrap();
    let japanese = LanguagePair { from: "ja".into(), to: "en".into() };
    fixture.queue.set_pair(&fixture.translator, rows[1].id, japanese).unwrap();
    fixture.queue.resume(&fixture.translator, Some(rows[2].id)).unwrap();
    let submitted =
        ["submit a.csv [0, 2] de-en as 0", "submit 日.csv [1] ja-en as 1", "submit b.csv de-en as 2"];
    assert_eq!(fixture.fake.take_calls(), submitted);
    assert!(matches!(fixture.queue.choose_columns(99, &[]), Err(Error::NoSuchDocument)));
}

#[test]
fn a_restored_table_keeps_its_columns_in_another_pair() {
    let fixture = fixture();
    *fixture.fake.stored.lock() = vec![stored(7, "a.csv", JobState::Paused)];
    fixture.queue.restore(&fixture.translator).unwrap();
    let back = LanguagePair { from: "en".into(), to: "de".into() };
    fixture.queue.set_pair(&fixture.translator, fixture.ids()[0], back).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["forget 7", "submit a.csv [1] en-de as 0"]);
}

/// What was translated stays in the store: the job is the same one.
#[test]
fn a_table_that_is_done_is_translated_again_with_other_columns() {
    let fixture = fixture();
    fixture.add(&["a.csv"]);
    let id = fixture.ids()[0];
    fixture.queue.resume(&fixture.translator, Some(id)).unwrap();
    let ends = [JobEvent::Finished(result(Some(path("a.en.csv")))), JobEvent::Failed(problem("read"))];
    for end in ends {
        fixture.fake.emit(0, end);
        fixture.fake.take_calls();
        fixture.queue.choose_columns(id, &[0]).unwrap();
        fixture.queue.resume(&fixture.translator, Some(id)).unwrap();
        assert_eq!(fixture.fake.take_calls(), ["columns [0] 0", "resume 0"]);
        assert_eq!(chosen(&fixture.queue.rows()[0].columns), [true, false, false]);
    }
    fixture.fake.emit(0, JobEvent::Failed(problem("read")));
    fixture.fake.take_calls();
    fixture.queue.resume(&fixture.translator, Some(id)).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["resume 0"], "they are known");
    fixture.fake.emit(0, JobEvent::Failed(problem("read")));
    fixture.queue.choose_columns(id, &[2]).unwrap();
    *fixture.fake.next_error.lock() = Some(problem(NO_SUCH_JOB));
    fixture.fake.take_calls();
    fixture.queue.resume(&fixture.translator, Some(id)).unwrap();
    assert_eq!(fixture.fake.take_calls(), ["columns [2] 0", "submit a.csv [2] de-en as 1"]);
}

#[test]
fn a_restored_table_shows_its_columns() {
    let fixture = fixture();
    let table = |job, name, columns| StoredJob { columns, ..stored(job, name, JobState::Done) };
    *fixture.fake.stored.lock() =
        vec![table(7, "a.csv", Some(vec![2])), table(8, "B.CSV", None), table(9, "a.txt", None)];
    fixture.queue.restore(&fixture.translator).unwrap();
    fixture.queue.look_into_restored(&fixture.translator);
    let rows = fixture.queue.rows();
    let shown: Vec<_> = rows.iter().map(|row| chosen(&row.columns)).collect();
    assert_eq!(shown, [vec![false, false, true], vec![false, true, true], vec![]]);
    assert!(rows.iter().all(|row| row.state == RowState::Done));
}

#[test]
fn corrections_that_a_translation_may_lose_are_counted() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    fixture.fake.emit(0, JobEvent::Finished(result(None)));
    let id = fixture.ids()[0];
    fixture.fake.take_calls();
    let draft = Draft { index: 1, source: "Satz".into(), text: "Sentence".into() };
    fixture.queue.keep_drafts(id, vec![draft]).unwrap();
    assert_eq!(fixture.queue.corrections_at_risk(&fixture.translator, id).unwrap(), 3);
    assert_eq!(fixture.fake.take_calls(), ["at risk 0"]);
    *fixture.fake.next_error.lock() = Some(problem(NO_SUCH_JOB));
    assert_eq!(fixture.queue.corrections_at_risk(&fixture.translator, id).unwrap(), 0);
    let back = LanguagePair { from: "en".into(), to: "de".into() };
    fixture.queue.set_pair(&fixture.translator, id, back).unwrap();
    assert_eq!((fixture.queue.rows()[0].drafts, fixture.queue.drafts.of(JobId(0))), (0, vec![]));
}

#[test]
fn a_translated_document_is_exported() {
    let fixture = fixture();
    fixture.add(&["a.txt"]);
    let id = fixture.ids()[0];
    assert!(matches!(fixture.queue.export_beside(&fixture.translator, id), Err(Error::NotFinished(_))));
    fixture.fake.emit(0, JobEvent::Finished(result(Some(path("a.en.txt")))));
    fixture.fake.take_calls();
    assert_eq!(fixture.queue.export_beside(&fixture.translator, id).unwrap(), "a.en.html");
    let proposed = fixture.queue.export_path(id, ExportKind::Memory).unwrap();
    assert_eq!(proposed, path("a.en.txt.de-en.tmx"));
    assert_eq!(fixture.queue.export_path(id, ExportKind::Bilingual).unwrap(), path("a.en.txt.de-en.html"));
    let name = fixture.queue.export(&fixture.translator, id, (ExportKind::Memory, &proposed)).unwrap();
    assert_eq!(name, "a.en.txt.de-en.tmx", "the page sees no path");
    let calls = [
        format!("export beside {} 0", path("a.en.txt").display()),
        format!("export Memory {} 0", proposed.display()),
    ];
    assert_eq!(fixture.fake.take_calls(), calls);
    *fixture.fake.next_error.lock() = Some(problem("exists"));
    let again = fixture.queue.export(&fixture.translator, id, (ExportKind::Bilingual, &proposed));
    assert_eq!(again.unwrap_err().problem(), problem("exists"));
}
