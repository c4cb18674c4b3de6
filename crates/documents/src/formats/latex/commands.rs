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
    opening closing abstract keywords lettrine subfloat subfigure epigraph titlerunning shorttitle \
    acknowledgments acknowledgements markboth markright fancyhead fancyfoot chead lhead rhead cfoot lfoot rfoot cftchapname tableofcontentsname";

const NOTES: &str = "footnote footnotetext thanks marginpar sidenote marginnote endnote tnote todo";

const STYLES: &str = "emph textbf textit textsl textsc textsf textrm textmd textup textnormal text underline uline uuline uwave \
    sout xout st ul hl so mbox hbox makebox framebox fbox textsuperscript textsubscript textbb enquote alert only \
    uncover visible onslide structure MakeUppercase MakeLowercase uppercase lowercase centerline textquote strong \
    newterm textlf hyperref";

/// Styles with another argument before the text.
const STYLES_OF: &str = "textcolor colorbox href parbox raisebox scalebox hyperlink hypertarget";

const SWITCHES: &str = "em bf it rm sf sl sc bfseries itshape rmfamily sffamily slshape scshape upshape mdseries normalfont tiny \
    scriptsize footnotesize small normalsize large Large LARGE huge Huge color boldmath selectfont raggedright \
    raggedleft centering";

const WORDS: &str = "ref eqref pageref autoref cref Cref nameref vref fref Fref url nolinkurl path texttt code lstinline citet \
    Citet textcite citeauthor citeyear citeyearpar citeA num SI si qty unit gls Gls glspl ac acs acl acp email \
    file cs cmd env pkg foreignlanguage ensuremath LaTeX TeX LaTeXe today textgreek texorpdfstring ce \
    doi";

const MARKS: &str = "cite citep Citep parencite Parencite autocite Autocite footcite supercite nocite label index footnotemark \
    phantomsection protect relax glsadd hypersetup xspace leavevmode noindent indent nobreak allowbreak \
    unskip ignorespaces hspace hspace* hskip kern quad qquad hfill dotfill hrulefill enspace thinspace enskip \
    strut sloppy fussy looseness";

const LAYOUT: &str = "par newpage clearpage cleardoublepage pagebreak nopagebreak maketitle tableofcontents listoffigures \
    listoftables bigskip medskip smallskip vspace vspace* vskip vfill hline toprule midrule bottomrule cline \
    cmidrule input include subfile bibliography bibliographystyle printbibliography includegraphics appendix \
    frontmatter mainmatter backmatter setlength addtolength setcounter addtocounter stepcounter refstepcounter \
    pagestyle thispagestyle pagenumbering usepackage selectlanguage hypersetup lstset geometry graphicspath endinput noalign rule hrule lstinputlisting \
    verbatiminput inputminted printindex makeindex pause titlepage addtocontents bibitem \
    endfirsthead endhead endfoot endlastfoot pdfbookmark usetheme column columnbreak documentclass tikzset usetikzlibrary \
    bibliographyunit backmatter DontPrintSemicolon newcounter newlength newif rowcolor cellcolor tikz psfrag \
    linespread onehalfspacing doublespacing singlespacing flushbottom raggedbottom";

/// Commands that name people and places, which are left.
const NAMES: &str = "author date institute affil affiliation address publishers";

/// Titles whose optional argument is a setting.
const SET: &str = "fancyhead fancyfoot lettrine epigraph";

/// Commands that define others.
const DEFINITIONS: &str = "def edef gdef xdef let newcommand renewcommand providecommand DeclareRobustCommand newenvironment \
    renewenvironment DeclareMathOperator NewDocumentCommand newcolumntype RenewDocumentCommand \
    newtcolorbox DeclarePairedDelimiter newcommandx ProvideDocumentCommand";

/// Environments of formulas.
const FORMULAS: &str = "equation align gather multline eqnarray math displaymath flalign alignat IEEEeqnarray dmath CD tikzcd \
    prooftree";

/// Environments of verbatim text and of what is not shown.
const LISTINGS: &str = "verbatim Verbatim BVerbatim LVerbatim lstlisting minted comment filecontents alltt asy luacode pycode \
    sagesilent codeblock code python";

/// Environments of drawings, pseudocode and literature.
const DRAWN: &str =
    "tikzpicture pgfpicture picture algorithmic forest thebibliography pspicture bibunit circuitikz";

/// Environments of paragraphs.
const PROSE: &str = "document abstract quote quotation verse center flushleft flushright itemize enumerate description figure \
    table wrapfigure wraptable SCfigure floatrow minipage frame block alertblock exampleblock columns column \
    titlepage appendices appendix list trivlist sloppypar multicols spacing landscape threeparttable tablenotes \
    subfigure subtable adjustwidth tcolorbox mdframed framed shaded leftbar letter acknowledgements \
    acknowledgments acks small footnotesize scriptsize large Large singlespace doublespace onehalfspace \
    compactitem compactenum inparaenum tasks keywords IEEEkeywords subequations sidewaystable sidewaysfigure \
    algorithm listing margin quoting displayquote epigraphs refsection otherlanguage questions parts \
    titlingpage preface foreword dedication flashcard";

/// Environments of paragraphs whose optional argument is a title.
const THEOREMS: &str = "theorem lemma corollary proposition definition remark example exercise proof claim conjecture note \
    notation problem question answer axiom fact observation assumption hint thm lem cor prop defn defi rem ex exm \
    conj solution summary warning tip important info";

/// Environments of paragraphs without arguments but optional ones, so that a group after their start is text.
const BARE_PROSE: &str = "document abstract quote quotation verse center flushleft flushright itemize enumerate description \
    figure table SCfigure columns titlepage appendices sloppypar landscape threeparttable tablenotes framed shaded \
    leftbar acknowledgements acknowledgments acks small footnotesize scriptsize large Large singlespace doublespace \
    onehalfspace compactitem compactenum inparaenum keywords IEEEkeywords subequations sidewaystable sidewaysfigure \
    algorithm listing quoting displayquote preface foreword dedication proof tcolorbox mdframed";

/// Environments of cells.
const TABLES: &str = "tabular tabularx longtable tabulary supertabular tabu xltabular longtabu xtabular";

/// Environments whose first arguments are titles.
const TITLED: &str = "frame block alertblock exampleblock";

/// The forms of commands.
static FORMS: LazyLock<HashMap<&str, Form>> = LazyLock::new(|| {
    let lists = [
        (LAYOUT, Form::Layout),
        (NAMES, Form::Layout),
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
        "addcontentsline" => Form::Title(2),
        "captionof" | "newtheorem" | "newtheorem*" => Form::Title(1),
        _ => FORMS.get(name).or_else(|| FORMS.get(plain)).copied().unwrap_or(Form::Unknown),
    }
}

/// Commands whose next group is text.
const BARE: &str = "par newpage clearpage cleardoublepage maketitle tableofcontents bigskip medskip smallskip vfill hline \
    toprule midrule bottomrule quad qquad hfill dotfill hrulefill enspace noindent indent leavevmode strut \
    protect relax xspace nobreak allowbreak appendix \\ pause printindex sloppy thinspace enskip phantomsection \
    frontmatter mainmatter backmatter onehalfspacing doublespacing singlespacing flushbottom raggedbottom endinput \
    endhead endfoot endfirsthead endlastfoot columnbreak hrule titlepage makeindex listoffigures listoftables unskip \
    ignorespaces";

/// Commands with two arguments that are no text.
const TWO: &str = "setlength addtolength setcounter addtocounter addtocontents rule inputminted SI qty foreignlanguage \
    texorpdfstring psfrag pdfbookmark";

/// Groups right after a command that are its arguments; those of commands that are not known, of titles and of names have no
/// limit.
pub(super) fn arity(name: &str) -> usize {
    let plain = name.strip_suffix('*').unwrap_or(name);
    match form(name) {
        Form::Word | Form::Mark | Form::Layout if has(TWO, plain) => 2,
        Form::Layout if has(NAMES, plain) => usize::MAX,
        Form::Word | Form::Mark | Form::Layout | Form::Note | Form::End => 1,
        _ => usize::MAX,
    }
}

/// Whether groups right after a command are its arguments.
pub(super) fn takes_arguments(name: &str) -> bool {
    !has(BARE, name) && (name == "color" || !has(SWITCHES, name))
}

/// Whether a command defines another.
pub(super) fn is_definition(name: &str) -> bool {
    has(DEFINITIONS, name.strip_suffix('*').unwrap_or(name))
}

/// Whether an environment holds a formula, verbatim text or a drawing.
pub(super) fn is_raw(environment: &str) -> bool {
    is_formula(environment) || is_listing(environment) || has(DRAWN, environment)
}

/// Whether an environment holds a formula.
pub(super) fn is_formula(environment: &str) -> bool {
    has(FORMULAS, environment.strip_suffix('*').unwrap_or(environment))
}

/// Whether an environment holds verbatim text.
pub(super) fn is_listing(environment: &str) -> bool {
    has(LISTINGS, environment.strip_suffix('*').unwrap_or(environment))
}

/// Whether an environment holds paragraphs or cells.
pub(super) fn is_prose(environment: &str) -> bool {
    let plain = environment.strip_suffix('*').unwrap_or(environment);
    has(PROSE, plain) || has(THEOREMS, plain) || has(TABLES, plain)
}

/// Whether an environment's optional argument is a title.
pub(super) fn is_theorem(environment: &str) -> bool {
    has(THEOREMS, environment.strip_suffix('*').unwrap_or(environment))
}

/// Groups after the name of an environment of paragraphs or cells that are its arguments, if their number is known.
pub(super) fn environment_arity(environment: &str) -> Option<usize> {
    match environment {
        "minipage" | "tabular" | "longtable" | "supertabular" | "xtabular" | "tabu" | "longtabu"
        | "multicols" | "multicols*" | "spacing" | "column" | "subfigure" | "subtable" | "otherlanguage"
        | "letter" => Some(1),
        "tabularx" | "tabulary" | "tabular*" | "xltabular" | "wrapfigure" | "wraptable" | "adjustwidth"
        | "list" => Some(2),
        _ => has(BARE_PROSE, environment.strip_suffix('*').unwrap_or(environment)).then_some(0),
    }
}

/// Whether the optional argument of a title is a setting.
pub(super) fn is_set(name: &str) -> bool {
    has(SET, name)
}

/// Whether a command names people or places.
pub(super) fn is_name(name: &str) -> bool {
    has(NAMES, name)
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
