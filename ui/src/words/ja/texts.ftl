# 入力した文章の履歴、修正、逆翻訳、固定した訳文
tab-history = 履歴
history-find = 文章を検索
history-empty = 翻訳した文章がここに並びます。
history-off = 新しい文章は残されません。
history-on = 入力した文章の履歴を残す
history-about = 最近の文章と訳文は、あなただけが読めるデータのファイルに残ります。
history-clear = 履歴を消去…
history-question = 履歴のすべての文章を削除しますか？
history-restore = この文章を続ける

text-progress = 翻訳の進み具合
copy-named = 訳文をコピー：{ $text }
pin = 固定：別の文章を入力しても残す
pinned = 固定した訳文
unpin = 固定を解除
unpin-named = 固定を解除：{ $text }
said-pinned = 固定しました

translate-back = 逆翻訳
translate-back-not = 逆方向に翻訳するモデルがありません
back-translation = 逆翻訳
back-translation-about = 同じモデルによる訳文の読み返しです。これ自体に誤りがあることもあります。
back-close = 逆翻訳を閉じる
said-back = 逆翻訳しました

correct = 修正
corrections = 修正
corrections-about = 修正した文は翻訳メモリに残り、同じ文が再び現れたときに使われます。
corrections-off = 翻訳メモリがオフのため、修正を残せません。
corrections-close = 修正を閉じる
correction-of = 訳文：{ $text }
said-corrected = 修正を保存しました
