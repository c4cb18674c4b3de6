# Places of a document whose text is left on purpose, by kind.
place-svg-text = { $n ->
    [one] { $n } text in an SVG picture
   *[other] { $n } texts in SVG pictures
}
place-compared-text = { $n ->
    [one] { $n } text that formulas look for
   *[other] { $n } texts that formulas look for
}
place-sheet-name = { $n ->
    [one] { $n } name of a sheet that is referred to
   *[other] { $n } names of sheets that are referred to
}
place-mention = { $n ->
    [one] { $n } comment that mentions somebody
   *[other] { $n } comments that mention somebody
}
place-bytes = { $n ->
    [one] { $n } byte that is no text in the document’s encoding
   *[other] { $n } bytes that are no text in the document’s encoding
}
place-unreadable-page = { $n ->
    [one] { $n } page with text that cannot be decoded
   *[other] { $n } pages with text that cannot be decoded
}
place-picture-page = { $n ->
    [one] { $n } page that is a picture
   *[other] { $n } pages that are pictures
}
place-page-comment = { $n ->
    [one] { $n } comment on a page
   *[other] { $n } comments on pages
}
place-bookmark = { $n ->
    [one] { $n } bookmark
   *[other] { $n } bookmarks
}
place-embedded-document = { $n ->
    [one] { $n } embedded document
   *[other] { $n } embedded documents
}
place-control = { $n ->
    [one] { $n } control of a program
   *[other] { $n } controls of programs
}
place-custom-property = { $n ->
    [one] { $n } custom property
   *[other] { $n } custom properties
}
place-keyword = { $n ->
    [one] { $n } list of keywords or category
   *[other] { $n } lists of keywords and categories
}
place-pivot-caption = { $n ->
    [one] { $n } caption of a pivot table
   *[other] { $n } captions of pivot tables
}
place-list-entry = { $n ->
    [one] { $n } entry of a list
   *[other] { $n } entries of lists
}
place-control-title = { $n ->
    [one] { $n } title of a content control
   *[other] { $n } titles of content controls
}
place-deleted-text = { $n ->
    [one] { $n } deleted text
   *[other] { $n } deleted texts
}
place-numbering = { $n ->
    [one] { $n } format of numbers
   *[other] { $n } formats of numbers
}
place-preformatted = { $n ->
    [one] { $n } preformatted text
   *[other] { $n } preformatted texts
}
place-fallback = { $n ->
    [one] { $n } text for old programs
   *[other] { $n } texts for old programs
}
place-structured-data = { $n ->
   *[other] { $n } × data for search engines
}
place-unknown-markup = { $n ->
    [one] { $n } directive, block or command that is not known
   *[other] { $n } directives, blocks and commands that are not known
}
place-message = { $n ->
    [one] { $n } message with plural forms
   *[other] { $n } messages with plural forms
}
place-drawn-table = { $n ->
    [one] { $n } drawn table
   *[other] { $n } drawn tables
}
place-crowded-text = { $n ->
    [one] { $n } paragraph with too much markup
   *[other] { $n } paragraphs with too much markup
}
place-damaged-part = { $n ->
    [one] { $n } damaged part
   *[other] { $n } damaged parts
}
place-long-text = { $n ->
    [one] { $n } text longer than its program allows
   *[other] { $n } texts longer than their program allows
}
place-field-result = { $n ->
    [one] { $n } result of a field
   *[other] { $n } results of fields
}
place-field-text = { $n ->
    [one] { $n } text in a field’s instruction
   *[other] { $n } texts in instructions of fields
}
place-formula-text = { $n ->
    [one] { $n } text in a formula
   *[other] { $n } texts in formulas
}
place-prompt = { $n ->
    [one] { $n } prompt of a layout
   *[other] { $n } prompts of layouts
}
place-building-block = { $n ->
    [one] { $n } description of a building block
   *[other] { $n } descriptions of building blocks
}
place-code-value = { $n ->
    [one] { $n } value that looks like code
   *[other] { $n } values that look like code
}
place-column-title = { $n ->
    [one] { $n } title of a column
   *[other] { $n } titles of columns
}
place-name = { $n ->
    [one] { $n } name that stays
   *[other] { $n } names that stay
}
place-index-entry = { $n ->
    [one] { $n } entry of an index
   *[other] { $n } entries of an index
}
