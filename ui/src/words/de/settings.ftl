# Die Einstellungen, die Tastenliste und die Frage vor dem Schließen.
settings = Einstellungen
settings-models = Modelle
settings-general = Allgemein
settings-glossary = Glossar
settings-memory = Übersetzungsspeicher
settings-hardware = Hardware
settings-privacy = Datenschutz
settings-about = Über Wasan
save = Speichern
edit = Bearbeiten
edit-named = { $name } bearbeiten
remove-all = Alle entfernen…
nothing-found = Nichts gefunden
export-dialog = Exportieren…

interface-language = Sprache des Fensters
of-the-system = Wie das System
theme = Farben
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
text-size = Textgröße
quality = Qualität
quality-fast = Schnell
quality-fast-about = Eine Übersetzung jedes Satzes.
quality-best = Beste
quality-best-about = Mehrere Übersetzungen jedes Satzes, von denen die Modelle eine wählen. Dauert mehrmals so lange.
output-folder = Ordner für Übersetzungen
output-beside = Neben den Originalen
output-choose = Wählen…
output-clear = Neben den Originalen
names = Namen der Übersetzungen
names-example = aus bericht.docx wird bericht{ $separator }en.docx
output-names = Ein Name mit Sprache behält seine Form: aus brief_de.docx wird brief_en.docx. Vorhandene Dateien werden nie ersetzt; dann wird der nächste freie Name genommen.
dialog-output = Ordner für Übersetzungen
last-session = Mit dem letzten Text beginnen
last-session-about = Dem neuesten des Verlaufs. Dokumente bleiben immer in der Liste.
confirm-close = Vor dem Schließen fragen, solange Dokumente übersetzt oder Modelle importiert werden

glossary-about = Wörter und Wendungen mit der Übersetzung, die Sie wünschen. Auch gebeugte Formen werden gefunden.
glossary-find = Begriff suchen
glossary-add = Begriff hinzufügen
glossary-edit = Begriff bearbeiten
glossary-empty = Für diese Sprachen gibt es noch keine Begriffe.
term-source = Begriff
term-target = Übersetzung
terms-count = { $n ->
    [one] { $n } Begriff
   *[other] { $n } Begriffe
}
glossary-clear = { $n ->
    [one] { $n } Begriff entfernen?
   *[other] Alle { $n } Begriffe entfernen?
}
glossary-import-title = Glossar zum Importieren
glossary-export-title = Neue Glossardatei
glossary-imported = { $n ->
    [one] { $n } Begriff importiert
   *[other] { $n } Begriffe importiert
}
glossary-exported = { $n ->
    [one] { $n } Begriff exportiert
   *[other] { $n } Begriffe exportiert
}

memory-on = Den Übersetzungsspeicher benutzen
memory-about = Dokumente und eingegebene Texte verwenden, was Sie korrigiert oder importiert haben; Übersetzungen von Dokumenten bleiben als Vorschläge.
memory-find = Text suchen
memory-empty = Für diese Sprachen ist noch nichts gespeichert.
units-count = { $n ->
    [one] { $n } Übersetzungseinheit
   *[other] { $n } Übersetzungseinheiten
}
memory-clear = { $n ->
    [one] { $n } Übersetzungseinheit entfernen?
   *[other] Alle { $n } Übersetzungseinheiten entfernen?
}
memory-import-title = TMX-Datei zum Importieren
memory-export-title = Neue TMX-Datei
memory-imported = { $n ->
    [one] { $n } Übersetzungseinheit importiert
   *[other] { $n } Übersetzungseinheiten importiert
}
memory-exported = { $n ->
    [one] { $n } Übersetzungseinheit exportiert
   *[other] { $n } Übersetzungseinheiten exportiert
}
unit-machine = Maschinell übersetzt
unit-edited = Korrigiert
unit-imported = Importiert
unit-uses = { $n } × benutzt

hardware-about = Wasan rechnet auf dem Grafikadapter. Der Test führt jedes GPU-Programm auf jedem Adapter aus und vergleicht die Ergebnisse mit einer Referenz.
adapters = Grafikadapter
adapters-test = Adapter testen
adapters-testing = Wird getestet…
speed-measure = Geschwindigkeit messen
speed-measuring = Wird gemessen…
adapters-none = Es wurde kein Grafikadapter mit Vulkan, Metal oder DX12 gefunden.
adapter-discrete = Grafikkarte
adapter-integrated = integrierte Grafik
adapter-virtual = virtueller Adapter
adapter-software = rechnet auf dem Prozessor, das ist langsam
adapter-other = anderer Adapter
adapter-memory = { $size } Speicher
adapter-shares = teilt den Speicher des Systems
adapter-unknown = Speicher unbekannt
adapter-buffer = Puffer bis { $size }
adapter-half = halbe Genauigkeit
adapter-no-half = keine halbe Genauigkeit
adapter-lanes = Subgroups von { $least } bis { $most }
adapter-some-lanes = Subgroups von { $lanes }
adapter-no-lanes = keine Subgroups
adapter-passed = Selbsttest bestanden ({ $seconds } s)
adapter-failed = Selbsttest nicht bestanden:
adapter-use = Zu benutzender Adapter
adapter-best = Der beste
adapter-next-start = Ein anderer Adapter wird ab dem nächsten Start benutzt.

privacy-about = Nichts wird verschickt. Nur das Herunterladen von Modellen benutzt das Netz, durch ein eigenes Programm, wenn Sie es verlangen.
privacy-places = Ordner von Wasan
place-kept-data = Ihre Daten
place-kept-data-about = Die Warteschlange mit den Sätzen Ihrer Dokumente, der Verlauf eingegebener Texte, der Übersetzungsspeicher, das Glossar und ungespeicherte Korrekturen. Nur Sie dürfen sie lesen.
place-kept-models = Modelle
place-kept-models-about = Modelle, die Sie heruntergeladen oder importiert haben.
place-kept-cache = Cache
place-kept-cache-about = Übersetzte GPU-Programme und Testergebnisse; was fehlt, entsteht neu.
place-kept-settings = Einstellungen
place-kept-settings-about = Was Sie hier eingestellt haben, und Größe und Ort des Fensters.
privacy-clear = Meine Texte löschen…
privacy-question = Die Liste der Dokumente, den Verlauf, den Übersetzungsspeicher und das Glossar leeren? Ihre Dateien und deren Übersetzungen bleiben.
privacy-cleared = Gelöscht

about-text = Übersetzt Text und Dokumente auf diesem Computer, mit mehreren Sprachmodellen, die jedes Wort gemeinsam bestimmen.
about-licence = Lizenz: MIT oder Apache-2.0, nach Ihrer Wahl.
about-models = Jedes Modell hat seine eigene Lizenz; die Seite Modelle zeigt sie. Die eingebauten Modelle stehen unter der Lizenz des Programms.
about-show-models = Lizenzen der Modelle
about-libraries = Lizenzen der { $n } enthaltenen Bibliotheken

keys = Tasten
key-translate = Sofort übersetzen
key-stop = Anhalten, oder Offenes schließen
key-undo = Rückgängig
key-redo = Wiederherstellen
key-copy = Übersetzung kopieren
key-larger = Größerer Text
key-smaller = Kleinerer Text
key-usual = Übliche Textgröße
key-regions = Nächster Teil des Fensters
key-segments = Zwischen den Segmenten einer Durchsicht bewegen
key-suggestion = Ersten Vorschlag übernehmen

close-question = Wasan schließen?
close-documents = { $n ->
    [one] { $n } Dokument wird gerade übersetzt. Beim nächsten Start kann es fortgesetzt werden.
   *[other] { $n } Dokumente werden gerade übersetzt. Beim nächsten Start können sie fortgesetzt werden.
}
close-models = Modelle werden heruntergeladen oder getestet. Das kann beim nächsten Start fortgesetzt werden.
close-import = Ein Modell wird importiert. Das muss dann neu begonnen werden.
close-stay = Bleiben
