//! What the commands and environments of LaTeX and its common packages do with their arguments.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Its last argument is a text of its own, such as a title, after so many other arguments; so is its optional one.
    Title(usize),
    /// A note beside the text.
    Note,
    /// Changes how its last argument looks, after so many other arguments.
    Style(usize),
    /// Changes how the rest of its group looks.
    Switch,
    /// Stands for a word.
    Word,
    /// A mark that belongs to the word before it.
    Mark,
    /// Separates paragraphs, with all its arguments.
    Layout,
    /// A line end.
    Break,
    /// A list's item, whose optional argument is a text.
    Item,
    /// The start or end of an environment.
    Begin,
    End,
    /// A space that is written as this character, or nothing.
    Space(&'static str),
    /// A character.
    Char(char),
    Unknown,
}

const TITLES: &str = "title subtitle part chapter section subsection subsubsection paragraph subparagraph caption subcaption \
    frametitle framesubtitle subject titlehead publishers dedication minisec addchap addsec addpart captionof \
    opening closing abstract keywords lettrine subfloat subfigure epigraph pdfbookmark titlerunning shorttitle \
    markboth markright chead lhead rhead cfoot lfoot rfoot cftchapname tableofcontentsname";

const NOTES: &str = "footnote footnotetext thanks marginpar sidenote marginnote endnote tnote";

const STYLES: &str = "emph textbf textit textsl textsc textsf textrm textmd textup textnormal text underline uline uuline uwave \
    sout xout st ul hl so mbox hbox makebox framebox fbox textsuperscript textsubscript textbb enquote alert only \
    uncover visible onslide structure MakeUppercase MakeLowercase uppercase lowercase centerline textquote strong \
    newterm textlf";

/// Styles with another argument before the text.
const STYLES_OF: &str = "textcolor colorbox href parbox raisebox scalebox hyperlink hypertarget";

const SWITCHES: &str = "em bf it rm sf sl sc bfseries itshape rmfamily sffamily slshape scshape upshape mdseries normalfont tiny \
    scriptsize footnotesize small normalsize large Large LARGE huge Huge color boldmath selectfont raggedright \
    raggedleft centering";

const WORDS: &str = "ref eqref pageref autoref cref Cref nameref vref fref Fref url nolinkurl path texttt code lstinline citet \
    Citet textcite citeauthor citeyear citeyearpar citeA num SI si qty unit gls Gls glspl ac acs acl acp email \
    file cs cmd env pkg foreignlanguage ensuremath LaTeX TeX LaTeXe today textgreek hyperref texorpdfstring ce \
    doi";

const MARKS: &str = "cite citep Citep parencite Parencite autocite Autocite footcite supercite nocite label index footnotemark \
    phantomsection todo protect relax glsadd hypersetup xspace leavevmode noindent indent nobreak allowbreak \
    unskip ignorespaces hspace hspace* hskip kern quad qquad hfill dotfill hrulefill enspace thinspace enskip \
    strut sloppy fussy looseness";

const LAYOUT: &str = "par newpage clearpage cleardoublepage pagebreak nopagebreak maketitle tableofcontents listoffigures \
    listoftables bigskip medskip smallskip vspace vspace* vskip vfill hline toprule midrule bottomrule cline \
    cmidrule input include subfile bibliography bibliographystyle printbibliography includegraphics appendix \
    frontmatter mainmatter backmatter setlength addtolength setcounter addtocounter stepcounter refstepcounter \
    pagestyle thispagestyle pagenumbering usepackage author date institute affil affiliation address \
    selectlanguage hypersetup lstset geometry graphicspath endinput noalign rule hrule lstinputlisting \
    verbatiminput inputminted printindex makeindex pause titlepage addcontentsline addtocontents bibitem \
    endfirsthead endhead endfoot endlastfoot usetheme column columnbreak documentclass tikzset usetikzlibrary \
    bibliographyunit backmatter DontPrintSemicolon newcounter newlength newif rowcolor cellcolor tikz psfrag \
    acknowledgments linespread onehalfspacing doublespacing singlespacing flushbottom raggedbottom";

/// Commands that define others.
const DEFINITIONS: &str = "def edef gdef xdef let newcommand renewcommand providecommand DeclareRobustCommand newenvironment \
    renewenvironment DeclareMathOperator newtheorem NewDocumentCommand newcolumntype RenewDocumentCommand \
    newtcolorbox DeclarePairedDelimiter newcommandx ProvideDocumentCommand";

/// Environments of formulas and verbatim text.
const RAW: &str = "equation align gather multline eqnarray math displaymath flalign alignat IEEEeqnarray dmath verbatim \
    Verbatim BVerbatim LVerbatim lstlisting minted comment filecontents tikzpicture pgfpicture tikzcd picture \
    algorithmic alltt asy luacode pycode sagesilent prooftree forest thebibliography pspicture CD codeblock code \
    python bibunit circuitikz";

/// Environments of paragraphs.
const PROSE: &str = "document abstract quote quotation verse center flushleft flushright itemize enumerate description figure \
    table wrapfigure wraptable SCfigure floatrow minipage frame block alertblock exampleblock columns column \
    titlepage appendices appendix list trivlist sloppypar multicols spacing landscape threeparttable tablenotes \
    subfigure subtable adjustwidth tcolorbox mdframed framed shaded leftbar letter acknowledgements \
    acknowledgments acks small footnotesize scriptsize large Large singlespace doublespace onehalfspace \
    compactitem compactenum inparaenum tasks keywords IEEEkeywords subequations sidewaystable sidewaysfigure \
    algorithm listing margin quoting displayquote epigraphs refsection otherlanguage questions parts solution \
    theorem lemma corollary proposition definition remark example exercise proof claim conjecture note notation \
    problem question answer axiom fact observation assumption hint thm lem cor prop defn defi rem ex exm conj \
    solution* summary warning tip important info titlingpage preface foreword dedication flashcard";

/// Environments of cells.
const TABLES: &str = "tabular tabularx longtable tabulary supertabular tabu xltabular longtabu xtabular";

/// Environments whose first arguments are titles.
const TITLED: &str = "frame block alertblock exampleblock";

/// The forms of commands.
static FORMS: LazyLock<HashMap<&str, Form>> = LazyLock::new(|| {
    let lists = [
        (LAYOUT, Form::Layout),
        (MARKS, Form::Mark),
        (WORDS, Form::Word),
        (SWITCHES, Form::Switch),
        (STYLES_OF, Form::Style(1)),
        (STYLES, Form::Style(0)),
        (NOTES, Form::Note),
        (TITLES, Form::Title(0)),
    ];
    lists
        .into_iter()
        .flat_map(|(names, form)| names.split_whitespace().map(move |name| (name, form)))
        .collect()
});

/// What a command does; `name` may have a star.
pub(super) fn form(name: &str) -> Form {
    let plain = name.strip_suffix('*').unwrap_or(name);
    match name {
        "begin" => Form::Begin,
        "end" => Form::End,
        "item" => Form::Item,
        "\\" | "newline" | "linebreak" | "tabularnewline" => Form::Break,
        " " | "\n" | "\t" | "\r" | "space" => Form::Space(" "),
        "," => Form::Space("\u{202f}"),
        "/" | "-" | "@" | "!" | "" => Form::Space(""),
        ";" | ":" | ">" => Form::Mark,
        "%" | "&" | "#" | "_" | "$" | "{" | "}" => Form::Char(name.chars().next().unwrap_or(' ')),
        "dots" | "textellipsis" => Form::Char('…'),
        "textendash" => Form::Char('–'),
        "textemdash" => Form::Char('—'),
        "multicolumn" | "multirow" => Form::Title(2),
        "captionof" | "pdfbookmark" => Form::Title(1),
        _ => FORMS.get(name).or_else(|| FORMS.get(plain)).copied().unwrap_or(Form::Unknown),
    }
}

/// Commands whose next group is text.
const BARE: &str = "par newpage clearpage cleardoublepage maketitle tableofcontents bigskip medskip smallskip vfill hline \
    toprule midrule bottomrule quad qquad hfill dotfill hrulefill enspace noindent indent leavevmode strut \
    protect relax xspace nobreak allowbreak appendix \\ pause printindex sloppy thinspace enskip phantomsection \
    frontmatter mainmatter backmatter";

/// Whether groups right after a command are its arguments.
pub(super) fn takes_arguments(name: &str) -> bool {
    !has(BARE, name) && (name == "color" || !has(SWITCHES, name))
}

/// Whether a command defines another.
pub(super) fn is_definition(name: &str) -> bool {
    has(DEFINITIONS, name.strip_suffix('*').unwrap_or(name))
}

/// Whether an environment holds a formula or verbatim text.
pub(super) fn is_raw(environment: &str) -> bool {
    has(RAW, environment.strip_suffix('*').unwrap_or(environment))
}

/// Whether an environment holds paragraphs or cells.
pub(super) fn is_prose(environment: &str) -> bool {
    let plain = environment.strip_suffix('*').unwrap_or(environment);
    has(PROSE, plain) || has(TABLES, plain)
}

/// Whether an environment holds cells.
pub(super) fn is_table(environment: &str) -> bool {
    has(TABLES, environment.strip_suffix('*').unwrap_or(environment))
}

/// Whether the first arguments of an environment are titles.
pub(super) fn is_titled(environment: &str) -> bool {
    has(TITLED, environment)
}

fn has(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|one| one == name)
}
