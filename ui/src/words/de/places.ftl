# Stellen eines Dokuments, deren Text absichtlich bleibt, nach Art.
place-svg-text = { $n ->
    [one] { $n } Text in einem SVG-Bild
   *[other] { $n } Texte in SVG-Bildern
}
place-compared-text = { $n ->
    [one] { $n } Text, den Formeln suchen
   *[other] { $n } Texte, die Formeln suchen
}
place-sheet-name = { $n ->
    [one] { $n } Name eines Blatts, auf das verwiesen wird
   *[other] { $n } Namen von Blättern, auf die verwiesen wird
}
place-mention = { $n ->
    [one] { $n } Kommentar, der jemanden erwähnt
   *[other] { $n } Kommentare, die jemanden erwähnen
}
place-bytes = { $n ->
    [one] { $n } Byte, das in der Kodierung des Dokuments kein Text ist
   *[other] { $n } Bytes, die in der Kodierung des Dokuments kein Text sind
}
place-unreadable-page = { $n ->
    [one] { $n } Seite mit nicht lesbarem Text
   *[other] { $n } Seiten mit nicht lesbarem Text
}
place-picture-page = { $n ->
    [one] { $n } Seite, die ein Bild ist
   *[other] { $n } Seiten, die Bilder sind
}
place-page-comment = { $n ->
    [one] { $n } Kommentar auf einer Seite
   *[other] { $n } Kommentare auf Seiten
}
place-bookmark = { $n ->
    [one] { $n } Lesezeichen
   *[other] { $n } Lesezeichen
}
place-embedded-document = { $n ->
    [one] { $n } eingebettetes Dokument
   *[other] { $n } eingebettete Dokumente
}
place-control = { $n ->
    [one] { $n } Steuerelement eines Programms
   *[other] { $n } Steuerelemente von Programmen
}
place-custom-property = { $n ->
    [one] { $n } eigene Eigenschaft
   *[other] { $n } eigene Eigenschaften
}
place-keyword = { $n ->
    [one] { $n } Liste von Stichwörtern oder Kategorie
   *[other] { $n } Listen von Stichwörtern und Kategorien
}
place-pivot-caption = { $n ->
    [one] { $n } Beschriftung einer Pivot-Tabelle
   *[other] { $n } Beschriftungen von Pivot-Tabellen
}
place-list-entry = { $n ->
    [one] { $n } Listeneintrag
   *[other] { $n } Listeneinträge
}
place-control-title = { $n ->
    [one] { $n } Titel eines Inhaltssteuerelements
   *[other] { $n } Titel von Inhaltssteuerelementen
}
place-deleted-text = { $n ->
    [one] { $n } gelöschter Text
   *[other] { $n } gelöschte Texte
}
place-numbering = { $n ->
    [one] { $n } Zahlenformat
   *[other] { $n } Zahlenformate
}
place-preformatted = { $n ->
    [one] { $n } vorformatierter Text
   *[other] { $n } vorformatierte Texte
}
place-fallback = { $n ->
    [one] { $n } Text für alte Programme
   *[other] { $n } Texte für alte Programme
}
place-structured-data = { $n ->
   *[other] { $n } × Daten für Suchmaschinen
}
place-unknown-markup = { $n ->
    [one] { $n } unbekannte Anweisung
   *[other] { $n } unbekannte Anweisungen
}
place-message = { $n ->
    [one] { $n } Meldung mit Pluralformen
   *[other] { $n } Meldungen mit Pluralformen
}
place-drawn-table = { $n ->
    [one] { $n } gezeichnete Tabelle
   *[other] { $n } gezeichnete Tabellen
}
place-crowded-text = { $n ->
    [one] { $n } Absatz mit zu viel Auszeichnung
   *[other] { $n } Absätze mit zu viel Auszeichnung
}
place-damaged-part = { $n ->
    [one] { $n } beschädigter Teil
   *[other] { $n } beschädigte Teile
}
place-long-text = { $n ->
    [one] { $n } Text, der länger ist, als sein Programm erlaubt
   *[other] { $n } Texte, die länger sind, als ihr Programm erlaubt
}
place-field-result = { $n ->
    [one] { $n } Ergebnis eines Felds
   *[other] { $n } Ergebnisse von Feldern
}
place-field-text = { $n ->
    [one] { $n } Text in einer Feldanweisung
   *[other] { $n } Texte in Feldanweisungen
}
place-formula-text = { $n ->
    [one] { $n } Text in einer Formel
   *[other] { $n } Texte in Formeln
}
place-prompt = { $n ->
    [one] { $n } Aufforderung einer Vorlage
   *[other] { $n } Aufforderungen von Vorlagen
}
place-building-block = { $n ->
    [one] { $n } Beschreibung eines Bausteins
   *[other] { $n } Beschreibungen von Bausteinen
}
place-code-value = { $n ->
    [one] { $n } Wert, der nach Code aussieht
   *[other] { $n } Werte, die nach Code aussehen
}
place-column-title = { $n ->
    [one] { $n } Spaltentitel
   *[other] { $n } Spaltentitel
}
place-name = { $n ->
    [one] { $n } Name, der bleibt
   *[other] { $n } Namen, die bleiben
}
place-index-entry = { $n ->
    [one] { $n } Eintrag eines Verzeichnisses
   *[other] { $n } Einträge eines Verzeichnisses
}
