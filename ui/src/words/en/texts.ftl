# The history, corrections, back-translation and pinned translations of typed text.
tab-history = History
history-find = Find a text
history-empty = Texts that you translate are listed here.
history-off = New texts are not kept.
history-on = Keep a history of typed texts
history-about = The last texts with their translations stay in the file of your data, which only you may read.
history-clear = Clear the history…
history-question = Remove all texts from the history?
history-restore = Go on with this text

text-progress = Progress of the translation
copy-named = Copy the translation of: { $text }
pin = Pin: keep while you type another text
pinned = Pinned
unpin = Unpin
unpin-named = Unpin: { $text }
said-pinned = Pinned

translate-back = Translate back
translate-back-not = No model here translates in the other direction
back-translation = Translated back
back-translation-about = By the same models: what the translation says, as they read it. It can have mistakes of its own.
back-close = Close the back-translation
said-back = Translated back

correct = Correct
corrections = Correct
corrections-about = A corrected sentence is kept in the translation memory and used wherever it comes again.
corrections-off = The translation memory is off, so corrections cannot be kept.
corrections-close = Close the corrections
correction-of = Translation of: { $text }
said-corrected = Correction saved
