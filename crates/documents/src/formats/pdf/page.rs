//! What is read of a PDF: pages of paragraphs, each with the place and the look of its lines, so that a translation can
//! be set where the text stood.

/// A page of a PDF. Lengths are in points, from the page's bottom left corner as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its number, from 1.
    pub number: usize,
    /// Width as shown.
    pub width: f64,
    /// Height as shown.
    pub height: f64,
    /// Its text, in reading order.
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph, a heading, or another part of the text that is read as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Paragraph {
    /// What it is.
    pub role: Role,
    /// Its text, lines joined; empty for a table, whose cells have it.
    pub text: String,
    /// Its lines, in reading order. Those of a table are its cells' lines, row by row.
    pub lines: Vec<Line>,
}

/// What a paragraph is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Text of the body.
    Body,
    /// A heading of this level, from 1 to 6.
    Heading(usize),
    /// An item of a list; its mark is part of the text of its first line only.
    Item,
    /// A table: rows of cells, each row of equal length.
    Table(Vec<Vec<String>>),
    /// A header or footer that several pages repeat. The first occurrence keeps its text, later ones are empty.
    Repeated,
}

/// A line of text as it stands on its page.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its text, with single spaces between words.
    pub text: String,
    /// The area that its letters take.
    pub area: Area,
    /// The look of most of its letters.
    pub style: Style,
    /// The direction in which it is read, in degrees counterclockwise: 0 from left to right, 270 from top to bottom, as
    /// vertical Japanese.
    pub angle: f64,
}

/// A rectangle, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Bottom edge.
    pub bottom: f64,
    /// Right edge.
    pub right: f64,
    /// Top edge.
    pub top: f64,
}

/// The look of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// The font's name without the prefix of a subset; empty if it has none.
    pub font: String,
    /// Size in points as shown.
    pub size: f64,
    /// Whether the font is bold.
    pub bold: bool,
    /// Whether the font is italic or slanted.
    pub italic: bool,
    /// Red, green and blue of the letters, approximate where a colour space needs a profile.
    pub color: [u8; 3],
    /// Whether the letters are not painted, as the recognised text of a scan.
    pub hidden: bool,
}

impl Area {
    /// The smallest area that holds both.
    pub(super) fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            bottom: self.bottom.min(other.bottom),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
        }
    }

    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.top - self.bottom
    }
}

/// The pages of a PDF, and what is not on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// All pages, also those without text.
    pub pages: Vec<Page>,
    /// What was seen and is not among their text.
    pub left_out: LeftOut,
}

/// What a PDF has beside the text that is read, by the numbers of the pages, from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Pages with text that is damaged, or whose fonts do not tell its characters.
    pub unreadable: Vec<usize>,
    /// Pages with pictures and without text, as scans.
    pub pictures: Vec<usize>,
    /// Pages with text that is not painted: it is read. Mostly the recognised text of a scan.
    pub hidden: Vec<usize>,
    /// Comments set on pages.
    pub comments: usize,
    /// Bookmarks, which mostly repeat headings.
    pub bookmarks: usize,
}
