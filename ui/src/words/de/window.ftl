# Der Rahmen des Fensters, das Textfeld und Wörter, die mehrere Bereiche teilen.
key-ctrl = Strg
key-shift = Umschalt
key-enter = Eingabe
key-escape = Esc

labelled = { $label }: { $text }
language-none = keine
language-find = Sprache suchen
language-detect = Sprache erkennen
language-detected = { $language } (erkannt)
language-no-match = Keine passende Sprache
pair-in-words = { $from } → { $to }

pages = Seiten
tab-text = Text
tab-documents = Dokumente
in-progress = { $n } in Arbeit
translates-at-once = übersetzt sofort
dismiss = Schließen
keep = Behalten
cancel = Abbrechen
retry = Nochmals
remove = Entfernen
try-again = Nochmals versuchen
start-again = Neu starten
choose-other-models = Andere Modelle wählen…

languages = Sprachen
translate-from = Ausgangssprache
translate-to = Zielsprache
swap = Sprachen tauschen
recent-pairs = Zuletzt benutzte Paare
offline = Offline
offline-about = Ihr Text bleibt auf diesem Computer. Dieses Fenster kann keine Netzverbindung öffnen.

demonstration = Vorführung
demonstration-about = Die eingebauten Modelle kennen kurze, alltägliche Sätze; alles andere übersetzen sie falsch.
demonstration-models = { $recipe }: Diese Modelle sind eingebaut und nur zur Vorführung da. Öffnet die Seite Modelle.
get-models = Modelle holen…

detected = Erkannt: { $language }
detected-switch = { $language } als Ausgangssprache

loading-title = Die Modelle werden geladen
loading-about = Sie können schon tippen. Ihr Text wird übersetzt, sobald alles bereit ist.
loading-reading = Modelle lesen
loading-uploading = Auf die GPU kopieren
loading-pipelines = GPU-Programme übersetzen
loading-warming_up = Aufwärmen

status = Zustand
status-models = Modelle
status-recipe = Wie die Logits der Modelle summiert werden
status-software = { $adapter }: Dieser Adapter rechnet auf dem Prozessor, das ist langsam. Installieren Sie einen Grafiktreiber mit Vulkan, um die GPU zu benutzen.
status-no-gpu = Warnung, keine GPU in Benutzung:
status-loading = Modelle werden geladen…
status-failed = Es sind keine Modelle geladen

source = Original
source-in = Text ({ $language })
source-text = Text
source-placeholder = Text eingeben oder einfügen, oder ein Dokument hierher ziehen
characters = { $n ->
    [one] { $n } Zeichen
   *[other] { $n } Zeichen
}
paste = Einfügen
clear = Leeren
translation = Übersetzung
translation-in = Übersetzung ({ $language })
translation-here = Hier erscheint die Übersetzung
translate-again = Nochmals übersetzen
stop = Anhalten
stopped = Angehalten
copy = Kopieren
copied = Kopiert
copy-translation = Übersetzung kopieren
uncertain-words = { $n ->
    [one] { $n } unsicheres Wort
   *[other] { $n } unsichere Wörter
}
no-other-options = keine anderen Möglichkeiten
low-confidence = Unsicher ({ $percent }).
low-confidence-options = Unsicher ({ $percent }). Andere Möglichkeiten: { $options }

said-translating = Wird übersetzt
said-done = Fertig

speed = { $n } Token/s
seconds-left = noch { $n } s
minutes-left = noch { $n } min
hours-left = noch { $n } h
progress = { $done } / { $total }
of-total = { $done } von { $total }
