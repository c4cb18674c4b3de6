# The page Models.
models = Models
models-start = Get models that translate
models-start-about = The built-in models only demonstrate how three models decode together: they know short, everyday sentences and get the rest wrong.
models-start-choose = Choose a set below or bring files of your own.
models-start-suits = “{ $title }” suits this computer.
models-start-network = Downloads come from huggingface.co, through a separate program that runs only meanwhile. Translating never needs a network.
models-begun = In progress
models-sets = Sets
models-sets-about = Models that decode together. One set is enough.
models-singles = Single models
models-singles-about = For little memory: one small model translates alone.
models-none = None
models-reading = Reading…

memory-and-disk = Memory and disk
loaded = Loaded:
loaded-memory = ({ $size } of GPU memory, { $adapter })
none-loaded = No models are loaded: { $problem }
disk = Disk:
disk-used = { $size } used by models
disk-free = { $size } free
show-folder = Show folder

for-this-computer = For this computer
installed = Installed
on-disk = { $size } on disk
to-download = { $size } to download
models-count = { $n ->
    [one] { $n } model
   *[other] { $n } models
}
needs-account = needs an account
speed-estimate = about { $speed } (estimate)
speed-estimate-about = Estimated from the adapter’s memory bandwidth and the bytes that each token reads
test = Test
get = Get
get-rest = Get the rest
get-question = { $files ->
    [one] Download { $size } in { $files } file? The models then take { $disk } of disk space.
   *[other] Download { $size } in { $files } files? The models then take { $disk } of disk space.
}
get-download = Download { $size }
import-question = { $n ->
    [one] Import { $n } model?
   *[other] Import { $n } models?
}
import = Import
import-dialog = Import…
will-not-load = These models will not load on this computer: { $fit }.
disk-needed = { $peak } of disk space are needed for a while, { $free } are free.
licence = Licence: { $title }.
licence-limits = Licence: { $title }, which limits who may use the models, or for what.
licence-read = Read it in the browser
remove-question = Remove { $title } and free { $size }?
set-details = Models, licences, languages
set-members = Models of { $title }
installed-as = Installed as { $name }
memory-parts = Memory: { $weights } weights + { $cache } KV cache + { $buffers } buffers

term-L = Large model
term-src = Specialist, source language
term-tgt = Specialist, target language
term-mt = Tuned for translation
term-base = Subtracted: the tuned model’s base

verdict-fits = Fits
verdict-tight = Tight
verdict-does_not_fit = Does not fit
verdict-unknown = Memory unknown
fit-no-adapter = no graphics adapter was found
fit-unknown = needs { $needed }; the system does not say how much there is
fit-not = { $shared ->
    [yes] needs { $needed }, there are { $available } of memory, shared with the system
   *[no] needs { $needed }, there are { $available } of GPU memory
}
fit-instead = ; “{ $title }” fits
fit-needs = { $shared ->
    [yes] needs { $needed } of { $available } memory, shared with the system
   *[no] needs { $needed } of { $available } GPU memory
}
fit-close = ; close other programs that use it

languages-unknown = Languages unknown
languages-more = { $languages } and { $n } more
role-large = large model
role-other = no role
role-specialist = specialist for { $language }

work-queued = waiting
work-downloading = downloading
work-waiting = waiting
work-verifying = verifying
work-paused = paused
work-importing = importing
work-testing = testing
said-downloading = { $title } is downloading
said-paused = { $title } is paused
said-importing = { $title } is downloaded and is being imported
said-testing = { $title } is installed and is being tested
said-ready = { $title } is ready
said-failed = { $title } could not be installed

wait-rate_limit = The server asks for a pause; going on in { $n } s
wait-network = No connection; trying again in { $n } s
wait-stalled = The server sends nothing; trying again in { $n } s
step-queued = Waiting for another download
step-connecting = Connecting
step-downloading = Downloading
step-verifying = Verifying
step-paused = Paused
step-importing = Importing { $model }
step-testing = Testing
step-progress = Progress of { $title }
step-of = { $step }: { $title }
step-files = Files of { $title }
sentences-of = { $done } / { $total } sentences
bytes-kept = { $bytes } are kept.
delete-arrived = Delete what has arrived…
delete = Delete
delete-import = Cancel and delete the unfinished import?
delete-downloaded = Cancel and delete what was downloaded and is not imported yet?
delete-bytes = Cancel and delete the { $size } that have arrived?

test-result = Test result
test-broken = Something is broken: do not trust these models.
test-weak = Installed, but the test’s translations are weak.
test-weak-about = Small models do so; so does an unsuitable prompt.
test-ready = Ready.
test-ready-about = The test translated ten sentences in each direction.
test-direction = Direction
test-chrf = chrF
test-chrf-about = Agreement with a known translation in groups of letters, 0 to 100
test-speed = Speed
test-verdict = Result
test-works = Works
test-is-weak = Weak
test-is-broken = Broken
test-sentences = The sentences
test-nothing = (nothing)
test-known = The known translation

gated = Agreement needed
gated-open-step = Open the model’s page in your browser and sign in.
gated-open = Open the page
gated-accept-step = Accept the conditions there. Some owners answer only after days.
gated-token-step = Make a token with read access on the same site (Settings, Access Tokens). Keep it where Wasan’s downloader finds it: the system’s keychain, or the variable HF_TOKEN.
gated-token-about = The token is used for downloads only.

own-files = Files of your own
own-files-about = Llama, Mistral, Qwen, Gemma and HunYuan models, without a network.
own-release = Release to import
own-drop = Drop a GGUF file, a model folder or a folder with a LoRA adapter on this window, or choose one:
own-file = GGUF file…
own-folder = Model folder…
dialog-model = Model to import
dialog-model-folder = Folder of the model to import
found = Found on this computer
found-hub = Hugging Face cache
found-part = part of { $set }

import-impossible = This model cannot be imported
import-title = Import a model
import-about = { $source }; the import writes a repacked copy of { $copy }. The file itself stays as it is.
import-licence = Licence: { $licence }.
import-no-licence = Its licence is not stated.
import-full = Only { $size } of the disk are free.
import-name = Name
import-name-rule = Letters, digits, “.”, “_” and “-”, not beginning with “.”
import-role = Role
import-large = Large model: translates, alone or with specialists
import-specialist = Specialist for { $language }
import-other = No role: only by name, in a formula
import-languages = Languages that it knows
import-add = Add a language…
import-remove = Remove { $name }
import-described = As its description says.
import-undescribed = Its description does not say. Wasan offers a pair where a model knows both languages.
adapter-title = Import a LoRA adapter
adapter-impossible = This adapter cannot be imported
adapter-no-base = None of the installed models is its base.
adapter-needs = An adapter changes the weights of one model, and only of one whose matrices have the same names and shapes. Its files name { $base }: import that first, then the adapter again.
adapter-needs-some = An adapter changes the weights of one model, and only of one whose matrices have the same names and shapes. Import that model first, then the adapter again.
adapter-about = { $source }; the import writes a copy of { $copy } and uses the weights of the base, which stay as they are.
adapter-base = Base, whose weights it changes
adapter-named = Its files name { $base }. The list has the installed models that it fits.
adapter-languages = Those of its base.
adapter-of = LoRA adapter of { $base }
close = Close

installed-models = Installed models
built-in = Built in, demonstration
licence-unknown = licence unknown
commit = commit { $commit }

recipes = What translates each pair
recipes-about = The logits of a sum’s models are added before each token is chosen.
recipes-find = Find a pair by its language
recipes-for = Models for { $pair }
recipes-none = No pair with this language
recipes-more = and { $n } more pairs
