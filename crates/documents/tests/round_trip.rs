//! Properties on random documents: writing the source's own text changes nothing, and a Markdown document is read
//! back as the translations that were written into it.

use documents::{Document, FindingKind, Format, SpanKind, Translation};
use fastrand::Rng;

const DOCUMENTS: usize = 4000;

const MARKDOWN: &[&str] = &[
    "word",
    "two words",
    "Ein Satz. Noch einer!",
    "日本語の文。",
    "*em*",
    "**strong**",
    "_a_",
    "~~del~~",
    "`code`",
    "``a ` b``",
    "[link](url)",
    "[link *em*](<u v> \"t\")",
    "[ref]",
    "[ref][]",
    "[x][ref]",
    "![alt](i.png)",
    "[![b](c)](d)",
    "<https://x.y>",
    "https://a.b/c_d",
    "<b>bold</b>",
    "<br>",
    "<!-- c -->",
    "</i>",
    "<kbd>K</kbd>",
    "&amp;",
    "\\*",
    "\\",
    "$x_1$",
    "$",
    "[^1]",
    "***",
    "**",
    "*",
    "_",
    "`",
    "~",
    "[",
    "]",
    "(",
    ")",
    "!",
    "|",
    "<",
    ">",
    "#",
    "-",
    "+",
    "1.",
    ":",
    "=",
    "{#a}",
    "\u{a0}",
    "\u{3000}",
    "é😀",
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\t",
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "\r\n",
    "  \n",
    "\\\n",
    "\n> ",
    "\n>\n> ",
    "\n- ",
    "\n  - ",
    "\n1. ",
    "\n# ",
    "\n## ",
    "\n===\n",
    "\n---\n",
    "\n\n    ",
    "\n```\n",
    "\n| a | b |\n|---|:-:|\n| c | ",
    " |\n",
    "\n<div>\n",
    "\n[ref]: u\n",
    "\n[^1]: note\n",
    "\n- [ ] ",
    "\n> [!NOTE]\n> ",
    "---\nt: v\n---\n",
    "+++\n",
    "$$\nx\n$$",
];

const TRANSLATIONS: &[&str] = &[
    "Wort",
    "zwei Wörter",
    "翻訳された文。",
    "Ein Satz.",
    "code",
    "`code`",
    "link",
    "em",
    "strong",
    "bold",
    "https://a.b/c_d",
    "K",
    "*",
    "_",
    "**x**",
    "`",
    "~",
    "[",
    "](",
    "!",
    "|",
    "<",
    "<b>",
    "&amp;",
    "#",
    "-",
    "+",
    "1.",
    ">",
    "=",
    "$",
    "\\",
    "{",
    ":",
    "\n",
    " ",
    " ",
    " ",
    " ",
    "「",
    "」",
    "é😀",
    "\t",
    "\0",
    "***",
    "---",
];

const PLAIN: &[&str] = &[
    "word ",
    "A longer run of words that fills most of a line of text, ",
    "日本語の文が続く。",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "  ",
    "\t",
    "- ",
    "• ",
    "1. ",
    "https://a.b/c",
    "://",
    "http://",
    "12",
    "---",
    "é😀",
    "\u{a0}",
    "\u{3000}",
    "<i>",
    "</i>",
    "<b>",
    "{\\an8}",
    "<",
    "{\\",
    ">",
    "1\n00:00:01,000 --> 00:00:02,000\n",
    "2\n",
    "00:00:01,000 --> 00:00:02,000\n",
    "-->",
    "\u{0}",
    "<font color=\"x\">",
    "</font>",
];

/// The pieces of random files of the other formats.
const PARTS: &[(Format, &str, &[&str])] = &[
    (
        Format::Html,
        "",
        &[
            "word ",
            "two words. ",
            "日本語 ",
            "<b>",
            "</b>",
            "<p>",
            "</p>",
            "<i class=x>",
            "</i>",
            "<br>",
            "<img alt='a pic'>",
            "<code>",
            "</code>",
            "&amp;",
            "&nbsp;",
            "&",
            "<",
            ">",
            "\"",
            "<a title=\"t x\" href=u>",
            "</a>",
            "<!-- c -->",
            "<script>",
            "</script>",
            "\n",
            "\r\n  ",
            "<div translate=no>",
            "</div>",
            "<li>",
            "<ul>",
            "</ul>",
            "<svg>",
            "</svg>",
            "<title>",
            "</title>",
            "<input value=go type=submit>",
            "<",
            "</",
            "<!",
            "<?x?>",
            "\0",
        ],
    ),
    (
        Format::Json,
        "",
        &[
            // Several values may follow each other.
            "{\"id\": [\"a b\"], \"e\": \"",
            "\"}",
            "{\"k\": \"a {b} <c>d</c>\",}",
            "\"a b\"",
            "\"c \\\"d\\u00e9\\n e f\"",
            "[1, \"g h\"]",
            "[[\"i\"], {}]",
            " ",
            "\n",
            "1 ",
            "// x\n",
            "/* \"y z\" */",
            "\"\\ud800 a\"",
        ],
    ),
    (
        Format::Yaml,
        "",
        &[
            "a:",
            " ",
            "  ",
            "\n",
            "\n",
            "\n  ",
            "\n    ",
            "- ",
            "Some words",
            "'it''s so'",
            "\"a \\\"b\"",
            "|",
            ">-",
            "# c",
            "&x ",
            "*x",
            "{a: b}",
            "\t",
            "---\n",
            "\r\n",
            "é",
        ],
    ),
    (
        Format::Properties,
        "",
        &[
            "key",
            "=",
            ":",
            " ",
            "some words",
            "\\\n  ",
            "\\u00e9",
            "\\",
            "\n",
            "\r\n",
            "# c\n",
            "{0}",
            "''",
            "'",
            "é",
            "\\n",
        ],
    ),
    (
        Format::Strings,
        "",
        &[
            "\"key\"",
            " = ",
            ";",
            "\n",
            "\"Some \\\"words\\\" %@\"",
            "/* c */",
            "// c\n",
            "\"",
            "\\",
            "bare",
            "/*",
        ],
    ),
    (
        Format::Csv,
        "",
        &[
            "id",
            "Some words",
            ",",
            ",",
            ",",
            ";",
            "\n",
            "\n",
            "\r\n",
            "\"a \"\"b\"\" c\"",
            "\"two\nlines here\"",
            "\"",
            "12",
            " ",
            "é",
            "\t",
            "{0} of %s",
        ],
    ),
    (
        Format::Po,
        "msgid \"\"\nmsgstr \"nplurals=3;\\n\"\n\n",
        &[
            "msgid \"a word\"\n",
            "msgid_plural \"%d words\"\n",
            "msgstr \"\"\n",
            "msgstr[0] \"\"\n",
            "msgstr[1] \"\"\n",
            "\"more \\n\"\n",
            "\"<b>x</b> \"\n",
            "#, c-format\n",
            "# c\n",
            "#~ msgid \"x\"\n",
            "\n",
            "\r\n",
            "msgctxt \"c\"\n",
            "msgstr \"done\"\n",
            "\"",
            "junk\n",
        ],
    ),
    (
        Format::Fluent,
        "",
        &[
            "key = ",
            "-term = ",
            "    .attr = ",
            "some words ",
            "{ $x }",
            "{ $n ->\n    [one] one word\n   *[other] { $n } words\n}",
            "{ \"{\" }",
            "{",
            "}",
            "\n",
            "\n",
            "\n    ",
            "\r\n  ",
            "\n\n    ",
            "# c\n",
            "<b>x</b> ",
            "\"",
            "é",
            "[a] ",
            "*",
            ".",
            "->",
        ],
    ),
    (
        Format::Ass,
        "[Script Info]\nTitle: x\n\n[Events]\nFormat: Start, Text\nDialogue: 0:00:01.00,",
        &[
            "words ",
            "日本語 ",
            "\\N",
            "\\n",
            "\\h",
            "\\",
            "{\\i1}",
            "{\\i0}",
            "{\\b1}",
            "{\\b}",
            "{\\an8\\pos(1,2)}",
            "{\\p1}",
            "m 0 0 l 1 1",
            "{\\p0}",
            "{",
            "}",
            "{x}",
            "- ",
            ",",
            "\n",
            "\r\n",
            "\nDialogue: 0:00:02.00,",
            "\nComment: 0:00:02.00,a b",
            "é",
        ],
    ),
    (
        Format::Rst,
        "",
        &[
            "word ",
            "two words. ",
            "日本語",
            "*em*",
            "**strong**",
            "``code``",
            "`text <url>`_",
            "`ref`_",
            "ref_",
            "x__",
            ":ref:`a <b>`",
            ":func:`open`",
            "|s|",
            "[1]_",
            "http://a.b/c_d ",
            "\\*",
            "\\ ",
            "\\",
            "*",
            "`",
            "_",
            "|",
            "::",
            ":",
            " ",
            "\n",
            "\n",
            "\n\n",
            "\r\n",
            "\n  ",
            "\n    ",
            "\n* ",
            "\n  - ",
            "\n1. ",
            "\n====\n",
            "\n\n====\n",
            "\n----------------\n",
            "\n:field: ",
            "\n-o  ",
            "\n| ",
            "\n\n.. note:: ",
            "\n\n.. note::\n\n   ",
            "\n\n.. code::\n\n   ",
            "\n\n.. figure:: a\n   :alt: b c\n\n   ",
            "\n\n.. [1] ",
            "\n\n.. _ref: x\n\n",
            "\n\n.. list-table:: a\n\n   * - ",
            "\n     - ",
            "\n\n.. csv-table::\n\n   \"a b\", c\n\n",
            "\n\n===== =====\nA b   C d\n===== =====\nE     F\n===== =====\n\n",
            "\n\n+-----+---+\n| A b | C |\n+-----+---+\n\n",
            "\n>>> a\n",
        ],
    ),
    (
        Format::AsciiDoc,
        "",
        &[
            "word ",
            "two words. ",
            "日本語",
            "*em*",
            "**str**ong",
            "_a_",
            "`code`",
            "#m#",
            "[.r]#m#",
            "^u^",
            "~d~",
            "+p+",
            "https://a.b[text]",
            "https://a.b ",
            "<<id,text>>",
            "<<id>>",
            "{attr}",
            "footnote:[a note]",
            "image:a.png[alt text]",
            "kbd:[F1]",
            "((term))",
            "[[id]]",
            "&amp;",
            "\\*",
            "\\",
            "*",
            "_",
            "`",
            "[",
            "]",
            "|",
            " +\n",
            " ",
            "\n",
            "\n",
            "\n\n",
            "\r\n",
            "\n* ",
            "\n. ",
            "\nterm:: ",
            "\n== ",
            "\n----\n",
            "\n\nTitle here\n----------\n\n",
            "\n.Block title\n",
            "\n====\n",
            "\n[source]\n",
            "\n[verse]\n",
            "\n[[x]]\n",
            "\nNOTE: ",
            "\n+\n",
            "\n// c\n",
            "\n|===\n",
            "\n2+a|",
            "\nimage::a.png[A pic, 3]\n",
            "\n:attr: x\n",
        ],
    ),
    (
        Format::Latex,
        "",
        &[
            "word ",
            "two words. ",
            "日本語",
            "\\emph{em}",
            "\\textbf{",
            "\\textcolor{red}{",
            "{\\bf ",
            "{",
            "}",
            "}",
            "$x$",
            "\\[ y \\]",
            "\\ref{a}",
            "~\\cite{b}",
            "\\label{c}",
            "\\foo",
            "\\foo{a}",
            "\\LaTeX",
            "\\\"a",
            "{\\ss}",
            "\\o ",
            "\\%",
            "% c\n",
            "--",
            "``",
            "\'\'",
            "~",
            "\\,",
            "\\\\",
            "\\\\[2pt]",
            "[",
            "]",
            "&",
            "\\footnote{",
            "\\section{",
            "\\item ",
            "\\item[a b]",
            "\\begin{itemize}",
            "\\end{itemize}",
            "\\begin{tabular}{ll}",
            "\\end{tabular}",
            "\\begin{equation}x\\end{equation}",
            "\\verb|a}|",
            " ",
            "\n",
            "\n\n",
            "\n  ",
            "\"",
        ],
    ),
    (
        Format::WebVtt,
        "WEBVTT\n\n00:01.000 --> 00:02.000\n",
        &[
            "words ",
            "<v Anna>",
            "</v>",
            "<i>",
            "</i>",
            "<00:01.000>",
            "<c.x>",
            "</c>",
            "\n",
            "\n",
            "\n\n",
            "\r\n",
            "- ",
            "&amp;",
            "&lt;",
            "NOTE x\n",
            "<",
            "00:03.000 --> 00:04.000\n",
            "é",
        ],
    ),
];

const XLIFF: &[&str] = &[
    "<trans-unit id='1'><source>one <g id='1'>two</g><x/> &amp; three</source></trans-unit>\n",
    "<trans-unit><source/></trans-unit>",
    "<trans-unit><source>a b</source><target/></trans-unit>",
    "<group translate='no'><trans-unit><source>c</source></trans-unit></group>",
    "<trans-unit><source> <g id='1'> d </g> </source>\r\n<target state='new'>x</target></trans-unit>",
    "<!-- c -->",
    " ",
    "<unit><segment>\n <source>e <pc id='1'><ph id='2'/></pc> f<mrk translate='no'>g</mrk></source></segment></unit>",
    "<unit><segment state='initial'><source>h<![CDATA[ i <j> ]]></source><target></target></segment></unit>",
    "<note>k</note>",
];

const ANDROID: &[&str] = &[
    "<string name='a'>It\\'s <b>one</b> &amp; %1$s</string>\n",
    "<string name='b' translatable='false'>no</string>",
    "<string name='c'>\"two  words\" \\u00e9\\n three\n   four <xliff:g id='x'>%d</xliff:g>!</string>",
    "<string name='d'><![CDATA[a <b>c</b> \\'d\\']]> e</string>",
    "<plurals name='e'><item quantity='one'>f g</item>\r\n<item quantity='other'>%d h &lt;i&gt;</item></plurals>",
    "<string-array name='j'><item>k \" l</item><item/></string-array>",
    "<!-- m -->",
    "<color name='n'>#fff</color>",
];

const RESX: &[&str] = &[
    "<data name='a'><value>one {0} &lt;b&gt;two&lt;/b&gt;</value><comment>c</comment></data>",
    "<data name='b' type='System.Int32'><value>three four</value></data>",
    "<data name='c'>\n<value> five\n\nsix <![CDATA[seven <x> &]]></value></data>\r\n",
    "<resheader name='d'><value>e f</value></resheader>",
    "<!-- g -->",
];

const PLIST: &[&str] = &[
    "<key>a</key><dict><key>one</key><string>one %d &amp; two</string></dict>\n",
    "<key>NSStringFormatValueTypeKey</key><string>lu</string>",
    "<key>NSStringLocalizedFormatKey</key><string>%#@a@ three</string>",
    "<key>b</key><string/>",
    "<!-- c -->",
];

const ARB: &[&str] = &[
    ",\n \"a\": \"b c\"",
    ", \"@a\": {\"description\": \"d e\"}",
    ", \"f\" : \"{n, plural, one {g h} other {# i {j}}} \\u00e9\"",
    ", \"k\": \"l\\nm\"",
    ", \"n\": 1",
];

/// What is only read when it is well-formed, with what is around the parts.
const WELL_FORMED: &[(Format, &str, &str, &[&str])] = &[
    (Format::Xliff, "<xliff>", "</xliff>", XLIFF),
    (Format::Arb, "{\"@@locale\": \"en\"", "}", ARB),
    (Format::Android, "<resources xmlns:xliff='x'>", "</resources>", ANDROID),
    (Format::Resx, "<root>", "</root>", RESX),
    (Format::StringsDict, "<plist><dict>", "</dict></plist>", PLIST),
];

fn random_of(rng: &mut Rng) -> (Format, String) {
    let at = rng.usize(0..PARTS.len() + WELL_FORMED.len());
    if let Some((format, start, parts)) = PARTS.get(at) {
        return (*format, format!("{start}{}", random(rng, parts, 30)));
    }
    let (format, start, end, parts) = WELL_FORMED[at - PARTS.len()];
    (format, format!("{start}{}{end}", random(rng, parts, 8)))
}

#[test]
fn other_formats_change_no_byte_and_show_every_translation() {
    let mut rng = Rng::with_seed(4);
    let mut blocks = 0;
    for _ in 0..DOCUMENTS {
        let (format, source) = random_of(&mut rng);
        // Broken JSON is refused.
        let Ok(document) = Document::parse(format, source.as_bytes()) else { continue };
        let written = document.write(&own_texts(&document)).expect("one for each");
        assert_eq!(String::from_utf8(written.bytes).expect("UTF-8"), source, "{format:?}");
        assert_eq!(written.findings, []);
        let marked: Vec<Translation> =
            (0..document.blocks().len()).map(|index| format!("Neu{index}x. Wort").into()).collect();
        let written = document.write(&marked).expect("one for each");
        let text = String::from_utf8(written.bytes).expect("UTF-8");
        for index in 0..marked.len() {
            blocks += 1;
            let shown = text.contains(&format!("Neu{index}x."));
            let reported = written
                .findings
                .iter()
                .any(|finding| finding.block == index || finding.kind == FindingKind::Dropped);
            assert!(shown || reported, "{format:?} {source:?}\n{text:?}");
        }
        let again = Document::parse(format, text.as_bytes())
            .unwrap_or_else(|error| panic!("{error}: {format:?} {source:?}\n{text:?}"));
        let filled = matches!(format, Format::Po | Format::Xliff);
        let is_kept = |kind| matches!(kind, FindingKind::Dropped | FindingKind::Placeholders);
        let kept = written.findings.iter().any(|finding| is_kept(finding.kind));
        let (found, expected) = (again.blocks().len(), if filled { 0 } else { marked.len() });
        // Names are taken for labels where most values are texts.
        let more = matches!(format, Format::Json | Format::Properties | Format::Yaml) && found > expected;
        assert!(
            kept || found == expected || more || format == Format::Csv,
            "{format:?} {source:?}\n{text:?}"
        );
    }
    assert!(blocks > DOCUMENTS, "{blocks} blocks");
}

fn random(rng: &mut Rng, parts: &[&str], most: usize) -> String {
    (0..rng.usize(0..=most)).map(|_| parts[rng.usize(0..parts.len())]).collect()
}

fn own_texts(document: &Document) -> Vec<Translation> {
    document.blocks().iter().map(|block| block.text.as_str().into()).collect()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

#[test]
fn writing_the_own_text_changes_no_byte() {
    let mut rng = Rng::with_seed(1);
    for _ in 0..DOCUMENTS {
        let (format, source) = match rng.u8(0..3) {
            0 => (Format::Text, random(&mut rng, PLAIN, 30)),
            1 => {
                (Format::SubRip, format!("1\n00:00:01,000 --> 00:00:02,000\n{}", random(&mut rng, PLAIN, 30)))
            }
            _ => (Format::Markdown, random(&mut rng, MARKDOWN, 40)),
        };
        let document = Document::parse(format, source.as_bytes()).expect("small and valid");
        let written = document.write(&own_texts(&document)).expect("one for each");
        assert_eq!(String::from_utf8(written.bytes).expect("UTF-8"), source);
        assert_eq!(written.findings, []);
        for block in document.blocks() {
            assert!(
                block.spans.iter().all(|span| block.text.get(span.range.clone()).is_some()),
                "{source:?}"
            );
        }
    }
}

#[test]
fn no_translation_removes_times() {
    let mut rng = Rng::with_seed(2);
    for _ in 0..DOCUMENTS {
        let source = format!("1\n00:00:01,000 --> 00:00:02,000\n{}", random(&mut rng, PLAIN, 30));
        let document = Document::parse(Format::SubRip, source.as_bytes()).expect("small and valid");
        let translations: Vec<Translation> =
            document.blocks().iter().map(|_| random(&mut rng, PLAIN, 8).into()).collect();
        let written = document.write(&translations).expect("one for each");
        let text = String::from_utf8(written.bytes).expect("UTF-8");
        let lines =
            |text: &str| text.lines().filter(|line| line.trim() == "00:00:01,000 --> 00:00:02,000").count();
        assert!(lines(&text) >= lines(&source), "{source:?}\n{text:?}");
    }
}

#[test]
fn markdown_is_read_back_as_it_was_translated() {
    let mut rng = Rng::with_seed(3);
    let (mut blocks, mut refused) = (0, 0);
    for _ in 0..DOCUMENTS {
        let source = random(&mut rng, MARKDOWN, 40);
        let document = Document::parse(Format::Markdown, source.as_bytes()).expect("small and valid");
        let translations: Vec<Translation> = document
            .blocks()
            .iter()
            .map(|_| format!("x{} y", random(&mut rng, TRANSLATIONS, 12)).into())
            .collect();
        let written = document.write(&translations).expect("one for each");
        let text = String::from_utf8(written.bytes).expect("UTF-8");
        let read = Document::parse(Format::Markdown, text.as_bytes()).expect("still valid");
        assert_eq!(read.blocks().len(), translations.len(), "{source:?}\n{text:?}");
        for (index, (block, translation)) in read.blocks().iter().zip(&translations).enumerate() {
            blocks += 1;
            let kept = |kind| written.findings.iter().any(|f| f.block == index && f.kind == kind);
            if kept(FindingKind::Refused) {
                refused += 1;
                continue;
            }
            // Code found without its delimiters gets them back, so there may be more of them than given.
            let marks: &[char] = &['`', '$', '<', '>'];
            let bare = |text: &str| letters(text).replace(marks, "");
            // A locked text that the translation lacks is put in, or takes the place of what looks like it.
            let source_block = &document.blocks()[index];
            let mut locked =
                source_block.spans.iter().filter(|span| span.kind == SpanKind::Locked).peekable();
            if kept(FindingKind::Moved) && locked.peek().is_some() {
                for span in locked {
                    let item = bare(&source_block.text[span.range.clone()]);
                    assert!(bare(&block.text).contains(&item), "{item:?}: {source:?}\n{text:?}");
                }
                continue;
            }
            assert_eq!(bare(&block.text), bare(&translation.text), "{source:?}\n{text:?}");
        }
    }
    assert!(blocks > DOCUMENTS, "{blocks} blocks");
    assert!(refused * 100 < blocks, "{refused} of {blocks} refused");
}
