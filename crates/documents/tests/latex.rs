//! LaTeX: what is translated, and that everything else keeps its bytes and its meaning.

mod pages;

use documents::{Document, Error, Format, Place, SpanKind, Translation};
use pages::Pages;

const PAGE: &str = r"\documentclass{article}
\usepackage{amsmath}
\newtheorem{satz}{Satz}
\title{The big house}
\author{Jane Doe}
\begin{document}
\maketitle
\section[Short]{The long \emph{title}}\label{sec:a}
The \emph{red} car is here~\cite{a}. $x+y=z$ % a comment
See Figure~\ref{fig:a}, 50\% of it.\footnote{A note.}

\begin{figure}
  \includegraphics[width=3cm]{a.png}
  \caption{A caption}
\end{figure}

\begin{itemize}
  \item First item
  \item[Named] Second \textbf{item}
\end{itemize}

\begin{equation}
  a = b
\end{equation}

\begin{tabular}{ll}
  Left & Right \\
  \hline
  Below & $x$ \\
\end{tabular}

\begin{satz}
  A theorem.
\end{satz}

\begin{unknown}
  This stays.
\end{unknown}

\begin{verbatim}
Code } stays.
\end{verbatim}
\end{document}
This stays too.
";

const PAGES: Pages = Pages(Format::Latex);

#[test]
fn texts_are_found_and_code_is_not() {
    assert_eq!(
        PAGES.texts(PAGE),
        [
            "Satz",
            "The big house",
            "Short",
            "The long title",
            "The red car is here. $x+y=z$ See Figure\u{a0}\\ref{fig:a}, 50% of it.",
            "A note.",
            "A caption",
            "First item",
            "Named",
            "Second item",
            "Left",
            "Right",
            "Below",
            "A theorem.",
        ]
    );
}

#[test]
fn the_own_texts_change_no_byte() {
    let document = PAGES.open(PAGE);
    let own: Vec<Translation> = document.blocks().iter().map(|block| block.text.as_str().into()).collect();
    let written = document.write(&own).expect("one for each");
    assert_eq!(String::from_utf8(written.bytes).expect("UTF-8"), PAGE);
}

#[test]
fn special_characters_are_escaped_and_read_again() {
    let special = "50 % & # _ $ { } ~ ^ \\ \"x\" „y“ – — ‘z’ -- '' [a]";
    let once = PAGES.written("Some text\n", &[special]);
    assert!(
        once.starts_with("50 \\% \\& \\# \\_ \\$ \\{ \\} \\textasciitilde{} \\textasciicircum{}"),
        "{once}"
    );
    assert_eq!(PAGES.texts(&once), [special]);
    assert_eq!(PAGES.written("\\item Some text\n", &["[x] y"]), "\\item {[}x] y\n");
}

#[test]
fn accents_are_letters() {
    let source =
        "Stra\\ss e, \\\"Uber gr\\\"o\\ss{}er, {\\\"a}, \\'{e}, \\c{c}, na\\\"{\\i}ve, \\v s, \\LaTeX\\ is\n";
    assert_eq!(PAGES.texts(source), ["Straße, Über größer, ä, é, ç, naïve, š, \\LaTeX{} is"]);
    assert_eq!(PAGES.written("A text here\n", &["Größe"]), "Gr{\\\"{o}}{\\ss}e\n");
    assert_eq!(PAGES.written("É text here\n", &["Größe"]), "Größe\n");
    let german = "\\usepackage[ngerman]{babel}\\begin{document}\n\"Uber \"`das\"' Wetter\n\\end{document}";
    assert_eq!(PAGES.texts(german), ["Über „das“ Wetter"]);
}

#[test]
fn unknown_commands_are_locked_whole() {
    let document = PAGES.open("Press \\keys{Ctrl+C} or \\foo now, \\textcolor{red}{red} text.\n");
    let block = &document.blocks()[0];
    assert_eq!(block.text, "Press \\keys{Ctrl+C} or \\foo{} now, red text.");
    let locked = block.spans.iter().filter(|span| span.kind == SpanKind::Locked);
    let locked: Vec<&str> = locked.map(|span| &block.text[span.range.clone()]).collect();
    assert_eq!(locked, ["\\keys{Ctrl+C}", "\\foo{}"]);
}

#[test]
fn what_is_not_closed_is_refused_with_its_line() {
    for source in ["a\n{b", "a\nb}", "a\n$b", "a\n\\begin{verbatim}\n", "a\n\\[ b", "a\n\\verb|b\n"] {
        let error = Document::parse(Format::Latex, source.as_bytes()).expect_err("unclosed");
        assert_eq!(error, Error::Unclosed { line: 2 }, "{source}");
    }
}

#[test]
fn deep_nesting_is_left_alone_and_many_marks_are_read() {
    let deep = "\\footnote{a ".repeat(200) + &"}".repeat(200);
    let document = Document::parse(Format::Latex, deep.as_bytes()).expect("readable");
    assert_eq!(document.left_alone().count(Place::CrowdedText), 1);
    for marks in [
        "\\x[",
        "{a} ",
        "\\x{a}",
        "$a$ ",
        "% a\n",
        "\\begin{x}",
        "\\begin",
        "\\newcommand{\\a}{b}",
        "\\emph{a} ",
        "~",
        "--",
    ] {
        let source = marks.repeat(100_000);
        assert!(Document::parse(Format::Latex, source.as_bytes()).is_ok(), "{marks}");
    }
    let groups = "{".repeat(100_000) + &"}".repeat(100_000);
    assert!(Document::parse(Format::Latex, groups.as_bytes()).is_ok());
}

#[test]
fn bars_enclose_code_where_they_are_declared() {
    assert_eq!(PAGES.texts("\\MakeShortVerb{\\|}\n\nUse |\\foo{| here.\n"), ["Use |\\foo{| here."]);
    assert_eq!(PAGES.texts("A |bar| here.\n"), ["A |bar| here."]);
}

#[test]
fn arguments_may_follow_a_space_and_definitions_may_have_any_name() {
    let source = "\\section [Short title]{The long title}\n\nSome \\textbf {big} words.\n\n\\def\\@name#1.#2{not this}\n\\edef\\a_b:n {nor this}\n";
    assert_eq!(PAGES.texts(source), ["Short title", "The long title", "Some big words."]);
    let given = ["Kurz [1]", "Der lange Titel [x]", "Einige big Worte."];
    let expected = source
        .replace("Short title", "Kurz {[}1{]}")
        .replace("The long title", "Der lange Titel [x]")
        .replace("Some", "Einige")
        .replace("words", "Worte");
    assert_eq!(PAGES.written(source, &given), expected);
}

#[test]
fn every_character_of_markup_is_escaped_and_code_and_formulas_are_kept() {
    let source =
        "Words \\verb|a_b&c| and $x_1^2 \\& y$ here.\n\n\\begin{verbatim}\n% # $ & _\n\\end{verbatim}\n";
    let text = PAGES.texts(source)[0].clone();
    let given = text.replace("Words", "50 % & #1 _ {x} ~ ^ \\ $5").replace("here", "hier");
    let escaped = "50 \\% \\& \\#1 \\_ \\{x\\} \\textasciitilde{} \\textasciicircum{} \\textbackslash{} \\$5";
    assert_eq!(PAGES.written(source, &[&given]), source.replace("Words", escaped).replace("here", "hier"));
}

#[test]
fn blanks_before_an_argument_are_no_text() {
    let source = "\\section {A title}\n\\begin {quote}\nA \\emph {red} house.\\footnote {A note.}\n\\end {quote}\n\n\\begin {verbatim}\nCode } stays.\n\\end{verbatim}\n\nThe end.\n";
    assert_eq!(PAGES.texts(source), ["A title", "A red house.", "A note.", "The end."]);
    let written = PAGES.written(source, &["Ein Titel", "Ein Haus.", "Eine Notiz.", "Das Ende."]);
    assert!(
        written.starts_with(
            "\\section {Ein Titel}\n\\begin {quote}\nEin Haus.\\footnote {Eine Notiz.}\n\\end {quote}\n"
        ),
        "{written}"
    );
}

#[test]
fn entries_of_the_index_are_counted() {
    let document = PAGES.open("The house\\index{house!red} is red.\\index{colour}\n");
    assert_eq!(document.left_alone().count(Place::IndexEntry), 2);
}

#[test]
fn code_that_holds_braces_and_ends_of_documents_is_closed() {
    let source = "\\begin{document}\nWe write \\verb=\\end{document}= and \\detokenize{>{$}} here.\n\n\\begin{verbatim}\n\\end{document}\n}\n\\end{verbatim}\n\n\\begin{DoxyCode}\nif (a) \\{ \\begin{DoxyCode} } \\end{DoxyCode} {\n\\end{DoxyCode}\n\nThe end.\n\\end{document}\n\nNot this } one.\n";
    assert_eq!(
        PAGES.texts(source),
        ["We write \\verb=\\end{document}= and \\detokenize{>{$}} here.", "The end."]
    );
    assert_eq!(PAGES.open(source).left_alone().count(Place::UnknownMarkup), 1);
    assert_eq!(PAGES.texts("\\catcode`\\{\\active } and {\n\nSome text \\char`$ here.\n\n$ more\n").len(), 3);
    let code = "\\ProvidesExplPackage {a} {}\n\\msg_new:nnn { a } { Use~it~before~\\begin{document}. }\n";
    assert!(PAGES.texts(code).is_empty());
    assert_eq!(PAGES.open(code).left_alone().count(Place::UnknownMarkup), 1);
    let code = "\\cs_new:Npn \\a_b:n #1 { some~words~of~code }\n\nSome words of code.\n";
    assert!(PAGES.texts(code).is_empty());
    let program = "Text before.\n\n\\ExplSyntaxOn\n\\tl_set:Nn \\l_a_tl { $ } text in code\n\\ExplSyntaxOff\n\nText after.\n";
    assert_eq!(PAGES.texts(program), ["Text before.", "Text after."]);
}

#[test]
fn authors_are_counted() {
    let source = "\\documentclass{article}\n\\title{The house}\n\\author{Jane Doe}\n\\date{}\n\\begin{document}\nText.\n\\end{document}\n";
    assert_eq!(PAGES.texts(source), ["The house", "Text."]);
    assert_eq!(PAGES.open(source).left_alone().count(Place::Name), 1);
}
