# The queue of documents and the review.
choose-files = Choose files…
choose-folder = Choose a folder…
drop-documents = Drop documents or folders here
release-documents = Release to translate
documents-saved-beside = Translations are saved beside the originals, which are not changed.
documents = Documents
dialog-files = Documents to translate
dialog-folder = Folder of documents to translate
formats-text = Text
formats-office = Office
formats-subtitles = Subtitles
formats-data = Data and software
format-plain-text = plain text
format-pdf-as-markdown = PDF, as Markdown
format-opendocument-text = OpenDocument text
format-opendocument-spreadsheet = OpenDocument spreadsheet
format-opendocument-presentation = OpenDocument presentation
format-subrip-subtitles = SubRip
format-webvtt-subtitles = WebVTT
format-substation-alpha-subtitles = SubStation Alpha
format-android-strings = Android strings
format-apple-strings = Apple strings
format-apple-string-catalogue = Apple string catalogue
format-net-resources = .NET resources
format-java-properties = Java properties
format-jupyter-notebook = Jupyter notebook

unfinished = Unfinished documents
resume-documents = { $n ->
    [one] Resume { $n } document?
   *[other] Resume { $n } documents?
}
segments-kept = Finished segments are kept.
resume = Resume
resume-all = Resume all
not-now = Not now
all-documents = All documents
done-of = { $done } / { $total } done
pause = Pause
pause-all = Pause all
clear-done = Clear done
cleared = { $n ->
    [one] { $n } document removed from the list
   *[other] { $n } documents removed from the list
}
undo = Undo
group-active = Unfinished
group-review = To review
group-done = Done
held-question = This looks like { $language }, not { $expected }. Translate it from { $language }?
held-unknown = This looks like { $language }, which no model here translates.
held-anyway = It is { $expected }
columns-question = Translate which columns?
column-of = Column { $n }
start-tables = { $n ->
    [one] Translate { $n } table
   *[other] Translate { $n } tables
}

row-held = Other language?
row-table = Which columns?
row-waiting = Waiting
row-translating = Translating
row-paused = Paused
row-interrupted = Interrupted
row-done = Done
row-failed = Failed
row-cancelled = Cancelled
row-review = Needs review: { $n }
row-no-text = no text to translate was found
row-segments = { $n ->
    [one] { $n } segment
   *[other] { $n } segments
}
row-segments-of = { $done } / { $total } segments
row-terms = { $total ->
    [one] { $met } of { $total } glossary term used
   *[other] { $met } of { $total } glossary terms used
}
row-left-alone = { $n ->
    [one] { $n } text place left as it is
   *[other] { $n } text places left as they are
}
row-progress = Progress of { $name }
row-actions = Actions for { $name }
row-languages = Languages of { $name }
row-demonstration = Translated by built-in models, which only demonstrate
not-saved = { $n } not saved
from = From
to = To
review = Review
open = Open
show-in-folder = Show in folder
export = Export
export-of = Export { $name }
export-beside = Bilingual page beside the translation
export-bilingual = Bilingual page as…
export-memory = Translation memory (TMX) as…
export-written = Written: { $name }
dialog-export-bilingual = Bilingual page
dialog-export-memory = Translation memory
remove-from-list = Remove from the list
remove-drafts = { $n ->
    [one] Remove and discard { $n } unsaved correction?
   *[other] Remove and discard { $n } unsaved corrections?
}
remove-segments = { $n ->
    [one] Remove and discard { $n } finished segment?
   *[other] Remove and discard { $n } finished segments?
}
again-question = Translate it again, { $from } → { $to }?
choose-columns = Choose columns…
again-corrections = { $n ->
    [one] { $n } correction may be lost, since it is not in the translation memory. Translate again?
   *[other] { $n } corrections may be lost, since they are not in the translation memory. Translate again?
}
translate = Translate
said-row-done = { $name } is translated
said-row-paused = { $name } is paused
said-row-held = { $name } seems to be in another language
said-row-table = { $name } waits for the choice of its columns
said-row-failed = { $name } could not be translated

review-of = Review of { $name }
back-to-documents = Back to the documents
reading-segments = Reading the segments…
show-only = Show only
filter-all = All
filter-to_review = To review
filter-poor_first = Poor first
filter-numbers = Numbers
filter-tags = Formatting
filter-glossary = Glossary
filter-reused = Reused
filter-edited = Edited
segments = Segments
column-number = No.
column-findings = Findings
no-match = No segment matches the filters.
no-text = This document has no text.
saving = Saving…
saved-to = { $n ->
    [one] { $n } change saved to { $file }
   *[other] { $n } changes saved to { $file }
}
keys-move = move
keys-edit = edit
keys-save = save and next
next-draft = Go to the next unsaved correction
page-previous = Previous page
page-next = Next page
rows-of = { $first }–{ $last } of { $total }
kept-terms = Terms kept the same
kept-terms-about = A changed translation marks the sentences that lack it for review.
kept-term = Translation of { $term }
kept-term-sentences = { $n ->
    [one] { $agreeing } of { $n } sentence
   *[other] { $agreeing } of { $n } sentences
}
said-term = { $n ->
    [one] { $n } sentence lacks it
   *[other] { $n } sentences lack it
}
segment-translation = Translation of segment { $n }
save-next = Save and next
save-again = Save again
discard = Discard
unsaved = Not saved
term-used = Glossary term used: { $term }
suggestions = { $n ->
    [one] { $n } suggestion from the translation memory
   *[other] { $n } suggestions from the translation memory
}
use = Use
use-suggestion = Use suggestion { $n }: { $text }
said-saved = Saved

status-done = Translated
status-reused = Reused
status-edited = Edited
status-doubtful = Needs review
status-kept = Not translated
status-copied = Nothing to translate

origin-machine = { $percent } % machine translated
origin-edited = { $percent } % corrected
origin-imported = { $percent } % imported

grade-good = Good
grade-doubtful = May be wrong
grade-poor = Probably wrong
grade-about = The models’ own estimate that this is a good translation: { $percent }.
grade-uncalibrated = The models’ own estimate that this is a good translation: { $percent }; not calibrated for these models.
grades-some = { $total ->
    [one] Of { $total } estimated segment:
   *[other] Of { $total } estimated segments:
} { $poor ->
    [0] none is probably wrong
    [one] { $poor } is probably wrong
   *[other] { $poor } are probably wrong
}, { $doubtful ->
    [0] none is doubtful.
    [one] { $doubtful } may be wrong.
   *[other] { $doubtful } may be wrong.
}

reason-repeated = Repeats itself
    .fix = Write it once, or translate the sentence anew.
reason-cut_off = Truncated
    .fix = Add what is missing at the end.
reason-short = Very short
    .fix = See whether something is left out.
reason-long = Very long
    .fix = See whether something was added.
reason-copied = Same as the source
    .fix = Translate it, or approve it if it stays the same, as names do.
reason-empty = Empty
    .fix = Write a translation.
reason-number = Number missing
    .fix = Insert the number, or approve it if it is written as a word.
reason-new_number = New number
    .fix = Remove the number, or approve it if the source has it as a word.
reason-script = In another script
    .fix = Translate the words, or approve them if they are a name or are quoted.
reason-placeholder = Missing
    .fix = Insert it where it belongs.
reason-new_placeholder = Not in the source
    .fix = Remove it.
reason-inserted = Put in by position
    .fix = See whether it stands in the right place.
reason-placeholders = Left unchanged: the placeholders would have differed
    .fix = Write a translation with exactly the placeholders of the source.
reason-term = Glossary term missing
    .fix = Insert the term, or approve it if another form fits.
reason-tag = Formatting
    .fix = Put the formatting around its words: select them and press its button.
reason-refused = Left unchanged: the translation would have broken the document
    .fix = Write it without characters of markup.
reason-long_line = Subtitle line too long
    .fix = Shorten it, or break the line.
reason-encoding = Written as UTF-8: the encoding lacks a character
    .fix = Use other characters to keep the file’s encoding.
reason-too_long = Too long for the models
    .fix = Translate it yourself, in parts.

mark-bold = bold
mark-strikethrough = strikethrough
mark-italic = italic
mark-underlined = underlined
mark-image = image
mark-footnote = footnote
mark-comment = comment
mark-field = field
mark-reference = reference
mark-link = link
mark-code = code
mark-script = super/subscript
mark-break = line break
mark-formula = formula
mark-paired = style
mark-void = markup
mark-locked = not translated

