# Words of typed text: alternatives, votes, marks.
sentences-to-check = { $n ->
    [one] { $n } Satz zu prüfen
   *[other] { $n } Sätze zu prüfen
}
word-keys = Die Pfeiltasten links und rechts gehen von Wort zu Wort, Eingabe zeigt, was sonst dort stehen könnte.
said-word-from = { $word }, aus { $from }
said-chosen = Jetzt: { $text }
said-undone = Rückgängig gemacht
undo-word = Wahl rückgängig
asking-models = Die Modelle werden gefragt …
choosing = Der Rest des Satzes wird übersetzt …
use-word = { $word } verwenden
links-guessed = Nach der Reihenfolge verbunden: diese Modelle sagen nicht, welche Wörter zusammengehören.
votes-about = Wählen Sie ein Wort: Der Rest des Satzes wird neu übersetzt. Die Balken zeigen, für wie wahrscheinlich jedes Modell es hier allein hält und was die Summe daraus macht.
votes-word = Wort
votes-sum = Summe
votes-here = steht im Text
key-words = In der Übersetzung von Wort zu Wort
key-look = Andere Wörter, und was jedes Modell wollte

problem-no_such_sentence = Der Text hat diesen Satz nicht mehr.
    .hint = Übersetzen Sie den Text noch einmal.
