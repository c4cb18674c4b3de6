//! Every format as its owners write it, and the errors of malformed files.

mod support;

use corpus::{AltSplit, Error, Input, PairOptions, Sample, read_lines, read_pairs};
use support::*;

#[test]
fn tsv_is_read_line_for_line() {
    let folder = Folder::new();
    let text = "\u{feff}Hallo!\tHello!\r\n\r\n  Ja. \tYes.\tCC-BY\n\tno source\n\u{feff}Ende\tEnd";
    let pairs = read(&folder.write("a.tsv", text)).unwrap();
    let expected =
        [("Hallo!", "Hello!"), ("", ""), ("  Ja. ", "Yes."), ("", "no source"), ("\u{feff}Ende", "End")];
    assert_eq!(sides(&pairs), expected);
    let [text_source] = pairs.text_sources() else { panic!("one text source") };
    assert_eq!((text_source.sentences, text_source.skipped, text_source.kept), (5, 0, 5));
    let options = PairOptions { columns: [2, 0], ..de_en() };
    let swapped = folder.write("b.tsv", "one\tx\teins\n");
    assert_eq!(
        sides(&read_pairs(&[Input::File(swapped)], &options, &mut |_| {}).unwrap()),
        [("eins", "one")]
    );
}

#[test]
fn a_few_lines_without_a_tab_are_skipped_and_counted_more_are_an_error() {
    let folder = Folder::new();
    let good = "gut\tgood\n".repeat(99);
    let pairs = read(&folder.write("one.tsv", format!("no tab\n{good}"))).unwrap();
    assert_eq!((pairs.len(), pairs.text_sources()[0].skipped), (99, 1));
    let said = message(read(&folder.write("two.tsv", format!("{good}no tab\nnone\n"))));
    assert!(said.contains("2 of 101 lines have no column 2"), "{said}");
    assert!(said.contains("first such line: 100"), "{said}");
}

#[test]
fn moses_files_go_line_by_line_in_the_order_of_the_languages() {
    let folder = Folder::new();
    let (de, en) = (folder.write("c.de", "eins\n\nzwei\n"), folder.write("c.en", "one\n\ntwo"));
    let pairs = read_two(&en, &de).unwrap();
    assert_eq!(sides(&pairs), [("eins", "one"), ("", ""), ("zwei", "two")]);
    let braces = folder.path().join("c.{en,de}").display().to_string();
    assert_eq!(read_pairs(&[Input::from(braces.as_str())], &de_en(), &mut |_| {}).unwrap().len(), 3);
    assert_eq!(pairs.text_sources()[0].files.len(), 2);
}

#[test]
fn uneven_moses_files_are_refused_with_their_counts_and_beginnings() {
    let folder = Folder::new();
    let (de, en) = (folder.write("c.de", "eins\nzwei\ndrei\n"), folder.write("c.en", "one\n"));
    let said = message(read_two(&de, &en));
    assert!(said.contains("not 3 and 1") && said.contains("\"eins\" and \"one\""), "{said}");
    let said = message(read_two(&folder.write("empty.de", ""), &en));
    assert!(said.contains("not 0 and 1") && said.contains("\"\" and \"one\""), "{said}");
}

const TMX: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
  <header srclang="de-DE" segtype="sentence"><note>no <b>text</b></note></header>
  <body>
    <tu tuid="1"><prop type="x">p</prop>
      <tuv xml:lang="EN-us"><seg>A &lt;bold&gt; <bpt i="1">&lt;b&gt;</bpt>word<ept i="1">&lt;/b&gt;</ept>
&amp;<ph x="1"><sub>footnote</sub>code</ph> <hi>more</hi><ph/>&#33;</seg></tuv>
      <tuv xml:lang="de-DE"><seg>Ein <![CDATA[<fettes>]]> Wort&nbsp;!</seg></tuv>
    </tu>
    <tu><tuv xml:lang="de"><seg>nur Deutsch</seg></tuv><tuv xml:lang="fr"><seg>oui</seg></tuv></tu>
    <tu><tuv lang="de-AT"><seg>Jänner</seg></tuv><tuv lang="de"><seg>Januar</seg></tuv>
      <tuv lang="en"><seg>January</seg></tuv><tuv lang="EN"><seg>a second one</seg></tuv></tu>
    <tu><tuv xml:lang="de"><seg/></tuv><tuv xml:lang="en"><seg>empty</seg></tuv></tu>
  </body>
</tmx>
"#;

#[test]
fn tmx_gives_the_text_of_both_languages_without_codes() {
    let folder = Folder::new();
    let expected =
        [("Ein <fettes> Wort\u{a0}!", "A <bold> word\n& more!"), ("Januar", "January"), ("", "empty")];
    for bytes in [TMX.as_bytes().to_vec(), utf_16(&TMX.replace("UTF-8", "UTF-16")), xz(TMX.as_bytes())] {
        let pairs = read(&folder.write("memory.tmx", bytes)).unwrap();
        assert_eq!(sides(&pairs), expected);
        assert_eq!((pairs.text_sources()[0].sentences, pairs.text_sources()[0].skipped), (3, 1));
    }
}

#[test]
fn tmx_chooses_the_requested_region() {
    let folder = Folder::new();
    let unit = "<tmx><tu><tuv xml:lang='en-US'><seg>color</seg></tuv><tuv xml:lang='en-GB'><seg>colour</seg></tuv>\
                </tu></tmx>";
    let input = [Input::File(folder.write("m.tmx", unit))];
    let options = PairOptions::new("en-GB", "en_us");
    assert_eq!(sides(&read_pairs(&input, &options, &mut |_| {}).unwrap()), [("colour", "color")]);
}

#[test]
fn invalid_tmx_is_refused_with_its_line() {
    let folder = Folder::new();
    let error = |text: &str| message(read(&folder.write("m.tmx", text)));
    let mismatched = TMX.replace("nur Deutsch</seg>", "nur Deutsch</sog>");
    assert!(error(&mismatched).contains("line 11 of the TMX file is invalid"), "{}", error(&mismatched));
    assert!(error(&TMX[..TMX.len() - 20]).contains("line 14"), "{}", error(&TMX[..TMX.len() - 20]));
    assert!(error(&TMX.replace("</body>\n</tmx>", "")).contains("ends before its last element does"));
    assert!(error("<tmx><tu><tuv><seg>x</seg></tuv></tu></tmx>").contains("names no language"));
    assert!(error("<tmx><tu><tuv lang='de'><seg>a & b</seg></tuv></tu></tmx>").contains("line 1"));
    let said =
        error("<tmx><tu><tuv lang='fr'><seg>x</seg></tuv><tuv lang='it'><seg>x</seg></tuv></tu></tmx>");
    assert!(said.contains("both de and en, only: fr, it"), "{said}");
    let latin = folder.write("latin.tmx", b"<tmx><tu><tuv lang='de'><seg>\xfc</seg></tuv></tu></tmx>");
    assert!(matches!(read(&latin), Err(Error::Tmx { line: 1, .. })), "{:?}", read(&latin));
}

#[test]
fn wmt_test_sets_are_read_from_sgml() {
    let folder = Folder::new();
    let source = "<srcset setid=\"newstest2018\" srclang=\"any\">\n<doc sysid=\"ref\" docid=\"a.1\" genre=\"news\">\n<p>\n\
                  <seg id=\"1\">Müller & Söhne</seg>\n<seg id=\"2\">AT&amp;T sagt\nnein.</seg>\n</p>\n</doc>\n</srcset>";
    let target = "<refset setid=\"newstest2018\" srclang=\"any\" trglang=\"en\">\n<doc><p><SEG id=\"1\">Müller & Sons\
                  </SEG><seg id=\"2\">AT&amp;T says no.</seg></p></doc></refset>";
    let source = folder.write("newstest2018-deen-src.de.sgm", source);
    let target = folder.write("newstest2018-deen-ref.en.sgm", target);
    let expected = [("Müller & Söhne", "Müller & Sons"), ("AT&T sagt nein.", "AT&T says no.")];
    assert_eq!(sides(&read_two(&target, &source).unwrap()), expected);
    let plain = folder.write("lines.en", "one\n");
    assert!(message(read_two(&source, &plain)).contains("not 2 and 1"));
    let cut = folder.write("cut.de.sgm", "<srcset>\n<seg id=\"1\">no end\n");
    assert!(matches!(read_two(&cut, &plain), Err(Error::Sgml { line: 2, .. })));
}

/// ALT in small: articles 1 and 2 to train on, 3 the development split, 4 the test.
fn alt() -> Folder {
    let folder = Folder::new();
    let sentences = |language: &str| {
        let line = |(article, number)| format!("SNT.{article}.{number}\t{language} {article} {number}\n");
        [(1, 1), (1, 2), (2, 7), (3, 1), (4, 1), (4, 2)].map(line).concat()
    };
    let japanese = sentences("ja").replace("SNT.1.2\tja 1 2\n", "").replace("ja 4 2", "");
    folder.write("ALT-Parallel-Corpus-20191206/data_ja.txt", japanese);
    folder.write("ALT-Parallel-Corpus-20191206/data_en.txt", sentences("en"));
    folder.write("URL-train.txt", "URL.2\thttp://a\nURL.1\thttp://b\n");
    folder.write("URL-dev.txt", "URL.3\thttp://c\n");
    folder.write("URL-test.txt", "URL.4\thttp://d\n\n");
    folder
}

#[test]
fn alt_is_joined_by_name_and_split_by_article() {
    let folder = alt();
    let options = PairOptions::new("en", "ja");
    let read =
        |split| read_pairs(&[Input::Alt(folder.path().to_owned(), split)], &options, &mut |_| {}).unwrap();
    assert_eq!(sides(&read(AltSplit::Train)), [("en 1 1", "ja 1 1"), ("en 2 7", "ja 2 7")]);
    assert_eq!(sides(&read(AltSplit::Test)), [("en 4 1", "ja 4 1")]);
    assert_eq!(read(AltSplit::Train).text_sources()[0].skipped, 1);
    let japanese = read(AltSplit::Dev).side::<1>();
    assert_eq!((japanese.len(), japanese.entries()[0].text()), (1, "ja 3 1"));
    assert_eq!(japanese.languages(), &["ja"]);
}

#[test]
fn missing_and_malformed_alt_files_are_named() {
    let folder = alt();
    let read = |options: &PairOptions| {
        read_pairs(&[Input::Alt(folder.path().to_owned(), AltSplit::Dev)], options, &mut |_| {})
    };
    let options = PairOptions::new("en", "km");
    assert!(message(read(&options)).contains("needs the file data_khm.txt"));
    folder.write("data_km.txt", "");
    folder.write("data_khm.txt", "SNT.3.1\tkm\nSNT.x\ty\n");
    assert!(matches!(read(&options), Err(Error::AltLine { line: 2, .. })));
    folder.write("URL-dev.txt", "3\n");
    assert!(message(read(&options)).contains("line 1 does not begin with URL.ARTICLE"));
}

#[test]
fn wmt19_is_sampled_and_split_as_in_the_paper() {
    let folder = Folder::new();
    let lines: String = (0..21_000).map(|i| format!("de {i}\ten {i}\n")).collect();
    let train = [Input::File(folder.write("train.tsv", lines))];
    let data = |seed| {
        let sample = Some(Sample { seed, count: 20_000 });
        read_pairs(&train, &PairOptions { sample, ..de_en() }, &mut |_| {}).unwrap().split_at(2000)
    };
    assert_eq!(data(1), data(1));
    assert_ne!(data(1), data(2));
    let (monolingual, pairs) = data(1);
    assert_eq!((monolingual.len(), pairs.len()), (2000, 18_000));
    let (source, target) = (monolingual.side::<0>(), monolingual.side::<1>());
    for (source, target) in source.entries().iter().zip(target.entries()) {
        assert_eq!(source.text().replace("de", "en"), target.text());
        assert!(pairs.entries().iter().all(|pair| pair.source() != source.text()), "in both parts");
    }
}

#[test]
fn compressed_and_plain_files_are_the_same() {
    let folder = Folder::new();
    let text = "Äpfel\tapples\nBirnen\tpears\n";
    let (first, second) = text.split_at(15);
    let streams = [xz(first.as_bytes()), xz(second.as_bytes())].concat();
    let members = [gz(first.as_bytes()), gz(second.as_bytes())].concat();
    for bytes in
        [text.as_bytes().to_vec(), xz(text.as_bytes()), gz(text.as_bytes()), streams, members, utf_16(text)]
    {
        let pairs = read(&folder.write("any-name", bytes)).unwrap();
        assert_eq!(sides(&pairs), [("Äpfel", "apples"), ("Birnen", "pears")]);
    }
}

#[test]
fn lines_of_one_language_are_read_from_several_files() {
    let folder = Folder::new();
    let paths = [folder.write("a.txt", "eins\n\nzwei"), folder.write("b.txt.gz", gz(b"drei\n"))];
    let mut reports = Vec::new();
    let lines = read_lines(&paths, "de", None, &mut |p| {
        reports.push((p.name.to_owned(), p.bytes_read, p.bytes_total))
    })
    .unwrap();
    let texts: Vec<_> = lines.entries().iter().map(|line| line.text()).collect();
    assert_eq!(texts, ["eins", "", "zwei", "drei"]);
    assert_eq!(reports[0], (paths[0].display().to_string(), 10, 10));
    assert_eq!(reports.len(), 2);
}

#[test]
fn text_sources_record_what_was_read() {
    let folder = Folder::new();
    let pairs = read(&folder.write("abc", "abc\tabc")).unwrap();
    let file = &pairs.text_sources()[0].files[0];
    // From `printf 'abc\tabc' | sha256sum`.
    assert_eq!(file.sha256, "8b7907b46c5ae8f305b8e383a3ff86e6b6c161bae4ddd213d06e909d641c380d");
    assert_eq!(file.bytes, 7);
    let json = serde_json::to_value(pairs.text_sources()).unwrap();
    assert_eq!(json[0]["kept"], 1);
}

#[test]
fn what_is_read_is_what_was_written() {
    let mut random = fastrand::Rng::with_seed(11);
    let letters: Vec<char> = "aé漢 <>&\"'ß\u{1f600}\u{2028}.".chars().collect();
    let folder = Folder::new();
    for round in 0..60 {
        let mut text = || -> String {
            (0..random.usize(1..20)).map(|_| letters[random.usize(..letters.len())]).collect()
        };
        let written: Vec<(String, String)> = (0..20).map(|_| (text(), text())).collect();
        let tsv: String = written.iter().map(|(de, en)| format!("{de}\t{en}\n")).collect();
        let unit = |(de, en): &(String, String)| {
            let (de, en) = (quick_xml::escape::escape(de), quick_xml::escape::escape(en));
            format!(
                "<tu><tuv xml:lang=\"en\"><seg>{en}</seg></tuv><tuv xml:lang=\"de\"><seg>{de}</seg></tuv></tu>\n"
            )
        };
        let tmx = format!("<tmx>{}</tmx>", written.iter().map(unit).collect::<String>());
        let (de, en): (String, String) =
            written.iter().map(|(de, en)| (format!("{de}\n"), format!("{en}\n"))).unzip();
        let pack: fn(&[u8]) -> Vec<u8> = [<[u8]>::to_vec, gz, xz][round % 3];
        let (de, en) = (folder.write("r.de", pack(de.as_bytes())), folder.write("r.en", pack(en.as_bytes())));
        let read = [
            read(&folder.write("r.tsv", pack(tsv.as_bytes()))),
            read(&folder.write("r.tmx", pack(tmx.as_bytes()))),
            read_two(&de, &en),
        ];
        for pairs in read {
            let pairs = pairs.unwrap();
            let expected: Vec<_> = written.iter().map(|(de, en)| (de.as_str(), en.as_str())).collect();
            assert_eq!(sides(&pairs), expected);
        }
    }
}
