# Die Warteschlange der Dokumente und die Durchsicht.
choose-files = Dateien wählen…
choose-folder = Ordner wählen…
drop-documents = Dokumente oder Ordner hierher ziehen
release-documents = Zum Übersetzen loslassen
documents-saved-beside = Übersetzungen werden neben den Originalen gespeichert; diese bleiben unverändert.
documents = Dokumente
dialog-files = Dokumente zum Übersetzen
dialog-folder = Ordner mit Dokumenten zum Übersetzen
formats-text = Text
formats-office = Office
formats-subtitles = Untertitel
formats-data = Daten und Software
format-plain-text = einfacher Text
format-pdf-as-markdown = PDF, als Markdown
format-opendocument-text = OpenDocument-Text
format-opendocument-spreadsheet = OpenDocument-Tabelle
format-opendocument-presentation = OpenDocument-Präsentation
format-subrip-subtitles = SubRip
format-webvtt-subtitles = WebVTT
format-substation-alpha-subtitles = SubStation Alpha
format-android-strings = Android-Texte
format-apple-strings = Apple-Texte
format-apple-string-catalogue = Apple-Textkatalog
format-net-resources = .NET-Ressourcen
format-java-properties = Java-Properties
format-jupyter-notebook = Jupyter-Notebook

unfinished = Unfertige Dokumente
resume-documents = { $n ->
    [one] { $n } Dokument fortsetzen?
   *[other] { $n } Dokumente fortsetzen?
}
segments-kept = Fertige Segmente bleiben erhalten.
resume = Fortsetzen
resume-all = Alle fortsetzen
not-now = Nicht jetzt
all-documents = Alle Dokumente
done-of = { $done } / { $total } fertig
pause = Pause
pause-all = Alle anhalten
clear-done = Fertige entfernen
cleared = { $n ->
    [one] { $n } Dokument aus der Liste entfernt
   *[other] { $n } Dokumente aus der Liste entfernt
}
undo = Rückgängig
group-active = Offen
group-review = Zu prüfen
group-done = Fertig
held-question = Das sieht nach { $language } aus, nicht nach { $expected }. Mit { $language } als Ausgangssprache übersetzen?
held-unknown = Das sieht nach { $language } aus; diese Sprache übersetzt hier kein Modell.
held-anyway = Es ist { $expected }
columns-question = Welche Spalten übersetzen?
column-of = Spalte { $n }
start-tables = { $n ->
    [one] { $n } Tabelle übersetzen
   *[other] { $n } Tabellen übersetzen
}

row-held = Andere Sprache?
row-table = Welche Spalten?
row-waiting = Wartet
row-translating = Wird übersetzt
row-paused = Angehalten
row-interrupted = Unterbrochen
row-done = Fertig
row-failed = Fehlgeschlagen
row-cancelled = Abgebrochen
row-review = Zu prüfen: { $n }
row-no-text = kein Text zum Übersetzen gefunden
row-segments = { $n ->
    [one] { $n } Segment
   *[other] { $n } Segmente
}
row-segments-of = { $done } / { $total } Segmente
row-terms = { $total ->
    [one] { $met } von { $total } Glossarbegriff benutzt
   *[other] { $met } von { $total } Glossarbegriffen benutzt
}
row-left-alone = { $n ->
    [one] { $n } Textstelle unverändert gelassen
   *[other] { $n } Textstellen unverändert gelassen
}
row-progress = Fortschritt von { $name }
row-actions = Aktionen für { $name }
row-languages = Sprachen von { $name }
row-demonstration = Von eingebauten Modellen übersetzt, die nur zur Vorführung da sind
not-saved = { $n } nicht gespeichert
from = Von
to = Nach
review = Prüfen
open = Öffnen
show-in-folder = Im Ordner zeigen
export = Exportieren
export-of = { $name } exportieren
export-beside = Zweisprachige Seite neben der Übersetzung
export-bilingual = Zweisprachige Seite als …
export-memory = Übersetzungsspeicher (TMX) als …
export-written = Geschrieben: { $name }
dialog-export-bilingual = Zweisprachige Seite
dialog-export-memory = Übersetzungsspeicher
remove-from-list = Aus der Liste entfernen
remove-drafts = { $n ->
    [one] Entfernen und { $n } ungespeicherte Korrektur verwerfen?
   *[other] Entfernen und { $n } ungespeicherte Korrekturen verwerfen?
}
remove-segments = { $n ->
    [one] Entfernen und { $n } fertiges Segment verwerfen?
   *[other] Entfernen und { $n } fertige Segmente verwerfen?
}
again-question = Nochmals übersetzen, { $from } → { $to }?
choose-columns = Spalten wählen…
again-corrections = { $n ->
    [one] { $n } Korrektur kann verloren gehen, da sie nicht im Übersetzungsspeicher steht. Nochmals übersetzen?
   *[other] { $n } Korrekturen können verloren gehen, da sie nicht im Übersetzungsspeicher stehen. Nochmals übersetzen?
}
translate = Übersetzen
said-row-done = { $name } ist übersetzt
said-row-paused = { $name } ist angehalten
said-row-held = { $name } scheint in einer anderen Sprache zu sein
said-row-table = { $name } wartet auf die Wahl der Spalten
said-row-failed = { $name } konnte nicht übersetzt werden

review-of = Durchsicht von { $name }
back-to-documents = Zurück zu den Dokumenten
reading-segments = Die Segmente werden gelesen…
show-only = Nur zeigen
filter-all = Alle
filter-to_review = Zu prüfen
filter-poor_first = Schlechte zuerst
filter-numbers = Zahlen
filter-tags = Formatierung
filter-glossary = Glossar
filter-reused = Wiederverwendet
filter-edited = Korrigiert
segments = Segmente
column-number = Nr.
column-findings = Befunde
no-match = Kein Segment passt zu den Filtern.
no-text = Dieses Dokument hat keinen Text.
saving = Wird gespeichert…
saved-to = { $n ->
    [one] { $n } Änderung in { $file } gespeichert
   *[other] { $n } Änderungen in { $file } gespeichert
}
keys-move = bewegen
keys-edit = bearbeiten
keys-save = speichern und weiter
next-draft = Zur nächsten ungespeicherten Korrektur
page-previous = Vorige Seite
page-next = Nächste Seite
rows-of = { $first }–{ $last } von { $total }
kept-terms = Gleich gehaltene Begriffe
kept-terms-about = Nach einer Änderung sind die Sätze, denen die neue Übersetzung fehlt, zu prüfen.
kept-term = Übersetzung von { $term }
kept-term-sentences = { $n ->
    [one] { $agreeing } von { $n } Satz
   *[other] { $agreeing } von { $n } Sätzen
}
said-term = { $n ->
    [one] { $n } Satz hat sie nicht
   *[other] { $n } Sätze haben sie nicht
}
segment-translation = Übersetzung von Segment { $n }
save-next = Speichern und weiter
save-again = Nochmals speichern
discard = Verwerfen
unsaved = Nicht gespeichert
term-used = Glossarbegriff benutzt: { $term }
suggestions = { $n ->
    [one] { $n } Vorschlag aus dem Übersetzungsspeicher
   *[other] { $n } Vorschläge aus dem Übersetzungsspeicher
}
use = Übernehmen
use-suggestion = Vorschlag { $n } übernehmen: { $text }
said-saved = Gespeichert

status-done = Übersetzt
status-reused = Wiederverwendet
status-edited = Korrigiert
status-doubtful = Zu prüfen
status-kept = Nicht übersetzt
status-copied = Nichts zu übersetzen

origin-machine = { $percent } %, maschinell
origin-edited = { $percent } %, korrigiert
origin-imported = { $percent } %, importiert

grade-good = Gut
grade-doubtful = Vielleicht falsch
grade-poor = Wahrscheinlich falsch
grade-about = Eigene Schätzung der Modelle, dass die Übersetzung gut ist: { $percent }.
grade-uncalibrated = Eigene Schätzung der Modelle, dass die Übersetzung gut ist: { $percent }; für diese Modelle nicht kalibriert.
grades-some = { $total ->
    [one] Von { $total } geschätzten Segment
   *[other] Von { $total } geschätzten Segmenten
} { $poor ->
    [0] ist keines wahrscheinlich falsch
    [one] ist { $poor } wahrscheinlich falsch
   *[other] sind { $poor } wahrscheinlich falsch
}, { $doubtful ->
    [0] keines zweifelhaft.
    [one] { $doubtful } vielleicht falsch.
   *[other] { $doubtful } vielleicht falsch.
}

reason-repeated = Wiederholt sich
    .fix = Schreiben Sie es einmal.
reason-cut_off = Abgeschnitten
    .fix = Ergänzen Sie, was am Ende fehlt.
reason-short = Sehr kurz
    .fix = Prüfen Sie, ob etwas fehlt.
reason-long = Sehr lang
    .fix = Prüfen Sie, ob etwas hinzugefügt ist.
reason-copied = Gleich wie das Original
    .fix = Übersetzen Sie es, oder bestätigen Sie es, wenn es gleich bleibt wie ein Name.
reason-empty = Leer
    .fix = Schreiben Sie eine Übersetzung.
reason-number = Zahl fehlt
    .fix = Fügen Sie die Zahl ein, oder bestätigen Sie, wenn sie als Wort dasteht.
reason-new_number = Neue Zahl
    .fix = Entfernen Sie die Zahl, oder bestätigen Sie, wenn sie im Original als Wort steht.
reason-script = In anderer Schrift
    .fix = Übersetzen Sie die Wörter, oder bestätigen Sie, wenn sie ein Name oder ein Zitat sind.
reason-placeholder = Fehlt
    .fix = Fügen Sie es an seiner Stelle ein.
reason-new_placeholder = Nicht im Original
    .fix = Entfernen Sie es.
reason-inserted = Nach der Position eingesetzt
    .fix = Prüfen Sie, ob es an der richtigen Stelle steht.
reason-placeholders = Unverändert: die Platzhalter wären andere
    .fix = Schreiben Sie eine Übersetzung mit genau den Platzhaltern des Originals.
reason-term = Glossarbegriff fehlt
    .fix = Fügen Sie den Begriff ein, oder bestätigen Sie, wenn eine andere Form passt.
reason-tag = Formatierung
    .fix = Setzen Sie die Formatierung um ihre Wörter: markieren Sie diese und drücken Sie ihre Schaltfläche.
reason-refused = Unverändert: die Übersetzung hätte das Dokument beschädigt
    .fix = Schreiben Sie es ohne Zeichen der Auszeichnung.
reason-long_line = Untertitelzeile zu lang
    .fix = Kürzen Sie es, oder brechen Sie die Zeile um.
reason-encoding = Als UTF-8 geschrieben: der Kodierung fehlt ein Zeichen
    .fix = Verwenden Sie andere Zeichen, damit die Kodierung der Datei bleibt.
reason-too_long = Zu lang für die Modelle
    .fix = Übersetzen Sie es selbst, in Teilen.

mark-bold = fett
mark-strikethrough = durchgestrichen
mark-italic = kursiv
mark-underlined = unterstrichen
mark-image = Bild
mark-footnote = Fußnote
mark-comment = Kommentar
mark-field = Feld
mark-reference = Verweis
mark-link = Link
mark-code = Code
mark-script = hoch-/tiefgestellt
mark-break = Zeilenumbruch
mark-formula = Formel
mark-paired = Stil
mark-void = Auszeichnung
mark-locked = nicht übersetzt
