# Verlauf, Korrekturen, Rückübersetzung und angeheftete Übersetzungen eingegebener Texte.
tab-history = Verlauf
history-find = Text suchen
history-empty = Hier stehen die Texte, die Sie übersetzen.
history-off = Neue Texte werden nicht behalten.
history-on = Verlauf eingegebener Texte behalten
history-about = Die letzten Texte bleiben mit ihren Übersetzungen in der Datei mit Ihren Daten, die nur Sie lesen dürfen.
history-clear = Verlauf löschen…
history-question = Alle Texte aus dem Verlauf entfernen?
history-restore = Mit diesem Text weitermachen

text-progress = Fortschritt der Übersetzung
copy-named = Übersetzung kopieren von: { $text }
pin = Anheften: bleibt, während Sie einen anderen Text eingeben
pinned = Angeheftet
unpin = Lösen
unpin-named = Lösen: { $text }
said-pinned = Angeheftet

translate-back = Zurückübersetzen
translate-back-not = Kein Modell hier übersetzt in die andere Richtung
back-translation = Zurückübersetzt
back-translation-about = Von denselben Modellen: was die Übersetzung für sie besagt. Das kann eigene Fehler haben.
back-close = Rückübersetzung schließen
said-back = Zurückübersetzt

correct = Korrigieren
corrections = Korrigieren
corrections-about = Ein korrigierter Satz bleibt im Übersetzungsspeicher und wird verwendet, wo er wieder vorkommt.
corrections-off = Der Übersetzungsspeicher ist aus, deshalb lassen sich Korrekturen nicht behalten.
corrections-close = Korrekturen schließen
correction-of = Übersetzung von: { $text }
said-corrected = Korrektur gespeichert
