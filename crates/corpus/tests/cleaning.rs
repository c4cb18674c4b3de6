//! Every defect is found, counted and dropped; samples and splits are repeatable and clean.

mod support;

use corpus::{
    Cause, Cleaning, Error, HeldOut, Input, PairOptions, ParallelCorpus, Sample, clean, read_lines,
    read_pairs,
};
use support::*;

fn held_out(text: &str) -> HeldOut {
    HeldOut::new("test.tsv", &pairs(text))
}

#[test]
fn each_defect_is_counted_once_under_its_cause() {
    let sound = "Guten Morgen, meine Damen.\tGood morning, ladies.\n";
    let long = format!("{}\tlong\n", "sehr ".repeat(300));
    let text = [
        sound,
        "  Guten  Morgen, meine\u{a0}Damen. \tGood morning, ladies.\n",
        "\tnothing here\n",
        "Windows NT\tWindows NT\n",
        "Это русский текст.\tThis is Russian.\n",
        "Ein kurzer Satz.\tA sentence that goes on and on, as though nobody had aligned it with what it stands beside.\n",
        &long,
        "Das steht im Test!\tThis is in the test.\n",
        "So ein Satz.\tA GERMAN test sentence\n",
        "U\u{308}ber alles.\tAbove all.\n",
        "Über alles.\tAbove all.\n",
        "Zwei Sätze.\tTwo sentences.\n",
    ]
    .concat();
    let tests = "Das steht im Test\tanother\nx\tA German test-sentence.\n\t\n…\t!\n";
    let cleaning = Cleaning { held_out: vec![held_out(tests)], ..Cleaning::default() };
    let (cleaned, report) = clean(pairs(&text), &cleaning);
    let expected = [
        ("Guten Morgen, meine Damen.", "Good morning, ladies."),
        ("Über alles.", "Above all."),
        ("Zwei Sätze.", "Two sentences."),
    ];
    assert_eq!(sides(&cleaned), expected);
    assert_eq!((report.read, report.kept), (12, 3));
    let causes = [
        (Cause::Empty, 1),
        (Cause::TooLong, 1),
        (Cause::SameSides, 1),
        (Cause::WrongScript, 1),
        (Cause::LengthRatio, 1),
        (Cause::Duplicate, 2),
        (Cause::Leaked, 2),
    ];
    for (cause, count) in causes {
        assert_eq!(report.dropped(cause), count, "{cause:?}\n{report}");
    }
    assert_eq!((report.leaks[0].held_out.as_str(), report.leaks[0].count), ("test.tsv", 2));
    assert_eq!(cleaned.text_sources()[0].kept, 3);
}

#[test]
fn the_report_is_a_short_table_and_json() {
    let (_, report) = clean(pairs("a b c\td e f\na b c\td e f\n\t\n"), &Cleaning::default());
    let expected = "3 read, 1 kept\n  empty                           1\n  \
                    duplicate                       1   a b c | d e f";
    assert_eq!(report.to_string(), expected);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["dropped"]["duplicate"]["count"], 1);
    assert_eq!(json["kept"], 1);
}

#[test]
fn limits_are_configurable() {
    let text =
        "Ja.\tYes, certainly, by all means, whatever you like, any time.\nTom\tTom\nНет спасибо\tno thanks\n";
    let lenient = Cleaning { max_ratio: f32::INFINITY, min_script_share: 0.0, ..Cleaning::default() };
    let (kept, _) = clean(pairs(text), &lenient);
    assert_eq!(kept.len(), 2, "only the side that equals the other is dropped");
    let (kept, report) = clean(pairs(text), &Cleaning { max_chars: 3, ..lenient });
    assert_eq!((kept.len(), report.dropped(Cause::TooLong)), (0, 2));
}

#[test]
fn lengths_are_compared_with_the_median_ratio_of_the_two_languages() {
    let folder = Folder::new();
    let usual =
        "彼は昨日東京に行きました。\tHe went to Tokyo yesterday, as far as I have been told by her.\n";
    let text = format!("{}彼は昨日東京に行きましたと彼女は言いました。\tGone.\n", usual.repeat(9));
    let input = [Input::File(folder.write("ja.tsv", text))];
    let pairs = read_pairs(&input, &PairOptions::new("ja", "en"), &mut |_| {}).unwrap();
    let (_, report) = clean(pairs, &Cleaning::default());
    assert_eq!((report.dropped(Cause::LengthRatio), report.dropped(Cause::Duplicate)), (1, 8));
    assert!(report.typical_ratio.unwrap() > 2.0);
}

#[test]
fn lines_of_one_language_are_cleaned_the_same_way() {
    let folder = Folder::new();
    let text = "これは文です。\nThis is English.\n\nこれは文です。\nこれはテスト。\n";
    let lines = read_lines(&[folder.write("ja.txt", text)], "ja", None, &mut |_| {}).unwrap();
    let cleaning = Cleaning { held_out: vec![held_out("x\tこれはテスト！\n")], ..Cleaning::default() };
    let (kept, report) = clean(lines, &cleaning);
    assert_eq!(kept.entries().iter().map(|line| line.text()).collect::<Vec<_>>(), ["これは文です。"]);
    for cause in [Cause::Empty, Cause::WrongScript, Cause::Duplicate, Cause::Leaked] {
        assert_eq!(report.dropped(cause), 1, "{cause:?}");
    }
    assert_eq!(report.typical_ratio, None);
}

/// `count` pairs, no two alike.
fn numbered(count: usize) -> ParallelCorpus {
    pairs(&(0..count).map(|i| format!("Satz {i}\tsentence {i}\n")).collect::<String>())
}

#[test]
fn sampling_during_reading_selects_the_same_as_afterwards() {
    let folder = Folder::new();
    let text =
        |from: usize| -> String { (from..from + 300).map(|i| format!("Satz {i}\tsentence {i}\n")).collect() };
    let inputs = [folder.write("a.tsv", text(0)), folder.write("b.tsv", text(300))].map(Input::File);
    let read = |sample| read_pairs(&inputs, &PairOptions { sample, ..de_en() }, &mut |_| {}).unwrap();
    let streamed = read(Some(Sample { seed: 5, count: 100 }));
    assert_eq!(streamed, read(None).sample(5, 100));
    assert_ne!(streamed, read(None).sample(6, 100));
    assert_eq!(streamed.text_sources().iter().map(|text_source| text_source.kept).sum::<u64>(), 100);
    let (first, rest) = streamed.split_at(30);
    assert_eq!((first.len(), rest.len()), (30, 70));
    assert_eq!(sides(&first), sides(&read(None).sample(5, 30)));
}

#[test]
fn held_out_pairs_share_no_side_with_training_pairs() {
    let mut all = numbered(200);
    all.append(pairs(&(0..200).map(|i| format!("Satz {i}!\tother {i}\n")).collect::<String>()));
    let split = |seed| all.clone().split_held_out(50, seed).unwrap();
    let parts = split(9);
    assert_eq!(parts, split(9));
    assert_ne!(parts.held_out, split(10).held_out);
    assert_eq!(parts.held_out.len(), 50);
    assert_eq!(parts.train.len() + parts.dropped, 350);
    assert!(parts.dropped > 25, "each sentence has a near-duplicate in the other file");
    let held = HeldOut::new("held", &parts.held_out);
    let (clean_train, report) =
        clean(parts.train.clone(), &Cleaning { held_out: vec![held], ..Cleaning::default() });
    assert_eq!((clean_train.len(), report.dropped(Cause::Leaked)), (parts.train.len(), 0));
    assert_eq!(parts.train.text_sources().len(), 2);
}

#[test]
fn not_everything_can_be_held_out() {
    assert!(matches!(numbered(5).split_held_out(5, 1), Err(Error::TooFew { wanted: 5, available: 5 })));
    let alike = pairs(&"Ja.\tYes.\n".repeat(5));
    assert!(matches!(alike.split_held_out(1, 1), Err(Error::TooFew { .. })));
}

#[test]
fn a_side_alone_is_text_to_pre_train_on() {
    let all = numbered(3);
    let (source, target) = (all.side::<0>(), all.side::<1>());
    assert_eq!((source.languages()[0].as_str(), target.languages()[0].as_str()), ("de", "en"));
    assert_eq!(target.entries()[2].text(), "sentence 2");
    assert_eq!(source.text_sources(), all.text_sources());
}
