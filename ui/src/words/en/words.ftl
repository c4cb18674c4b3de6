# Words of typed text: alternatives, votes, marks.
sentences-to-check = { $n ->
    [one] { $n } sentence to check
   *[other] { $n } sentences to check
}
word-keys = The left and right arrow keys go from word to word, Enter shows what else could stand there.
said-word-from = { $word }, from { $from }
said-chosen = Now: { $text }
said-undone = Undone
undo-word = Undo choice
asking-models = Asking the models…
choosing = Translating the rest of the sentence…
use-word = Use { $word }
links-guessed = Linked by order: these models do not say which words belong together.
votes-about = Choose a word: the rest of the sentence is translated anew. The bars show how likely each model found it here by itself, and what their sum made of it.
votes-word = Word
votes-sum = Sum
votes-here = is in the text
key-words = From word to word in the translation
key-look = Other words, and what each model wanted

problem-no_such_sentence = The text has no such sentence any more.
    .hint = Translate the text again.
