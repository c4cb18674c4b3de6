# 確認画面での検索、承認、修正
approve = 承認
key-approve = 確認中の文を承認
key-mark = 選択範囲に最初の書式を付ける
fixes = 書式と直し方
fix-insert = { $text } を入れる
fix-select = { $text } を示す
fix-mark = { $number } { $name } を付ける
mark-move = { $name } を選択範囲に移す
save-equal = 同じ { $n } 文すべてに保存
search-segments = 検索と置換
search-find = すべての文を検索
search-replace = 置き換え後
search-case = 大文字と小文字を区別
search-close = 検索を閉じる
replace-all = 置き換える
replace-question = { $n } 件の訳文の「{ $wanted }」を「{ $replacement }」に置き換えますか？
