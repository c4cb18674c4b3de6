# The settings, the list of keys, and the question before closing.
settings = Settings
settings-models = Models
settings-general = General
settings-glossary = Glossary
settings-memory = Memory
settings-hardware = Hardware
settings-privacy = Privacy
settings-about = About
save = Save
edit = Edit
edit-named = Edit { $name }
remove-all = Remove all…
nothing-found = Nothing found
export-dialog = Export…

interface-language = Language of the window
of-the-system = As the system
theme = Colours
theme-system = As the system
theme-light = Light
theme-dark = Dark
text-size = Size of text
quality = Quality
quality-fast = Fast
quality-fast-about = One translation of each sentence.
quality-best = Best
quality-best-about = Several translations of each sentence, of which the models choose one. Takes several times as long.
output-folder = Folder of translations
output-beside = Beside the originals
output-choose = Choose…
output-clear = Beside the originals
names = Names of translations
names-example = report.docx becomes report{ $separator }de.docx
output-names = A name that has its language keeps its form: letter_de.docx becomes letter_en.docx. Files that exist are never replaced; the next free name is taken.
dialog-output = Folder of translations
last-session = Start with the last text
last-session-about = The newest text of the history. Documents always stay listed.
confirm-close = Ask before closing while documents are being translated or models imported

glossary-about = Words and phrases with the translation that you want. Inflected forms are found too.
glossary-find = Find a term
glossary-add = Add term
glossary-edit = Edit term
glossary-empty = There are no terms for these languages yet.
term-source = Term
term-target = Translation
terms-count = { $n ->
    [one] { $n } term
   *[other] { $n } terms
}
glossary-clear = { $n ->
    [one] Remove { $n } term?
   *[other] Remove all { $n } terms?
}
glossary-import-title = Glossary to import
glossary-export-title = New glossary file
glossary-imported = { $n ->
    [one] { $n } term imported
   *[other] { $n } terms imported
}
glossary-exported = { $n ->
    [one] { $n } term exported
   *[other] { $n } terms exported
}

memory-on = Use the translation memory
memory-about = Documents and typed texts reuse what you have corrected or imported; translations of documents are kept as suggestions.
memory-find = Find a text
memory-empty = The memory has nothing for these languages yet.
units-count = { $n ->
    [one] { $n } translation unit
   *[other] { $n } translation units
}
memory-clear = { $n ->
    [one] Remove { $n } translation unit?
   *[other] Remove all { $n } translation units?
}
memory-import-title = TMX file to import
memory-export-title = New TMX file
memory-imported = { $n ->
    [one] { $n } translation unit imported
   *[other] { $n } translation units imported
}
memory-exported = { $n ->
    [one] { $n } translation unit exported
   *[other] { $n } translation units exported
}
unit-machine = Machine translated
unit-edited = Corrected
unit-imported = Imported
unit-uses = used { $n } ×

hardware-about = Wasan computes on the graphics adapter. The test runs every kernel on every adapter and compares the results with a reference.
adapters = Graphics adapters
adapters-test = Test the adapters
adapters-testing = Testing…
speed-measure = Measure the speed
speed-measuring = Measuring…
adapters-none = No graphics adapter with Vulkan, Metal or DX12 was found.
adapter-discrete = graphics card
adapter-integrated = integrated graphics
adapter-virtual = virtual adapter
adapter-software = runs on the CPU, which is slow
adapter-other = other adapter
adapter-memory = { $size } of memory
adapter-shares = shares the system’s memory
adapter-unknown = memory unknown
adapter-buffer = buffers of up to { $size }
adapter-half = half precision
adapter-no-half = no half precision
adapter-lanes = subgroups of { $least } to { $most }
adapter-some-lanes = subgroups of { $lanes }
adapter-no-lanes = no subgroups
adapter-passed = Passed the self-test ({ $seconds } s)
adapter-failed = Failed the self-test:
adapter-use = Adapter to use
adapter-best = The best one
adapter-next-start = Another adapter is used from the next start on.

privacy-about = Nothing is sent anywhere. Only downloads of models use the network, through a separate program, when you ask for them.
privacy-places = Folders of Wasan
place-kept-data = Your data
place-kept-data-about = The queue with the sentences of your documents, the history of typed texts, the translation memory, the glossary and unsaved corrections. Only you may read it.
place-kept-models = Models
place-kept-models-about = Models that you have downloaded or imported.
place-kept-cache = Cache
place-kept-cache-about = Compiled kernels and results of tests; made again when missing.
place-kept-settings = Settings
place-kept-settings-about = What you have set here, and the window’s size and place.
privacy-clear = Delete my texts…
privacy-question = Empty the list of documents, the history, the translation memory and the glossary? Your files and their translations stay.
privacy-cleared = Deleted

about-text = Translates text and documents on this computer, with several language models that decide each word together.
about-licence = Licence: MIT or Apache-2.0, as you choose.
about-models = Each model has a licence of its own; the page Models shows it. The built-in models are under the licence of the program.
about-show-models = Licences of the models
about-libraries = Licences of the { $n } libraries in it

keys = Keys
key-translate = Translate at once
key-stop = Stop, or close what is open
key-undo = Undo
key-redo = Redo
key-copy = Copy the translation
key-larger = Larger text
key-smaller = Smaller text
key-usual = Usual size of text
key-regions = Next part of the window
key-segments = Move between the segments of a review
key-suggestion = Take the first suggestion

close-question = Close Wasan?
close-documents = { $n ->
    [one] { $n } document is being translated. It can be resumed at the next start.
   *[other] { $n } documents are being translated. They can be resumed at the next start.
}
close-models = Models are being downloaded or tested. That can be resumed at the next start.
close-import = A model is being imported. That must be begun anew.
close-stay = Stay
