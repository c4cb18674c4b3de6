//! Formulas and code in HTML, which are copied whatever their length.

mod pages;
mod work;

use documents::Format;
use pages::Pages;

const PAGES: Pages = Pages(Format::Html);

#[test]
fn formulas_are_copied_whatever_their_length() {
    let formula =
        format!("<math display=\"block\">{}</math>", " <mi>a</mi> <mo>=</mo> <mn>2</mn>\n".repeat(100));
    let rendered = format!("<span class=\"katex\"><span>{}</span></span>", "<span>x</span>".repeat(200));
    let drawn = format!("<mjx-container>{}</mjx-container>", "<mjx-mi>y</mjx-mi>".repeat(200));
    let pandoc = "<span class=\"math inline\"><em>n</em> = 2</span>";
    for formula in [formula.as_str(), &rendered, &drawn, pandoc] {
        let source = format!("<p>The formula is here.</p>{formula}<p>The sum {formula} is big.</p>");
        assert_eq!(PAGES.texts(&source), ["The formula is here.", "The sum is big."], "{formula}");
        let expected = source
            .replace("The formula is here.", "Da.")
            .replace("The sum", "Die Summe")
            .replace("is big", "ist groß");
        let text = PAGES.written(&source, &["Da.", "Die Summe ist groß."]);
        assert_eq!(text.matches(formula).count(), 2, "{text}");
        assert!(text.starts_with(expected.split("Die Summe").next().expect("a start")), "{text}");
    }
    let long = format!("<p>Run <code>{}</code> now.</p>", "word ".repeat(100));
    assert_eq!(PAGES.texts(&long), ["Run now."]);
    assert!(
        PAGES.written(&long, &["Jetzt starten."]).contains(&format!("<code>{}</code>", "word ".repeat(100)))
    );
    let delimited = r"<p>If \(a &lt; b\) and \[x^2 = 1\] hold, $$\frac{1}{2}$$ follows.</p>";
    let locked: Vec<String> = PAGES.open(delimited).blocks()[0]
        .spans
        .iter()
        .map(|span| PAGES.open(delimited).blocks()[0].text[span.range.clone()].to_owned())
        .collect();
    assert_eq!(locked, [r"\(a < b\)", r"\[x^2 = 1\]", r"$$\frac{1}{2}$$"]);
    // An element without an end is text, in linear time.
    for element in ["<math>", "<code>", "<ruby>"] {
        let page = |times| format!("{}word", element.repeat(times));
        work::assert_linear(100_000, page, |source| assert_eq!(PAGES.texts(source).len(), 1));
    }
}

#[test]
fn a_long_formula_between_delimiters_is_no_text_for_a_model() {
    let formula = format!(r"\({}\)", "a + ".repeat(60));
    let source = format!("<p>The sum {formula} is big.</p>");
    assert_eq!(PAGES.texts(&source), ["The sum is big."]);
    let written = PAGES.open(&source).write(&["The sum ist groß.".into()]).expect("one for each");
    assert_eq!(
        String::from_utf8(written.bytes).expect("UTF-8"),
        format!("<p>The sum {formula} ist groß.</p>")
    );
    assert!(written.findings.is_empty(), "{:?}", written.findings);
}
