# Words of typed text: alternatives, votes, marks.
sentences-to-check = 確認する文 { $n } 件
word-keys = 左右の矢印キーで語から語へ移動し、Enter キーでほかの候補を表示します。
said-word-from = { $word }（原文：{ $from }）
said-chosen = 変更後：{ $text }
said-undone = 元に戻しました
undo-word = 選択を元に戻す
asking-models = モデルに問い合わせています…
choosing = 文の残りを翻訳しています…
use-word = 「{ $word }」を使う
links-guessed = 語順による推定です：このモデルは語の対応を示しません。
votes-about = 語を選ぶと、文の残りを翻訳し直します。棒は、各モデルが単独でその語をどれほど適当と見たかと、それらの和の結果を示します。
votes-word = 語
votes-sum = 和
votes-here = 訳文の語
key-words = 訳文の語から語へ
key-look = ほかの語と各モデルの意見

problem-no_such_sentence = その文はもうありません。
    .hint = もう一度翻訳してください。
