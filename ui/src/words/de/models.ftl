# Die Seite Modelle.
models = Modelle
models-start = Modelle holen, die übersetzen
models-start-about = Die eingebauten Modelle zeigen nur, wie drei Modelle gemeinsam dekodieren: Sie kennen kurze, alltägliche Sätze und übersetzen alles andere falsch.
models-start-choose = Wählen Sie unten einen Satz von Modellen, oder bringen Sie eigene Dateien mit.
models-start-suits = „{ $title }“ passt zu diesem Computer.
models-start-network = Heruntergeladen wird von huggingface.co, durch ein eigenes Programm, das nur währenddessen läuft. Zum Übersetzen wird nie ein Netz gebraucht.
models-begun = In Arbeit
models-sets = Modellsätze
models-sets-about = Modelle, die gemeinsam dekodieren. Ein Satz genügt.
models-singles = Einzelne Modelle
models-singles-about = Für wenig Speicher: ein kleines Modell übersetzt allein.
models-none = Keine
models-reading = Wird gelesen…

memory-and-disk = Speicher und Festplatte
loaded = Geladen:
loaded-memory = ({ $size } GPU-Speicher, { $adapter })
none-loaded = Es sind keine Modelle geladen: { $problem }
disk = Festplatte:
disk-used = { $size } von Modellen belegt
disk-free = { $size } frei
show-folder = Ordner zeigen

for-this-computer = Für diesen Computer
installed = Installiert
on-disk = { $size } auf der Festplatte
to-download = { $size } herunterzuladen
models-count = { $n ->
    [one] { $n } Modell
   *[other] { $n } Modelle
}
needs-account = braucht ein Konto
speed-estimate = etwa { $speed } (geschätzt)
speed-estimate-about = Geschätzt aus der Speicherbandbreite des Adapters und den Bytes, die jedes Token liest
test = Testen
get = Holen
get-rest = Rest holen
get-question = { $files ->
    [one] { $size } in { $files } Datei herunterladen? Die Modelle belegen dann { $disk }.
   *[other] { $size } in { $files } Dateien herunterladen? Die Modelle belegen dann { $disk }.
}
get-download = { $size } herunterladen
import-question = { $n ->
    [one] { $n } Modell importieren?
   *[other] { $n } Modelle importieren?
}
import = Importieren
import-dialog = Importieren…
will-not-load = Diese Modelle lassen sich auf diesem Computer nicht laden: { $fit }.
disk-needed = Vorübergehend werden { $peak } Platz gebraucht, { $free } sind frei.
licence = Lizenz: { $title }.
licence-limits = Lizenz: { $title }; sie beschränkt, wer die Modelle benutzen darf oder wofür.
licence-read = Im Browser lesen
remove-question = { $title } entfernen und { $size } freigeben?
set-details = Modelle, Lizenzen, Sprachen
set-members = Modelle von { $title }
installed-as = Installiert als { $name }
memory-parts = Speicher: { $weights } Gewichte + { $cache } KV-Cache + { $buffers } Puffer

term-L = Großes Modell
term-src = Spezialist, Ausgangssprache
term-tgt = Spezialist, Zielsprache
term-mt = Auf Übersetzen abgestimmt
term-base = Abgezogen: Grundlage des abgestimmten Modells

verdict-fits = Passt
verdict-tight = Knapp
verdict-does_not_fit = Passt nicht
verdict-unknown = Speicher unbekannt
fit-no-adapter = es wurde kein Grafikadapter gefunden
fit-unknown = braucht { $needed }; das System sagt nicht, wie viel da ist
fit-not = { $shared ->
    [yes] braucht { $needed }, es gibt { $available } Speicher, mit dem System geteilt
   *[no] braucht { $needed }, es gibt { $available } GPU-Speicher
}
fit-instead = ; „{ $title }“ passt
fit-needs = { $shared ->
    [yes] braucht { $needed } von { $available } Speicher, mit dem System geteilt
   *[no] braucht { $needed } von { $available } GPU-Speicher
}
fit-close = ; schließen Sie andere Programme, die ihn benutzen

languages-unknown = Sprachen unbekannt
languages-more = { $languages } und { $n } weitere
role-large = großes Modell
role-other = keine Rolle
role-specialist = Spezialist für { $language }

work-queued = wartet
work-downloading = wird heruntergeladen
work-waiting = wartet
work-verifying = wird geprüft
work-paused = angehalten
work-importing = wird importiert
work-testing = wird getestet
said-downloading = { $title } wird heruntergeladen
said-paused = { $title } ist angehalten
said-importing = { $title } ist heruntergeladen und wird importiert
said-testing = { $title } ist installiert und wird getestet
said-ready = { $title } ist bereit
said-failed = { $title } konnte nicht installiert werden

wait-rate_limit = Der Server bittet um eine Pause; weiter in { $n } s
wait-network = Keine Verbindung; neuer Versuch in { $n } s
wait-stalled = Der Server sendet nichts; neuer Versuch in { $n } s
step-queued = Wartet auf einen anderen Download
step-connecting = Wird verbunden
step-downloading = Wird heruntergeladen
step-verifying = Wird geprüft
step-paused = Angehalten
step-importing = { $model } wird importiert
step-testing = Wird getestet
step-progress = Fortschritt von { $title }
step-of = { $step }: { $title }
step-files = Dateien von { $title }
sentences-of = { $done } / { $total } Sätze
bytes-kept = { $bytes } bleiben erhalten.
delete-arrived = Heruntergeladenes löschen…
delete = Löschen
delete-import = Abbrechen und den unfertigen Import löschen?
delete-downloaded = Abbrechen und löschen, was heruntergeladen und noch nicht importiert ist?
delete-bytes = Abbrechen und die { $size } löschen, die angekommen sind?

test-result = Ergebnis des Tests
test-broken = Etwas ist defekt: vertrauen Sie diesen Modellen nicht.
test-weak = Installiert, aber die Übersetzungen des Tests sind schwach.
test-weak-about = So sind kleine Modelle; so ist auch eine unpassende Anweisung.
test-ready = Bereit.
test-ready-about = Der Test hat zehn Sätze in jeder Richtung übersetzt.
test-direction = Richtung
test-chrf = chrF
test-chrf-about = Übereinstimmung mit einer bekannten Übersetzung in Buchstabengruppen, 0 bis 100
test-speed = Tempo
test-verdict = Ergebnis
test-works = Gut
test-is-weak = Schwach
test-is-broken = Defekt
test-sentences = Die Sätze
test-nothing = (nichts)
test-known = Die bekannte Übersetzung

gated = Zustimmung nötig
gated-open-step = Öffnen Sie die Seite des Modells im Browser und melden Sie sich an.
gated-open = Seite öffnen
gated-accept-step = Nehmen Sie dort die Bedingungen an. Manche Eigentümer antworten erst nach Tagen.
gated-token-step = Erstellen Sie dort (Settings, Access Tokens) ein Token mit Leserecht. Legen Sie es dort ab, wo Wasans Downloadprogramm es findet: im Schlüsselbund des Systems oder in der Variablen HF_TOKEN.
gated-token-about = Das Token wird nur zum Herunterladen benutzt.

own-files = Eigene Dateien
own-files-about = Modelle der Familien Llama, Mistral, Qwen, Gemma und HunYuan, ohne Netz.
own-release = Zum Importieren loslassen
own-drop = Ziehen Sie eine GGUF-Datei, einen Modellordner oder einen Ordner mit einem LoRA-Adapter auf dieses Fenster, oder wählen Sie:
own-file = GGUF-Datei…
own-folder = Modellordner…
dialog-model = Modell zum Importieren
dialog-model-folder = Ordner des Modells zum Importieren
found = Auf diesem Computer gefunden
found-hub = Cache von Hugging Face
found-part = Teil von { $set }

import-impossible = Dieses Modell kann nicht importiert werden
import-title = Ein Modell importieren
import-about = { $source }; der Import schreibt eine umgepackte Kopie von { $copy }. Die Datei selbst bleibt, wie sie ist.
import-licence = Lizenz: { $licence }.
import-no-licence = Seine Lizenz ist nicht angegeben.
import-full = Nur { $size } der Festplatte sind frei.
import-name = Name
import-name-rule = Buchstaben, Ziffern, „.“, „_“ und „-“, nicht mit „.“ am Anfang
import-role = Rolle
import-large = Großes Modell: übersetzt, allein oder mit Spezialisten
import-specialist = Spezialist für { $language }
import-other = Keine Rolle: nur mit Namen, in einer Formel
import-languages = Sprachen, die es kennt
import-add = Sprache hinzufügen…
import-remove = { $name } entfernen
import-described = Nach seiner Beschreibung.
import-undescribed = Seine Beschreibung sagt es nicht. Wasan bietet ein Paar an, wenn ein Modell beide Sprachen kennt.
adapter-title = Einen LoRA-Adapter importieren
adapter-impossible = Dieser Adapter kann nicht importiert werden
adapter-no-base = Keines der installierten Modelle ist seine Basis.
adapter-needs = Ein Adapter ändert die Gewichte eines einzigen Modells, dessen Matrizen dieselben Namen und Größen haben müssen. Seine Dateien nennen { $base }: Importieren Sie zuerst dieses Modell, dann nochmals den Adapter.
adapter-needs-some = Ein Adapter ändert die Gewichte eines einzigen Modells, dessen Matrizen dieselben Namen und Größen haben müssen. Importieren Sie zuerst dieses Modell, dann nochmals den Adapter.
adapter-about = { $source }; der Import schreibt eine Kopie von { $copy } und benutzt die Gewichte der Basis, die bleiben, wie sie sind.
adapter-base = Basis, deren Gewichte er ändert
adapter-named = Seine Dateien nennen { $base }. Die Liste enthält die installierten Modelle, zu denen er passt.
adapter-languages = Die seiner Basis.
adapter-of = LoRA-Adapter von { $base }
close = Schließen

installed-models = Installierte Modelle
built-in = Eingebaut, zur Vorführung
licence-unknown = Lizenz unbekannt
commit = Stand { $commit }

recipes = Was welches Paar übersetzt
recipes-about = Die Logits der Modelle einer Summe werden addiert, bevor jedes Token gewählt wird.
recipes-find = Paar nach seiner Sprache suchen
recipes-for = Modelle für { $pair }
recipes-none = Kein Paar mit dieser Sprache
recipes-more = und { $n } weitere Paare
