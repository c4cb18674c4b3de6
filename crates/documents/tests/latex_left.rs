//! LaTeX: every text that a reader sees is translated or counted, also in arguments, options, formulas and settings.

mod pages;

use documents::{Format, Place};
use pages::Pages;

const PAGES: Pages = Pages(Format::Latex);

/// The texts of a page, and how many places of each kind it leaves.
#[track_caller]
fn check(source: &str, texts: &[&str], left: &[(Place, usize)]) {
    assert_eq!(PAGES.texts(source), texts, "{source}");
    for (place, count) in left {
        assert_eq!(PAGES.open(source).left_alone().count(*place), *count, "{place:?} of {source}");
    }
    let own = PAGES.texts(source);
    assert_eq!(PAGES.written(source, &own.iter().map(String::as_str).collect::<Vec<_>>()), source);
}

const UNKNOWN: Place = Place::UnknownMarkup;

#[test]
fn words_of_unknown_commands_are_counted() {
    check("\\cvsection{Honors}\n\nA text.\n", &["A text."], &[(UNKNOWN, 1)]);
    check("\\cventry{2016}{Member}{S. Korea}\n\nA text.\n", &["A text."], &[(UNKNOWN, 1)]);
    check("\\foo{a_1}\\bar{12}{x}\n\nA text.\n", &["A text."], &[(UNKNOWN, 0)]);
}

#[test]
fn groups_that_are_no_arguments_are_text() {
    check(
        "\\begin{center}{\\Large Big words}\\end{center}{\\small Small words}\n",
        &["Big words", "Small words"],
        &[],
    );
    check("\\vspace{1cm}{\\bf Bold words}\n", &["Bold words"], &[(UNKNOWN, 0)]);
    check("A note\\footnote{The first.}{ and more}.\n", &["A note and more.", "The first."], &[]);
    check("\\begin{tabular}{ll}\nLeft & Right\n\\end{tabular}\n", &["Left", "Right"], &[(UNKNOWN, 0)]);
    check("\\setlength{\\parindent}{0pt}{\\it Words}\n", &["Words"], &[(UNKNOWN, 0)]);
}

#[test]
fn titles_of_theorems_are_texts_and_those_of_other_environments_counted() {
    let source = "\\newtheorem{thm}{Theorem}[section]\n\\newtheorem{satz}[thm]{Rule}\n\\begin{document}\n\
        \\begin{satz}[The triangle]\nText.\n\\end{satz}\n\\begin{proof}[Short proof]\nMore.\n\\end{proof}\n\\end{document}\n";
    check(source, &["Theorem", "Rule", "The triangle", "Text.", "Short proof", "More."], &[(UNKNOWN, 0)]);
    check("\\begin{tcolorbox}[title=A box]\nText.\n\\end{tcolorbox}\n", &["Text."], &[(UNKNOWN, 1)]);
    check("\\begin{figure}[ht]\n\\caption{Text}\n\\end{figure}\n", &["Text"], &[(UNKNOWN, 0)]);
    let source = "\\newenvironment{part}[1]{\\textbf{#1}}{}\n\\begin{document}\n\\begin{part}{Work}\nText.\n\\end{part}\n\\end{document}\n";
    check(source, &["Text."], &[(UNKNOWN, 1)]);
}

#[test]
fn links_and_contents_are_texts() {
    check(
        "See \\hyperref[sec:a]{the first section} here.\n\n\\addcontentsline{toc}{chapter}{Thanks}\n",
        &["See the first section here.", "Thanks"],
        &[(UNKNOWN, 0)],
    );
    check("A\\todo{Say more.} text.\n", &["A text.", "Say more."], &[]);
    check("\\acknowledgments{We thank all.}\n", &["We thank all."], &[]);
    check("\\pdfbookmark[1]{Contents}{toc}\n\nText.\n", &["Text."], &[(UNKNOWN, 2)]);
}

#[test]
fn options_of_citations_and_listings_are_counted() {
    check("As \\cite[see][p. 5]{a} says.\n", &["As says."], &[(UNKNOWN, 1)]);
    check("As~\\cite[12]{a} says.\n", &["As says."], &[(UNKNOWN, 0)]);
    let listing =
        "\\begin{lstlisting}[language=C, caption={A loop}]\nfor it in all\n\\end{lstlisting}\n\nText.\n";
    check(listing, &["Text."], &[(UNKNOWN, 1)]);
    check(&listing.replace(", caption={A loop}", ""), &["Text."], &[(UNKNOWN, 0)]);
    check("\\includegraphics[width=3cm,alt={A red house}]{a}\n\nText.\n", &["Text."], &[(UNKNOWN, 1)]);
}

#[test]
fn texts_in_formulas_drawings_and_literature_are_counted() {
    check(
        "If $x = 1 \\text{ for all } y$ holds.\n",
        &["If $x = 1 \\text{ for all } y$ holds."],
        &[(Place::FormulaText, 1)],
    );
    check(
        "\\begin{align}\nx &= 1 \\text{if} y \\\\\n\\intertext{and so}\n&= \\text{x1}\n\\end{align}\n\nText.\n",
        &["Text."],
        &[(Place::FormulaText, 2)],
    );
    check(
        "\\begin{tikzpicture}\n\\node (a) {Start};\n\\end{tikzpicture}\n\nText.\n",
        &["Text."],
        &[(UNKNOWN, 1)],
    );
    check(
        "\\begin{tikzpicture}\n\\draw (0,0) -- (1,1);\n\\end{tikzpicture}\n\nText.\n",
        &["Text."],
        &[(UNKNOWN, 0)],
    );
    check(
        "\\begin{thebibliography}{9}\n\\bibitem{a} J. Doe, Big houses.\n\\end{thebibliography}\n\nText.\n",
        &["Text."],
        &[(UNKNOWN, 1)],
    );
}

#[test]
fn what_a_preamble_says_is_counted() {
    let page = |line: &str| {
        format!(
            "\\documentclass[a4paper]{{article}}\n{line}\n\\begin{{document}}\nText.\n\\end{{document}}\n"
        )
    };
    for line in [
        "\\newcommand{\\project}{The great project}",
        "\\def\\project{The great project}",
        "\\hypersetup{colorlinks=true, pdftitle={The house}}",
        "\\renewcommand{\\contentsname}{Contents}",
        "\\newcommand{\\form}{\\textsc{form}}",
        // Braces that only the program balances.
        "\\title{The house}\n\\let\\x=}\n}",
        "\\crefname{thm}{Theorem}{Theorems}",
        "\\publicationmonth{June}",
        "\\quote{be the change}",
    ] {
        check(&page(line), &["Text."], &[(UNKNOWN, 1)]);
    }
    for line in [
        "\\usepackage[utf8]{inputenc}",
        "\\newcommand{\\R}{\\mathbb{R}}",
        "\\setlength{\\parskip}{1em plus 2pt minus 1pt}",
        "\\hypersetup{colorlinks=true, linkcolor=blue}",
        "\\definecolor{grey}{rgb}{0.5,0.5,0.5}",
        "\\usetikzlibrary{arrows, positioning}",
    ] {
        check(&page(line), &["Text."], &[(UNKNOWN, 0)]);
    }
    check(&page("\\lhead{The house}"), &["The house", "Text."], &[(UNKNOWN, 0)]);
    check(&page("\\fancyhead[LE]{The house}"), &["The house", "Text."], &[(UNKNOWN, 0)]);
    check(&page("\\author{Jane Doe \\and John Roe}"), &["Text."], &[(Place::Name, 1)]);
    let body = "\\title{A}\n\\author{Jane Doe}\n\nText.\n";
    check(body, &["A", "Text."], &[(Place::Name, 1)]);
}
