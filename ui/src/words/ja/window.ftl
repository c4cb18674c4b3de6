# ウィンドウの枠、テキスト欄、共通のことば
key-ctrl = Ctrl
key-shift = Shift
key-enter = Enter
key-escape = Esc

labelled = { $label }：{ $text }
language-none = なし
language-find = 言語を検索
language-detect = 言語を検出
language-detected = { $language }（検出）
language-no-match = 一致する言語がありません
pair-in-words = { $from } → { $to }

pages = ページ
tab-text = テキスト
tab-documents = 文書
in-progress = { $n } 件処理中
translates-at-once = すぐに翻訳
dismiss = 閉じる
keep = 残す
cancel = キャンセル
retry = 再試行
remove = 削除
try-again = もう一度試す
start-again = 再起動
choose-other-models = 別のモデルを選ぶ…

languages = 言語
translate-from = 翻訳元の言語
translate-to = 翻訳先の言語
swap = 言語を入れ替える
recent-pairs = 最近の言語の組
offline = オフライン
offline-about = テキストはこのコンピューターから出ません。このウィンドウはネットワークに接続できません。

demonstration = デモ
demonstration-about = 内蔵モデルは短い日常の文しか知らず、ほかは正しく訳せません。
demonstration-models = { $recipe }：これらのモデルは内蔵のデモ用です。「モデル」ページを開きます。
get-models = モデルを入手…

detected = 検出：{ $language }
detected-switch = { $language }から翻訳

loading-title = モデルを読み込んでいます
loading-about = もう入力できます。準備ができしだい翻訳します。
loading-reading = モデルを読む
loading-uploading = GPU へ転送
loading-pipelines = GPU カーネルをコンパイル
loading-warming_up = 試運転

status = 状態
status-models = モデル
status-recipe = モデルのロジットの足し方
status-software = { $adapter }：CPU で動くため低速です。GPU を使うには Vulkan 対応のグラフィックドライバーを入れてください。
status-no-gpu = 警告、GPU を使っていません：
status-loading = モデルを読み込み中…
status-failed = モデルが読み込まれていません

source = 原文
source-in = { $language }のテキスト
source-text = テキスト
source-placeholder = テキストを入力または貼り付け、あるいは文書をドロップ
characters = { $n } 文字
paste = 貼り付け
clear = 消去
translation = 訳文
translation-in = { $language }の訳文
translation-here = ここに訳文が表示されます
translate-again = もう一度翻訳
stop = 停止
stopped = 停止しました
copy = コピー
copied = コピーしました
copy-translation = 訳文をコピー
uncertain-words = 不確かな語 { $n } 個
no-other-options = ほかの候補なし
low-confidence = 確信度が低い語です（{ $percent }）。
low-confidence-options = 確信度が低い語です（{ $percent }）。ほかの候補：{ $options }

said-translating = 翻訳中
said-done = 完了

speed = { $n } トークン/秒
seconds-left = 残り { $n } 秒
minutes-left = 残り { $n } 分
hours-left = 残り { $n } 時間
progress = { $done } / { $total }
of-total = { $done } / { $total }
