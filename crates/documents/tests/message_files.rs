//! RESX, stringsdict, ARB, string catalogues and Fluent.

use documents::{Document, Error, Format, ReadOptions, SpanKind, Translation};

fn read(format: Format, source: &str) -> Document {
    let options = ReadOptions { to: Some("de".into()), from: Some("en".into()), ..ReadOptions::default() };
    Document::parse_with(format, source.as_bytes(), &options).expect("well-formed")
}

fn texts(format: Format, source: &str) -> Vec<String> {
    read(format, source).blocks().iter().map(|block| block.text.clone()).collect()
}

/// The document with every block's text changed by `change`.
fn changed(format: Format, source: &str, change: impl Fn(&str) -> String) -> String {
    let document = read(format, source);
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    let same = document.write(&own).expect("one for each").bytes;
    assert_eq!(String::from_utf8(same).expect("UTF-8"), source);
    let given: Vec<Translation> = document.blocks().iter().map(|block| change(&block.text).into()).collect();
    String::from_utf8(document.write(&given).expect("one for each").bytes).expect("UTF-8")
}

fn marked(format: Format, source: &str) -> String {
    changed(format, source, |text| format!("Ü {text}"))
}

fn locked(format: Format, source: &str) -> Vec<String> {
    let document = read(format, source);
    let of = |block: &documents::Block| -> Vec<String> {
        let spans = block.spans.iter().filter(|span| span.kind == SpanKind::Locked);
        spans.map(|span| block.text[span.range.clone()].to_owned()).collect()
    };
    document.blocks().iter().flat_map(of).collect()
}

const RESX: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<root>
  <resheader name="resmimetype"><value>text/microsoft-resx</value></resheader>
  <assembly alias="System.Drawing" name="System.Drawing, Version=4.0.0.0" />
  <data name="Title" xml:space="preserve"><value>The &lt;b&gt;big&lt;/b&gt; house</value><comment>Shown at the top</comment></data>
  <data name="Hello" xml:space="preserve">
    <value>Hello {0},

you have {1:N0} letters &amp; more.</value>
  </data>
  <data name="button1.Size" type="System.Drawing.Size, System.Drawing"><value>75, 23</value></data>
  <data name="icon" mimetype="application/x-microsoft.net.object.bytearray.base64"><value>AAEAAAD</value></data>
  <data name="&gt;&gt;button1.Name" xml:space="preserve"><value>button one</value></data>
  <data name="Brand" xml:space="preserve"><value>House</value><comment>{Locked}</comment></data>
  <data name="Typed" type="System.String"><value><![CDATA[A <b> word]]></value></data>
</root>"#;

#[test]
fn resx_values_are_read_but_no_typed_data() {
    let expected = ["The big house", "Hello {0},", "you have {1:N0} letters & more.", "A <b> word"];
    assert_eq!(texts(Format::Resx, RESX), expected);
    let written = marked(Format::Resx, RESX);
    assert!(written.contains("<value>Ü The &lt;b&gt;big&lt;/b&gt; house</value>"), "{written}");
    assert!(
        written.contains("<value>Ü Hello {0},\n\nÜ you have {1:N0} letters &amp; more.</value>"),
        "{written}"
    );
    assert!(written.contains("<![CDATA[Ü A <b> word]]>"), "{written}");
    assert!(written.contains("<value>button one</value>") && written.contains("<value>House</value>"));
    assert_eq!(Format::detect("a.resx", RESX.as_bytes()), Ok(Format::Resx));
    let escaped = changed(Format::Resx, RESX, |text| format!("{text} < b & c ]]> d"));
    assert!(
        escaped.contains("house &lt; b &amp; c ]]&gt; d") && escaped.contains("]]]]><![CDATA[>"),
        "{escaped}"
    );
}

const STRINGSDICT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>files</key>
	<dict>
		<key>NSStringLocalizedFormatKey</key>
		<string>You have %#@count@ in %2$@</string>
		<key>count</key>
		<dict>
			<key>NSStringFormatSpecTypeKey</key>
			<string>NSStringPluralRuleType</string>
			<key>NSStringFormatValueTypeKey</key>
			<string>lu</string>
			<key>one</key>
			<string>one file &amp; folder</string>
			<key>other</key>
			<string>%lu files</string>
		</dict>
	</dict>
	<key>short</key>
	<dict><key>NSStringVariableWidthRuleType</key><dict><key>20</key><string>Short text</string></dict></dict>
</dict>
</plist>
"#;

#[test]
fn stringsdict_variants_are_read_but_no_rules() {
    let expected = ["You have %#@count@ in %2$@", "one file & folder", "%lu files", "Short text"];
    assert_eq!(texts(Format::StringsDict, STRINGSDICT), expected);
    assert_eq!(locked(Format::StringsDict, STRINGSDICT), ["%#@count@", "%2$@", "%lu"]);
    let written = marked(Format::StringsDict, STRINGSDICT);
    assert!(written.contains("<string>Ü one file &amp; folder</string>"), "{written}");
    assert!(
        written.contains("<string>NSStringPluralRuleType</string>\n")
            && written.contains("<string>lu</string>")
    );
    assert_eq!(Format::detect("a.stringsdict", STRINGSDICT.as_bytes()), Ok(Format::StringsDict));
    let strings = "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>a</key><string>The house</string></dict></plist>";
    assert_eq!(Format::detect("Localizable.strings", strings.as_bytes()), Ok(Format::StringsDict));
    assert_eq!(texts(Format::StringsDict, strings), ["The house"]);
}

#[test]
fn arb_messages_are_read_and_the_locale_is_the_targets() {
    let source = "{\n  \"@@locale\": \"en_US\",\n  \"title\": \"The house\",\n  \"@title\": {\n    \"description\": \"Not this\"\n  },\n\
        \x20 \"days\": \"{n, plural, one{one day} other{{n} days}}\",\n  \"@days\": {\"placeholders\": {\"n\": {\"type\": \"int\"}}},\n\
        \x20 \"ok\": \"ok\"\n}\n";
    assert_eq!(texts(Format::Arb, source), ["The house", "one day", "{n} days", "ok"]);
    let written = marked(Format::Arb, source);
    assert!(written.contains("\"@@locale\": \"de\""), "{written}");
    assert!(written.contains("one{Ü one day} other{Ü {n} days}}"), "{written}");
    assert!(written.contains("\"description\": \"Not this\""), "{written}");
    assert!(matches!(Document::parse(Format::Arb, b"{\"a\": \"b c\""), Err(Error::Json { .. })));
}

const CATALOG: &str = r#"{
  "sourceLanguage" : "en",
  "strings" : {
    "" : {

    },
    "%lld" : {

    },
    "The big house" : {

    },
    "bare" : {
      "comment" : "A greeting",
      "localizations" : {
        "en" : {
          "stringUnit" : {
            "state" : "translated",
            "value" : "Hello %@, how are you?"
          }
        },
        "fr" : {
          "stringUnit" : {
            "state" : "translated",
            "value" : "Bonjour"
          }
        }
      }
    },
    "done" : {
      "localizations" : {
        "de" : {
          "stringUnit" : {
            "state" : "translated",
            "value" : "Fertig"
          }
        }
      }
    },
    "empty one" : {
      "localizations" : {
        "de" : {
          "stringUnit" : {
            "state" : "new",
            "value" : ""
          }
        }
      }
    },
    "fixed name" : {
      "shouldTranslate" : false
    },
    "images" : {
      "localizations" : {
        "en" : {
          "variations" : {
            "plural" : {
              "one" : {
                "stringUnit" : {
                  "state" : "translated",
                  "value" : "Image shrunk"
                }
              },
              "other" : {
                "stringUnit" : {
                  "state" : "translated",
                  "value" : "%lld images shrunk"
                }
              }
            }
          }
        }
      }
    }
  },
  "version" : "1.0"
}
"#;

#[test]
fn a_string_catalogue_gets_the_target_and_keeps_its_source() {
    let expected =
        ["The big house", "Hello %@, how are you?", "empty one", "Image shrunk", "%lld images shrunk"];
    assert_eq!(texts(Format::StringCatalog, CATALOG), expected);
    let written = marked(Format::StringCatalog, CATALOG);
    let json: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    let before: serde_json::Value = serde_json::from_str(CATALOG).expect("JSON");
    let unit = |key: &str| json["strings"][key]["localizations"]["de"]["stringUnit"].clone();
    assert_eq!(
        unit("The big house"),
        serde_json::json!({"state": "needs_review", "value": "Ü The big house"})
    );
    assert_eq!(unit("bare")["value"], "Ü Hello %@, how are you?");
    assert_eq!(unit("done"), serde_json::json!({"state": "translated", "value": "Fertig"}));
    assert_eq!(unit("empty one"), serde_json::json!({"state": "needs_review", "value": "Ü empty one"}));
    let plural = &json["strings"]["images"]["localizations"]["de"]["variations"]["plural"];
    assert_eq!(plural["one"]["stringUnit"]["value"], "Ü Image shrunk");
    assert_eq!(plural["other"]["stringUnit"]["state"], "needs_review");
    for key in ["bare", "images"] {
        for language in ["en", "fr"] {
            let of = |json: &serde_json::Value| json["strings"][key]["localizations"][language].clone();
            assert_eq!(of(&json), of(&before));
        }
    }
    for key in ["", "%lld", "fixed name", "done"] {
        assert_eq!(json["strings"][key], before["strings"][key]);
    }
    assert!(
        written.contains("\n          \"stringUnit\" : {\n            \"state\" : \"needs_review\",\n"),
        "{written}"
    );
    // What is translated is no block any more.
    assert_eq!(texts(Format::StringCatalog, &written), [""; 0]);
}

#[test]
fn a_compact_catalogue_stays_compact_and_its_own_language_is_refused() {
    let source = r#"{"sourceLanguage":"en","strings":{"The big house":{},"hello %@":{"comment":"A greeting","localizations":{"en":{"stringUnit":{"state":"translated","value":"Hello %@, how are you?"}},"de":{"stringUnit":{"state":"new","value":""}}}}},"version":"1.0"}"#;
    let written = marked(Format::StringCatalog, source);
    assert_eq!(
        written,
        source
            .replace("\"The big house\":{}", "\"The big house\":{\"localizations\":{\"de\":{\"stringUnit\":{\"state\":\"needs_review\",\"value\":\"Ü The big house\"}}}}")
            .replace("{\"state\":\"new\",\"value\":\"\"}", "{\"state\":\"needs_review\",\"value\":\"Ü Hello %@, how are you?\"}")
    );
    let options = ReadOptions { to: Some("en-GB".into()), ..ReadOptions::default() };
    let refused = Document::parse_with(Format::StringCatalog, source.as_bytes(), &options);
    assert!(matches!(refused, Err(Error::OwnLanguage { .. })));
    assert_eq!(Document::parse(Format::StringCatalog, source.as_bytes()).err(), Some(Error::NoTarget));
    for name in ["a.xcstrings", "a.json"] {
        assert_eq!(Format::detect(name, source.as_bytes()), Ok(Format::StringCatalog));
    }
    let deep = format!("{{\"strings\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let options = ReadOptions { to: Some("de".into()), ..ReadOptions::default() };
    assert!(matches!(
        Document::parse_with(Format::StringCatalog, deep.as_bytes(), &options),
        Err(Error::Json { .. })
    ));
}

const FLUENT: &str = r#"### The house
# A comment
title = The big house
-brand = House
    .gender = masculine
hello = Hello { $name }, welcome to { -brand }!
    .title = A tip
    .accesskey = H
    .style = width: 30em
long =
    This text goes
    on here.

    A second paragraph { "{" }here.
files = You have { $count ->
    [one] one <b>file</b>
   *[other] { NUMBER($count, style: "x}") } files
} in 5" { $folder ->
        [a] folder "A
       *[b] folder B
    }.
only = { $n ->
    [0] No files
   *[other]
        { $n } files
        and more
}
junk here
broken = { $x
next = The next one
"#;

#[test]
fn fluent_patterns_and_variants_are_read() {
    assert_eq!(
        texts(Format::Fluent, FLUENT),
        [
            "The big house",
            "Hello { $name }, welcome to { -brand }!",
            "A tip",
            "This text goes on here.",
            "A second paragraph {here.",
            "You have in 5\" .",
            "one file",
            "{ NUMBER($count, style: \"x}\") } files",
            "folder \"A",
            "folder B",
            "No files",
            "{ $n } files and more",
            "The next one",
        ]
    );
    let written = changed(Format::Fluent, FLUENT, |text| text.replace("files", "Dateien"));
    assert!(written.contains("*[other] { NUMBER($count, style: \"x}\") } Dateien\n}"), "{written}");
    let written = changed(Format::Fluent, "a = Word\n    .b = Word here\n", |_| ".a [c]".into());
    assert_eq!(written, "a = {\".\"}a [c]\n    .b = {\".\"}a [c]\n");
    // A placeable that the source has not would break the message.
    assert_eq!(changed(Format::Fluent, "a = Word\n", |_| "a {b}".into()), "a = Word\n");
    assert_eq!(Format::detect("a.ftl", FLUENT.as_bytes()), Ok(Format::Fluent));
    assert_eq!(texts(Format::Fluent, &"a = {".repeat(100_000)), [""; 0]);
    assert_eq!(texts(Format::Fluent, &"a = {\n".repeat(100_000)), [""; 0]);
}

#[test]
fn what_fluent_does_not_read_and_names_of_brands_are_left() {
    for source in [
        "a = Some words\n    .title\n",
        "a = Some words\n    [one] more\n",
        "a = Some words\n  *more words\n",
        "-brand-short-name = Some Words\n",
        "-vendor = Some Words\n",
    ] {
        assert_eq!(texts(Format::Fluent, source), [""; 0], "{source}");
    }
    assert_eq!(
        texts(Format::Fluent, "-house = Some words\nb = More\n    .c = Words\n"),
        ["Some words", "More", "Words"]
    );
    let source =
        "a = { $n ->\n    [\n        one\n    ] A file\n   *[\n        other\n    ]\n\n    Many files\n}\n";
    assert_eq!(texts(Format::Fluent, source), ["A file", "Many files"]);
}

#[test]
fn labels_with_an_access_key_are_text() {
    let value = |text: &str| {
        format!("<root><resheader name=\"a\"/><data name=\"a\"><value>{text}</value></data></root>")
    };
    for label in ["&amp;File", "E&amp;xit", "&amp;Open...", "Save &amp;as", "&amp;Größe"] {
        assert_eq!(texts(Format::Resx, &value(label)), [label.replace("&amp;", "&")], "{label}");
    }
    for code in ["a&amp;b", "a=1&amp;b=2", "x&amp;Y", "&amp;", "A&amp;&amp;B"] {
        assert_eq!(texts(Format::Resx, &value(code)), [""; 0], "{code}");
    }
    assert_eq!(
        texts(Format::Json, r#"{"file": "&File", "quit": "&Quit", "query": "a&b"}"#),
        ["&File", "&Quit"]
    );
}
