"""Makes tests/data/sacrebleu.json: python sacrebleu_goldens.py HYPOTHESES OTHER_HYPOTHESES REFERENCES

Needs `pip install 'sacrebleu[ja]==2.6.0'`. The three files are lines of real outputs of two systems (the starter's
three models in step, and its large model alone) and of their references; the first 120 are frozen
(references: Tatoeba.org contributors, CC BY 2.0 FR, by way of the Tatoeba Challenge's test of 2021).
"""

import json
import sys
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.bleu import _get_tokenizer
from sacrebleu.significance import PairedTest

LINES = 120

# One line each of what trips tokenizers: no text, every kind of white space, escapes, numbers, dashes, quotation
# marks, symbols, full and half width, emoji joined by U+200D, characters beyond U+FFFF, other scripts.
NOISE = [
    "", " ", "\t", "\u3000", ".", "-", "😀", "...", "…",
    "He paid $1,000.50 (about 950 €) on 3-4 May – or was it 5/6?",
    "„Nein“, sagte sie, »das ist Dr. Müllers Haus!«",
    "&quot;Fish &amp; chips&quot; &amp;lt;b&gt; <skipped> A&B",
    "tab\there, nbsp\u00a0here, wide\u3000here, unit\x1fseparator, thin\u2009space\u200b.",
    "x^2 + y_2 = {z} ~ [a|b] \\ `c` @d #e %f *g* 100% 5°C ½ ² ①",
    "I'm, isn't, rock'n'roll; state-of-the-art 1-2 a-b 3-",
    "2024.", "3.14.15", "version 1.0.", ".5 and 5.", "a.b,c.d", "1,2,3",
    "今日は良い天気ですね。", "東京都に住んでいる３人の学生が、「ありがとう」と言った。",
    "ﾃｽﾄ と テスト、ＡＢＣ１２３!？", "WindowsでC++のコードを書く（2024年版）。", "すもももももももものうち",
    "お寿司🍣を食べた😀👩‍👩‍👧", "𠮷野家で𩸽を頼む", "中文句子，没有空格。", "한국어 문장입니다.", "هذه جملة عربية، قصيرة.",
    "हिन्दी वाक्य।", "ภาษาไทย", "e\u0301 and é, ß and ẞ, İstanbul, Ｆｕｌｌ", "ααααααααααααααααααααααααααααααααααα",
]
# The same, as another system might have written it.
NOISY_HYPOTHESES = [
    "", "a", ".", "\u3000\u3000", "..", "--", "😀😀", ".", "...",
    "He paid $1,000.50 (about 950€) on 3-4 May or was it 5-6?",
    "\"Nein\", sagte sie, „das ist Doktor Müllers Haus“!",
    "\"Fish & chips\" &lt;b&gt; A & B",
    "tab here, nbsp here, wide here, unit separator, thin space.",
    "x^2 + y_2 = {z} ~ [a|b] \\ 'c' @d #e 100 % 5 °C ½ 2 ①",
    "I am, is not, rock 'n' roll; state of the art 1-2 a-b 3",
    "2024", "3.14", "version 1.0", "0.5 and 5.", "a. b, c. d", "1, 2, 3",
    "今日はいい天気だ。", "東京に住む3人の学生は「ありがとう」と言いました。",
    "テスト と ﾃｽﾄ、ABC123!?", "WindowsでC言語のコードを書きます（2024年）。", "李も桃も桃のうち",
    "寿司🍣を食べました😀", "吉野家で𩸽を食べる", "中文句子没有空格", "한국어 문장.", "جملة عربية قصيرة.",
    "हिन्दी वाक्य", "ภาษา ไทย", "é and e\u0301, ss and ẞ, Istanbul, Full", "αααααααααααααααααααααααααααα",
]


def read(path):
    return Path(path).read_text(encoding="utf-8").split("\n")[:LINES]


def cased(settings):
    return {key: value for key, value in settings.items() if value is not None}


hypotheses, other, reference = map(read, sys.argv[1:])
texts = {
    "outputs": {"hypotheses": hypotheses, "references": [reference]},
    "two references": {"hypotheses": hypotheses[:40], "references": [reference[:40], other[:40]]},
    "noise": {"hypotheses": NOISY_HYPOTHESES, "references": [NOISE]},
}
sentences = {"outputs": 12, "two references": 12, "noise": len(NOISE)}

tokens = [
    {"tokenizer": name, "lines": [_get_tokenizer(name)()(line.rstrip()).split() for line in NOISE]}
    for name in ["13a", "intl", "char", "zh", "ja-mecab", "none"]
]

bleu = []
for text, data in texts.items():
    for settings in [
        {"tokenize": "13a"}, {"tokenize": "intl"}, {"tokenize": "char"}, {"tokenize": "zh"}, {"tokenize": "none"},
        {"tokenize": "ja-mecab"}, {"lowercase": True}, {"effective_order": True},
        {"smooth_method": "floor"}, {"smooth_method": "floor", "smooth_value": 0.5},
        {"smooth_method": "add-k"}, {"smooth_method": "add-k", "smooth_value": 0.25}, {"smooth_method": "none"},
    ]:
        metric = BLEU(**settings)
        score = metric.corpus_score(data["hypotheses"], data["references"])
        single = BLEU(**{"effective_order": True, **settings})
        bleu.append({
            "text": text, **settings, "score": score.score, "precisions": score.precisions, "bp": score.bp,
            "tokens": [score.sys_len, score.ref_len], "signature": str(metric.get_signature()),
            "line": score.format(score_only=False, signature="").removeprefix("BLEU = "),
            "sentences": [
                round(single.sentence_score(line, [r[i] for r in data["references"]]).score, 4)
                for i, line in enumerate(data["hypotheses"][: sentences[text]])
            ],
        })

chrf = []
for text, data in texts.items():
    for settings in [
        {}, {"word_order": 2}, {"lowercase": True}, {"whitespace": True}, {"char_order": 3, "word_order": 1, "beta": 1},
    ]:
        metric = CHRF(**settings)
        score = metric.corpus_score(data["hypotheses"], data["references"])
        chrf.append({
            "text": text, **settings, "name": score.name, "score": score.score,
            "signature": str(metric.get_signature()),
            "sentences": [
                round(metric.sentence_score(line, [r[i] for r in data["references"]]).score, 4)
                for i, line in enumerate(data["hypotheses"][: sentences[text]])
            ],
        })

tests = []
for kind, samples in [("bs", 1000), ("ar", 1000)]:
    systems = [("baseline", other), ("system", hypotheses)]
    metrics = {"BLEU": BLEU(references=[reference]), "chrF2": CHRF(references=[reference])}
    signatures, scores = PairedTest(systems, metrics, references=None, test_type=kind, n_samples=samples)()
    for name in metrics:
        base, system = scores[name]
        tests.append(cased({
            "test": kind, "samples": samples, "metric": name, "signature": str(signatures[name]),
            "scores": [float(base.score), float(system.score)], "p_value": float(system.p_value),
            "mean": system.mean and float(system.mean), "ci": system.ci and float(system.ci),
        }))

golden = {"texts": texts, "other": other, "noise": NOISE, "tokens": tokens, "bleu": bleu, "chrf": chrf, "tests": tests}
path = Path(__file__).parent / "data" / "sacrebleu.json"
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
print(path.stat().st_size, "bytes")
