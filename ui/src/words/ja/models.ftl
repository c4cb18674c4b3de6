# 「モデル」ページ
models = モデル
models-start = 翻訳できるモデルを入手
models-start-about = 内蔵モデルは、三つのモデルが一緒に復号するしくみを見せるだけです。短い日常の文しか知らず、ほかは正しく訳せません。
models-start-choose = 下からモデルの組を選ぶか、手元のファイルを使ってください。
models-start-suits = このコンピューターには「{ $title }」が合います。
models-start-network = ダウンロードは huggingface.co から、その間だけ動く別のプログラムで行います。翻訳にネットワークは不要です。
models-begun = 処理中
models-sets = モデルの組
models-sets-about = 一緒に復号するモデルです。一組あれば足ります。
models-singles = 単独のモデル
models-singles-about = メモリが少ない場合：小さなモデル一つで訳します。
models-none = なし
models-reading = 読み込み中…

memory-and-disk = メモリとディスク
loaded = 読み込み済み：
loaded-memory = （GPU メモリ { $size }、{ $adapter }）
none-loaded = モデルが読み込まれていません：{ $problem }
disk = ディスク：
disk-used = モデルが { $size } 使用
disk-free = 空き { $size }
show-folder = フォルダーを表示

for-this-computer = このコンピューター向け
installed = 導入済み
on-disk = ディスク { $size }
to-download = ダウンロード { $size }
models-count = モデル { $n } 個
needs-account = アカウントが必要
speed-estimate = 約 { $speed }（推定）
speed-estimate-about = アダプターのメモリ帯域と、トークンごとに読むバイト数からの推定
test = テスト
get = 入手
get-rest = 残りを入手
get-question = { $files } 個のファイル、{ $size } をダウンロードしますか？導入後は { $disk } を使います。
get-download = { $size } をダウンロード
import-question = モデル { $n } 個を取り込みますか？
import = 取り込む
import-dialog = 取り込む…
will-not-load = このコンピューターでは読み込めません：{ $fit }。
disk-needed = 一時的に { $peak } の空きが必要です（現在 { $free }）。
licence = ライセンス：{ $title }。
licence-limits = ライセンス：{ $title }（利用者や用途に制限があります）。
licence-read = ブラウザーで読む
remove-question = { $title } を削除して { $size } を空けますか？
set-details = モデル・ライセンス・言語
set-members = { $title } のモデル
installed-as = { $name } として導入済み
memory-parts = メモリ：重み { $weights } ＋ KV キャッシュ { $cache } ＋ バッファ { $buffers }

term-L = 大きなモデル
term-src = 専門モデル（翻訳元）
term-tgt = 専門モデル（翻訳先）
term-mt = 翻訳用に調整
term-base = 差し引く：調整前のモデル

verdict-fits = 収まる
verdict-tight = ぎりぎり
verdict-does_not_fit = 収まらない
verdict-unknown = メモリ不明
fit-no-adapter = グラフィックアダプターが見つかりません
fit-unknown = { $needed } 必要。搭載量は不明です
fit-not = { $shared ->
    [yes] { $needed } 必要、システムと共有のメモリは { $available }
   *[no] { $needed } 必要、GPU メモリは { $available }
}
fit-instead = 。「{ $title }」なら収まります
fit-needs = { $shared ->
    [yes] システムと共有のメモリ { $available } のうち { $needed } 必要
   *[no] GPU メモリ { $available } のうち { $needed } 必要
}
fit-close = 。メモリを使うほかのプログラムを閉じてください

languages-unknown = 言語不明
languages-more = { $languages }ほか { $n } 言語
role-large = 大きなモデル
role-other = 役割なし
role-specialist = { $language }の専門モデル

work-queued = 待機中
work-downloading = ダウンロード中
work-waiting = 待機中
work-verifying = 検証中
work-paused = 一時停止
work-importing = 取り込み中
work-testing = テスト中
said-downloading = { $title } をダウンロードしています
said-paused = { $title } を一時停止しました
said-importing = { $title } のダウンロードが終わり、取り込んでいます
said-testing = { $title } を導入し、テストしています
said-ready = { $title } の準備ができました
said-failed = { $title } を導入できませんでした

wait-rate_limit = サーバーが待機を求めています。{ $n } 秒後に続行
wait-network = 接続できません。{ $n } 秒後に再試行
wait-stalled = サーバーから応答がありません。{ $n } 秒後に再試行
step-queued = ほかのダウンロードを待っています
step-connecting = 接続中
step-downloading = ダウンロード中
step-verifying = 検証中
step-paused = 一時停止
step-importing = { $model } を取り込み中
step-testing = テスト中
step-progress = { $title } の進み具合
step-of = { $step }：{ $title }
step-files = { $title } のファイル
sentences-of = { $done } / { $total } 文
bytes-kept = { $bytes } は残っています。
delete-arrived = 届いた分を削除…
delete = 削除
delete-import = 中止して、途中の取り込みを削除しますか？
delete-downloaded = 中止して、ダウンロード済みで未取り込みの分を削除しますか？
delete-bytes = 中止して、届いた { $size } を削除しますか？

test-result = テスト結果
test-broken = 異常があります。これらのモデルは信用できません。
test-weak = 導入しましたが、テストの訳は良くありません。
test-weak-about = 小さなモデルや、指示文が合わない場合に起こります。
test-ready = 準備ができました。
test-ready-about = 各方向十文ずつ訳しました。
test-direction = 方向
test-chrf = chrF
test-chrf-about = 既知の訳との文字列の一致、0～100
test-speed = 速さ
test-verdict = 結果
test-works = 良好
test-is-weak = 弱い
test-is-broken = 異常
test-sentences = テスト文
test-nothing = （なし）
test-known = 既知の訳

gated = 同意が必要です
gated-open-step = ブラウザーでモデルのページを開き、ログインします。
gated-open = ページを開く
gated-accept-step = そこで条件に同意します。返事に数日かかることもあります。
gated-token-step = 同じサイト（Settings、Access Tokens）で読み取り権限のトークンを作り、Wasan のダウンローダーが見つけられる場所（システムのキーチェーン、または変数 HF_TOKEN）に置きます。
gated-token-about = トークンはダウンロードにだけ使います。

own-files = 手元のファイル
own-files-about = Llama、Mistral、Qwen、Gemma、HunYuan 系のモデル。ネットワーク不要です。
own-release = 放すと取り込みます
own-drop = GGUF ファイル、モデルのフォルダー、LoRAアダプターのフォルダーをこのウィンドウにドロップするか、選んでください：
own-file = GGUF ファイル…
own-folder = モデルのフォルダー…
dialog-model = 取り込むモデル
dialog-model-folder = 取り込むモデルのフォルダー
found = このコンピューターで見つかったもの
found-hub = Hugging Face のキャッシュ
found-part = { $set } の一部

import-impossible = このモデルは取り込めません
import-title = モデルの取り込み
import-about = { $source }。取り込むと { $copy } の詰め直した写しを作ります。元のファイルはそのままです。
import-licence = ライセンス：{ $licence }。
import-no-licence = ライセンスは書かれていません。
import-full = ディスクの空きは { $size } しかありません。
import-name = 名前
import-name-rule = 英字・数字・「.」「_」「-」。「.」では始められません
import-role = 役割
import-large = 大きなモデル：単独または専門モデルと訳す
import-specialist = { $language }の専門モデル
import-other = 役割なし：式の中で名前で使う
import-languages = 扱える言語
import-add = 言語を追加…
import-remove = { $name } を削除
import-described = 説明に書かれている言語です。
import-undescribed = 説明に書かれていません。両方の言語を扱えるモデルがある組だけを選べます。
adapter-title = LoRAアダプターの取り込み
adapter-impossible = このアダプターは取り込めません
adapter-no-base = 導入済みのモデルの中に、これの土台となるものがありません。
adapter-needs = アダプターは一つのモデルの重みを変えるもので、行列の名前と大きさが同じモデルにしか合いません。ファイルには { $base } と書かれています。先にそのモデルを取り込んでから、もう一度アダプターを取り込んでください。
adapter-needs-some = アダプターは一つのモデルの重みを変えるもので、行列の名前と大きさが同じモデルにしか合いません。先にそのモデルを取り込んでから、もう一度アダプターを取り込んでください。
adapter-about = { $source }。取り込むと { $copy } の写しを作り、土台の重みを共有します。土台はそのままです。
adapter-base = 土台（重みを変えるモデル）
adapter-named = ファイルには { $base } と書かれています。一覧は、合う導入済みモデルです。
adapter-languages = 土台と同じ言語です。
adapter-of = { $base } のLoRAアダプター
close = 閉じる

installed-models = 導入済みのモデル
built-in = 内蔵・デモ
licence-unknown = ライセンス不明
commit = 版 { $commit }

recipes = 言語の組ごとのモデル
recipes-about = 和に含まれるモデルのロジットを足してから、トークンを一つずつ選びます。
recipes-find = 言語で組を検索
recipes-for = { $pair } のモデル
recipes-none = この言語の組はありません
recipes-more = ほか { $n } 組
