import { expect, test } from 'vitest'
import type { BegunSentence, MarkedSentence } from './bridge'
import { before, neighbour, pieces, sourceOf, sourceWords, toCheck, withKept, withSentence, wordsFrom } from './typed-words'

/** "Ja. Das ist gut." → "Yes. That is good." */
const SENTENCES: MarkedSentence[] = [
  {
    index: 0,
    place: { source: [0, 3], target: [0, 4] },
    status: 'done',
    reasons: [],
    quality: { score: 0.9, grade: 'good', calibrated: true },
    words: [{ text: 'Yes', start: 0, end: 3, source: [0, 2] }],
  },
  {
    index: 2,
    place: { source: [4, 16], target: [5, 18] },
    status: 'doubtful',
    reasons: [{ kind: 'long' }],
    quality: null,
    words: [
      { text: 'That', start: 0, end: 4, source: [0, 3] },
      { text: 'is', start: 5, end: 7, source: [4, 7] },
      { text: 'good', start: 8, end: 12, source: [8, 11] },
    ],
  },
]
const doubt = (start: number, end: number) => ({ start, end, alternatives: [], probability: 0.4 })
const DONE = { text: 'Yes. That is good.', doubts: [doubt(10, 12), doubt(13, 17)], sentences: SENTENCES }
const SOURCE = 'Ja. Das ist gut.'

test('a translation is cut at its words and doubts, and nothing of it is lost', () => {
  for (const doubts of [[], DONE.doubts, [doubt(2, 8)], [doubt(6, 6), doubt(0, 99), doubt(3, 4)]]) {
    const cut = pieces({ ...DONE, doubts })
    expect(cut.map((piece) => piece.text).join('')).toBe(DONE.text)
    expect(cut.every((piece) => piece.text)).toBe(true)
  }
  const words = pieces(DONE).filter((piece) => piece.word)
  expect(words.map((piece) => [piece.text, piece.word?.sentence, !!piece.doubt])).toEqual([
    ['Yes', 0, false],
    ['That', 1, false],
    ['is', 1, true],
    ['good', 1, true],
  ])
  expect(pieces({ ...DONE, text: 'Yes.' }).map((piece) => piece.text), 'places of another text').toEqual(['Yes', '.'])
})

test('a word finds its partner in both directions', () => {
  const source = sourceOf(SENTENCES, { sentence: 1, word: 2 })
  expect(source && SOURCE.slice(...source)).toBe('gut')
  expect(wordsFrom(SENTENCES, 12)).toEqual([{ sentence: 1, word: 2 }])
  expect(wordsFrom(SENTENCES, 15), 'a caret behind a word').toEqual([{ sentence: 1, word: 2 }])
  expect(wordsFrom(SENTENCES, 3), 'a full stop').toEqual([])
  expect(sourceWords(SENTENCES).map((range) => SOURCE.slice(...range))).toEqual(['Ja', 'Das', 'ist', 'gut'])
})

test('the keys go from word to word over sentences and stop at the ends', () => {
  expect(neighbour(SENTENCES, null, 1)).toEqual({ sentence: 0, word: 0 })
  expect(neighbour(SENTENCES, { sentence: 0, word: 0 }, 1)).toEqual({ sentence: 1, word: 0 })
  expect(neighbour(SENTENCES, { sentence: 0, word: 0 }, -1)).toEqual({ sentence: 0, word: 0 })
  expect(neighbour(SENTENCES, null, -1)).toEqual({ sentence: 1, word: 2 })
  expect(neighbour([], null, 1)).toBeNull()
})

test('a chosen word keeps what is before it, its partner, and the places of what follows', () => {
  const at = { sentence: 0, word: 0 }
  const begun: BegunSentence = {
    text: 'Of course.',
    doubts: [doubt(3, 9)],
    sentence: {
      ...SENTENCES[0]!,
      words: [
        { text: 'Of', start: 0, end: 2, source: null },
        { text: 'course', start: 3, end: 9, source: [0, 2] },
      ],
    },
  }
  const after = withSentence(DONE, 0, withKept(DONE, at, begun))
  expect(after.text).toBe('Of course. That is good.')
  expect(after.sentences[0]?.words[0]?.source, 'it stands in the place of Yes').toEqual([0, 2])
  expect(after.doubts.map(({ start, end }) => after.text.slice(start, end))).toEqual(['course', 'is', 'good'])
  expect(after.sentences.map(({ place, index }) => [after.text.slice(...place.target), index])).toEqual([
    ['Of course.', 0],
    ['That is good.', 2],
  ])
  const last = { sentence: 1, word: 2 }
  expect(before(after, last)).toBe('That is ')
  const fine = {
    text: 'That is fine.',
    doubts: [],
    sentence: { ...SENTENCES[1]!, words: SENTENCES[1]!.words.map((word) => ({ ...word, source: null })) },
  }
  const end = withSentence(after, 1, withKept(after, last, fine))
  expect(end.sentences[1]?.words.map(({ source }) => source)).toEqual([[0, 3], [4, 7], [8, 11]])
  expect(end.doubts).toHaveLength(2)
})

test('what a reader should look at is what has a reason or a bad grade', () => {
  const poor = { score: 0.1, grade: 'poor' as const, calibrated: true }
  const third = { ...SENTENCES[0]!, quality: poor }
  expect(toCheck([...SENTENCES, third])).toEqual([SENTENCES[1], third])
})
