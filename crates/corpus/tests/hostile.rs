//! No input makes a reader panic, run without end or use more memory than a small multiple of its size.

mod support;

use corpus::{AltSplit, Cleaning, Error, Input, PairOptions, clean, limits, read_lines, read_pairs};
use support::*;

#[test]
fn wrong_encodings_and_binary_data_are_refused_with_their_position() {
    let folder = Folder::new();
    let latin = folder.write("latin.tsv", b"\xef\xbb\xbfgut\tgood\nfr\xfch\tearly\n");
    let found = read(&latin);
    assert!(matches!(found, Err(Error::NotUtf8 { offset: 11, line: 2, .. })), "{found:?}");
    let zip = folder.write("a.zip", b"PK\x03\x04\x14\0\0\0");
    assert!(matches!(read(&zip), Err(Error::Binary { line: 1, .. })));
    assert!(matches!(read(folder.path().join("none").as_path()), Err(Error::Read { .. })));
    assert!(matches!(read(folder.path()), Err(Error::Read { .. })));
}

#[test]
fn endless_lines_and_markup_stop_at_their_limit() {
    let folder = Folder::new();
    let long = vec![b'a'; limits::LINE_BYTES + 1];
    let line = folder.write("line.tsv", &long);
    assert!(matches!(read(&line), Err(Error::LineTooLong { line: 1, .. })));
    let fits = [&long[1..], b"\r\n"].concat();
    let lines = read_lines(&[folder.write("fits.txt", fits)], "de", None, &mut |_| {}).unwrap();
    assert_eq!(lines.entries()[0].text().len(), limits::LINE_BYTES);
    let half = "a".repeat(limits::LINE_BYTES / 2 + 1);
    let markup = [
        format!("<tmx><tu a=\"{half}{half}"),
        format!("<tmx><!--{half}{half}"),
        format!("<tmx><tu><tuv lang=\"de\"><seg>{half}{half}"),
        format!("<tmx><tu><tuv lang=\"de\"><seg>{half}<ph/>{half}"),
        "<tmx>".repeat(1000),
    ];
    for text in markup {
        let found = read(&folder.write("m.tmx", text));
        assert!(
            matches!(&found, Err(Error::Tmx { reason, .. }) if reason.contains("more than")),
            "{found:?}"
        );
    }
    let source = folder.write("s.de.sgm", format!("<srcset><seg>{half}\n{half}"));
    assert!(matches!(read_two(&source, &line), Err(Error::LineTooLong { line: 1, .. })));
}

#[test]
fn decompression_bombs_are_refused() {
    let folder = Folder::new();
    let bomb = folder.write("bomb.txt.xz", xz(&b"\n".repeat(8 << 20)));
    let found = read_lines(&[bomb], "de", None, &mut |_| {});
    assert!(matches!(found, Err(Error::Inflation { .. })), "{found:?}");
}

#[test]
fn a_dictionary_beyond_memory_is_refused_before_it_is_allocated() {
    let folder = Folder::new();
    let mut bytes = xz(b"gut\tgood\n");
    // Stream header of 12 bytes, then the block header: size, flags, filter 0x21 (LZMA2), 1 byte of properties, which
    // is the dictionary's size, padding, CRC-32. (From the .xz file format, 1.2.0, sections 3.1 and 5.3.1.)
    assert_eq!(bytes[14..16], [0x21, 1]);
    bytes[16] = 40;
    let size = (bytes[12] as usize + 1) * 4;
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[12..12 + size - 4]);
    bytes[12 + size - 4..12 + size].copy_from_slice(&crc.sum().to_le_bytes());
    let found = message(read(&folder.write("large.xz", bytes)));
    assert!(found.contains("memory"), "{found}");
}

#[test]
fn damaged_and_cut_archives_are_an_error_not_a_short_corpus() {
    let folder = Folder::new();
    let text: String = (0..500).map(|i| format!("Satz {i}\tsentence {i}\n")).collect();
    for whole in [gz(text.as_bytes()), xz(text.as_bytes())] {
        for end in (7..whole.len()).step_by(whole.len() / 40) {
            let found = read(&folder.write("cut", &whole[..end]));
            assert!(
                matches!(found, Err(Error::Compressed { .. })),
                "cut at {end} of {}: {found:?}",
                whole.len()
            );
        }
    }
}

#[test]
fn no_change_of_a_file_makes_a_reader_panic() {
    let folder = Folder::new();
    let tmx = "<?xml version='1.0'?><tmx><body><tu><tuv xml:lang='de'><seg>Ein <hi>Wort</hi>&amp;<ph>x</ph></seg></tuv>\
               <tuv xml:lang='en'><seg>A &#x41; <![CDATA[word]]></seg></tuv></tu></body></tmx>";
    let sgml = "<srcset><doc><seg id=\"1\">ein &amp; Wort</seg>\n<seg id=\"2\">zwei</seg></doc></srcset>";
    let tsv = "Äpfel\tapples\n漢字\tletters\n";
    let seeds = [
        tmx.into(),
        sgml.into(),
        tsv.into(),
        xz(tsv.as_bytes()),
        gz(tmx.as_bytes()),
        utf_16(tmx),
        xz(sgml.as_bytes()),
    ];
    let tokens: [&[u8]; 12] =
        [b"<", b">", b"&", b";", b"\t", b"\n", b"<seg>", b"</seg>", b"</tu>", b"\0", b"\xff", b"<tu>"];
    let mut random = fastrand::Rng::with_seed(17);
    let mut read_well = 0;
    for round in 0..2100 {
        let mut bytes: Vec<u8> = seeds[round % seeds.len()].clone();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..bytes.len().max(1)).min(bytes.len());
            match random.u8(..4) {
                0 => bytes.truncate(at),
                1 => drop(bytes.splice(at..at, random.choice(tokens).unwrap().iter().copied())),
                2 => bytes[at..].iter_mut().take(1).for_each(|byte| *byte = random.u8(..)),
                _ => drop(bytes.drain(at..(at + random.usize(..9)).min(bytes.len()))),
            }
        }
        let path = folder.write("fuzzed.de", bytes);
        for pairs in [read(&path), read_two(&path, &path)].into_iter().flatten() {
            read_well += 1;
            let (kept, report) = clean(pairs, &Cleaning::default());
            assert_eq!(kept.len() as u64, report.kept);
        }
    }
    assert!(read_well > 200, "most changes break nothing that is parsed, {read_well} files were read");
}

#[test]
fn no_change_of_alt_makes_its_reader_panic() {
    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(23);
    let names = ["URL-dev.txt", "data_en.txt", "data_ja.txt"];
    let texts = ["URL.1\ta\nURL.2\tb\n", "SNT.1.1\tone\nSNT.2.1\ttwo\n", "SNT.1.1\t一\nSNT.2.1\t二\n"];
    let (mut good, mut bad) = (0, 0);
    for _ in 0..500 {
        for (name, text) in names.into_iter().zip(texts) {
            let mut bytes = text.as_bytes().to_vec();
            if random.bool() {
                let at = random.usize(..bytes.len());
                bytes[at] = *random.choice(b"\n\t.09Sx\xff").unwrap();
            }
            folder.write(name, bytes);
        }
        let input = [Input::Alt(folder.path().to_owned(), AltSplit::Dev)];
        match read_pairs(&input, &PairOptions::new("ja", "en"), &mut |_| {}) {
            Ok(pairs) => good += usize::from(pairs.len() <= 2),
            Err(_) => bad += 1,
        }
    }
    assert!(good > 50 && bad > 50, "{good} read, {bad} refused");
}
