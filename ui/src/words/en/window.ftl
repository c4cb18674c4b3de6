# The frame of the window, the text panel, and words that several panels share.
key-ctrl = Ctrl
key-shift = Shift
key-enter = Enter
key-escape = Esc

labelled = { $label }: { $text }
language-none = none
language-find = Find a language
language-detect = Detect language
language-detected = { $language } (detected)
language-no-match = No matching language
pair-in-words = { $from } → { $to }

pages = Pages
tab-text = Text
tab-documents = Documents
in-progress = { $n } in progress
translates-at-once = translates at once
dismiss = Dismiss
keep = Keep
cancel = Cancel
retry = Retry
remove = Remove
try-again = Try again
start-again = Start again
choose-other-models = Choose other models…

languages = Languages
translate-from = Translate from
translate-to = Translate to
swap = Swap languages
recent-pairs = Recent pairs
offline = Offline
offline-about = Your text stays on this computer. This window cannot open network connections.

demonstration = Demonstration
demonstration-about = The built-in models know short, everyday sentences and get the rest wrong.
demonstration-models = { $recipe }: these models are built in and only demonstrate. Opens the page Models.
get-models = Get models…

detected = Detected: { $language }
detected-switch = Translate from { $language }

loading-title = Loading the models
loading-about = You can type already. Your text is translated as soon as this is done.
loading-reading = Read the models
loading-uploading = Copy to the GPU
loading-pipelines = Compile the GPU kernels
loading-warming_up = Warm up

status = Status
status-models = Models
status-recipe = How the models’ logits are summed
status-software = { $adapter }: this adapter runs on the CPU, which is slow. Install a graphics driver with Vulkan to use the GPU.
status-no-gpu = Warning, no GPU in use:
status-loading = Loading models…
status-failed = Models are not loaded

source = Source
source-in = Text in { $language }
source-text = Text
source-placeholder = Type or paste text, or drop a document anywhere
characters = { $n ->
    [one] { $n } character
   *[other] { $n } characters
}
paste = Paste
clear = Clear
translation = Translation
translation-in = Translation in { $language }
translation-here = The translation appears here
translate-again = Translate again
stop = Stop
stopped = Stopped
copy = Copy
copied = Copied
copy-translation = Copy the translation
uncertain-words = { $n ->
    [one] { $n } uncertain word
   *[other] { $n } uncertain words
}
no-other-options = no other options
low-confidence = Low confidence ({ $percent }).
low-confidence-options = Low confidence ({ $percent }). Other options: { $options }

said-translating = Translating
said-done = Done

speed = { $n } tokens/s
seconds-left = { $n } s left
minutes-left = { $n } min left
hours-left = { $n } h left
progress = { $done } / { $total }
of-total = { $done } of { $total }
