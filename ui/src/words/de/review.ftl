# Suchen, Bestätigen und Ausbessern in der Durchsicht.
approve = Bestätigen
key-approve = Einen Satz der Durchsicht bestätigen
key-mark = Die erste Formatierung um die Auswahl setzen
fixes = Formatierung und Abhilfe
fix-insert = { $text } einfügen
fix-select = { $text } zeigen
fix-mark = { $number } { $name } einsetzen
mark-move = { $name } zur Auswahl verschieben
save-equal = Für alle { $n } gleichen Sätze speichern
search-segments = Suchen und ersetzen
search-find = In allen Sätzen suchen
search-replace = Ersetzen durch
search-case = Groß- und Kleinschreibung beachten
search-close = Suche schließen
replace-all = Ersetzen in
replace-question = { $n ->
    [one] „{ $wanted }“ in { $n } Übersetzung durch „{ $replacement }“ ersetzen?
   *[other] „{ $wanted }“ in { $n } Übersetzungen durch „{ $replacement }“ ersetzen?
}
