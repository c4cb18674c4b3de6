// Words of a typed text and of its translation: which belong together, and what changes when another word is chosen.
import type { BegunSentence, Range, MarkedSentence, UncertainWord, Word } from './bridge'

/** A word of the translation, by its sentence's place in the list and its own in the sentence. */
export interface WordAt {
  sentence: number
  word: number
}

/** A run of the translation. */
export interface Piece {
  text: string
  /** Place in the list of the sentence that it belongs to. */
  sentence?: number
  word?: WordAt
  doubt?: UncertainWord
}

/** A translation as far as its words are concerned. */
export interface Translation {
  text: string
  doubts: UncertainWord[]
  sentences: MarkedSentence[]
}

/** Cuts a translation at its sentences, words and doubts. Ignores doubts that are outside, empty or overlap. */
export function pieces({ text, doubts, sentences }: Translation): Piece[] {
  const out: Piece[] = []
  const sorted = [...doubts].sort((a, b) => a.start - b.start)
  let at = 0
  let next = 0
  const put = (end: number, rest: Omit<Piece, 'text' | 'doubt'>): void => {
    while (at < end) {
      let doubt = sorted[next]
      while (doubt && (doubt.end <= at || doubt.end <= doubt.start || doubt.end > text.length)) doubt = sorted[++next]
      const inside = doubt && doubt.start <= at
      const stop = Math.min(end, !doubt ? end : inside ? doubt.end : doubt.start)
      out.push({ text: text.slice(at, stop), ...rest, ...(inside && doubt ? { doubt } : {}) })
      at = stop
    }
  }
  sentences.forEach(({ place, words }, sentence) => {
    const [start, end] = place.target
    if (start < at || end > text.length) return
    put(start, {})
    words.forEach((word, index) => {
      if (start + word.start < at || start + word.end > end) return
      put(start + word.start, { sentence })
      put(start + word.end, { sentence, word: { sentence, word: index } })
    })
    put(end, { sentence })
  })
  put(text.length, {})
  return out
}

export const wordOf = (sentences: MarkedSentence[], at: WordAt | null): Word | undefined =>
  at ? sentences[at.sentence]?.words[at.word] : undefined

export const same = (a: WordAt | null | undefined, b: WordAt | null | undefined): boolean =>
  !!a && !!b && a.sentence === b.sentence && a.word === b.word

/** The source word of a word of the translation, in the text. */
export function sourceOf(sentences: MarkedSentence[], at: WordAt | null): Range | null {
  const range = wordOf(sentences, at)?.source
  const from = at && sentences[at.sentence]?.place.source[0]
  return range && typeof from === 'number' ? [from + range[0], from + range[1]] : null
}

/** The words of the source that others come from, in order, each once. */
export function sourceWords(sentences: MarkedSentence[]): Range[] {
  const found = new Map<number, Range>()
  for (const { place, words } of sentences)
    for (const { source } of words)
      if (source) found.set(place.source[0] + source[0], [place.source[0] + source[0], place.source[0] + source[1]])
  return [...found.values()].sort((a, b) => a[0] - b[0])
}

/** The words of the translation that come from the word of the source at an offset. */
export function wordsFrom(sentences: MarkedSentence[], offset: number): WordAt[] {
  const sentence = sentences.findIndex(({ place: { source } }) => source[0] <= offset && offset <= source[1])
  const inside = sentences[sentence]
  if (!inside) return []
  const here = offset - inside.place.source[0]
  // A caret between two words belongs to the one that it stands before.
  const ranges = inside.words.flatMap(({ source }) => (source ? [source] : []))
  const range = ranges.find(([start, end]) => start <= here && here < end) ?? ranges.find(([, end]) => end === here)
  if (!range) return []
  return inside.words.flatMap(({ source }, word) => (source?.[0] === range[0] ? [{ sentence, word }] : []))
}

/** The next word before or after one; at the beginning of the text without one. */
export function neighbour(sentences: MarkedSentence[], at: WordAt | null, step: 1 | -1): WordAt | null {
  const all = sentences.flatMap(({ words }, sentence) => words.map((_, word) => ({ sentence, word })))
  const here = all.findIndex((one) => same(one, at))
  return all[at && here >= 0 ? here + step : step > 0 ? 0 : all.length - 1] ?? at
}

/** What a sentence's translation keeps before a word. */
export function before({ text, sentences }: Translation, at: WordAt): string {
  const start = sentences[at.sentence]?.place.target[0] ?? 0
  return text.slice(start, start + (wordOf(sentences, at)?.start ?? 0))
}

/** A sentence in which a word was chosen in the place of `at`, with what is known of the words and doubts before it. */
export function withKept(old: Translation, at: WordAt, begun: BegunSentence): BegunSentence {
  const replaced = old.sentences[at.sentence]
  const chosen = wordOf(old.sentences, at)
  if (!replaced || !chosen) return begun
  const start = replaced.place.target[0]
  const kept = old.doubts
    .map((doubt) => ({ ...doubt, start: doubt.start - start, end: doubt.end - start }))
    .filter((doubt) => doubt.start >= 0 && doubt.end <= chosen.start)
  const words = begun.sentence.words.map((word) => {
    if (word.end <= chosen.start) return replaced.words.find((one) => one.start === word.start) ?? word
    // The chosen word stands for that in whose place it is.
    return word.start === chosen.start ? { ...word, source: chosen.source } : word
  })
  const doubts = [...kept, ...begun.doubts.filter((doubt) => doubt.start >= chosen.start)]
  return { text: begun.text, doubts, sentence: { ...begun.sentence, words } }
}

/** A translation with another one of a sentence. */
export function withSentence(old: Translation, sentence: number, begun: BegunSentence): Translation {
  const replaced = old.sentences[sentence]
  if (!replaced) return old
  const [start, end] = replaced.place.target
  const by = begun.text.length - (end - start)
  const shifted = <T extends { start: number; end: number }>(one: T, by: number): T => ({
    ...one,
    start: one.start + by,
    end: one.end + by,
  })
  return {
    text: old.text.slice(0, start) + begun.text + old.text.slice(end),
    doubts: [
      ...old.doubts.filter((doubt) => doubt.end <= start),
      ...begun.doubts.map((doubt) => shifted(doubt, start)),
      ...old.doubts.filter((doubt) => doubt.start >= end).map((doubt) => shifted(doubt, by)),
    ],
    sentences: old.sentences.map((one, at) => {
      const { source, target } = one.place
      const after = (range: Range): MarkedSentence['place'] => ({ source, target: range })
      if (at < sentence) return one
      if (at > sentence) return { ...one, place: after([target[0] + by, target[1] + by]) }
      return { ...begun.sentence, index: one.index, place: after([start, start + begun.text.length]) }
    }),
  }
}

/** The sentences that a reader should look at. */
export const toCheck = (sentences: MarkedSentence[]): MarkedSentence[] =>
  sentences.filter(({ reasons, quality }) => reasons.length > 0 || (quality && quality.grade !== 'good'))
