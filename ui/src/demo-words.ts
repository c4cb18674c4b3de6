// Sentences, words and votes of the fake backend in demo.ts.
import type { BegunSentence, NextWords, Range, MarkedSentence, UncertainWord, Word } from './bridge'

export const SOURCE =
  'Guten Morgen! Das kleine Teehaus am Fluss öffnet um acht Uhr. Bring die Zeichnungen der drei Kreise mit; wir messen sie zusammen aus und frühstücken danach. Es kostet 300 Euro.'

/** Target words with the source words that they come from. */
const SENTENCES: [source: string, target: string, links: [string, string][]][] = [
  ['Guten Morgen!', 'Good morning!', [['Good', 'Guten'], ['morning', 'Morgen']]],
  [
    'Das kleine Teehaus am Fluss öffnet um acht Uhr.',
    'The little tea house by the river opens at eight.',
    [
      ['The', 'Das'],
      ['little', 'kleine'],
      ['tea', 'Teehaus'],
      ['house', 'Teehaus'],
      ['by', 'am'],
      ['the', 'am'],
      ['river', 'Fluss'],
      ['opens', 'öffnet'],
      ['at', 'um'],
      ['eight', 'acht'],
    ],
  ],
  [
    'Bring die Zeichnungen der drei Kreise mit; wir messen sie zusammen aus und frühstücken danach.',
    'Bring the drawings of the three circles; we will measure them together and have breakfast afterwards.',
    [
      ['Bring', 'Bring'],
      ['the', 'die'],
      ['drawings', 'Zeichnungen'],
      ['of', 'der'],
      ['three', 'drei'],
      ['circles', 'Kreise'],
      ['we', 'wir'],
      ['measure', 'messen'],
      ['them', 'sie'],
      ['together', 'zusammen'],
      ['and', 'und'],
      ['have', 'frühstücken'],
      ['breakfast', 'frühstücken'],
      ['afterwards', 'danach'],
    ],
  ],
  ['Es kostet 300 Euro.', 'It costs euros.', [['It', 'Es'], ['costs', 'kostet'], ['euros', 'Euro']]],
]

export const TRANSLATION = SENTENCES.map(([, target]) => target).join(' ')

const drawings = TRANSLATION.indexOf('drawings')
export const DOUBTS: UncertainWord[] = [
  { start: drawings, end: drawings + 8, alternatives: ['sketches', 'plans'], probability: 0.41 },
]

const range = (text: string, part: string): Range => [text.indexOf(part), text.indexOf(part) + part.length]

function words(source: string, target: string, links: [string, string][]): Word[] {
  const used = [...links]
  return [...target.matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: text, index }) => {
    const at = used.findIndex(([word]) => word === text)
    const [link] = at < 0 ? [] : used.splice(at, 1)
    return { text, start: index, end: index + text.length, source: link ? range(source, link[1]) : null }
  })
}

/** The sentences, if this is the text that they are of; as a whole else, without words. */
export function sentencesOf(text: string): MarkedSentence[] {
  return SENTENCES.filter(([source]) => text.includes(source)).map(([source, target, links], index) => ({
    index,
    place: { source: range(text, source), target: range(TRANSLATION, target) },
    status: index === 3 ? 'doubtful' : 'done',
    reasons: index === 3 ? [{ kind: 'number', text: '300' }] : [],
    quality: { score: index === 3 ? 0.12 : 0.93, grade: index === 3 ? 'poor' : 'good', calibrated: true },
    words: words(source, target, links),
  }))
}

/** What may follow, whatever stands before it. */
export function nextWords(sentence: number, kept: string): NextWords {
  const target = SENTENCES[sentence]?.[1] ?? ''
  const here = /[\p{L}\p{N}]+/u.exec(target.slice(kept.length))?.[0] ?? 'drawings'
  const word = (text: string, probability: number | null, ...votes: (number | null)[]) => ({ text, probability, votes })
  return {
    recipe: [
      ['L', 1],
      ['src', 0.5],
      ['tgt', 0.5],
    ],
    words: [
      word(here, 0.41, 0.31, 0.46, 0.52),
      word('plans', 0.22, 0.38, 0.05, 0.11),
      word('sketches', 0.17, 0.09, 0.21, 0.24),
      word('signs', null, 0.02, 0.12, null),
    ],
  }
}

/** The sentence with another word. */
export function begunSentence(sentence: number, beginning: string): BegunSentence {
  const [source, target, links] = SENTENCES[sentence] ?? SENTENCES[0]!
  const rest = target.slice(beginning.length).replace(/^[\p{L}\p{N}]*/u, '')
  const text = `${beginning}${rest}`
  const place = { source: range(SOURCE, source), target: [0, text.length] as Range }
  return {
    text,
    doubts: [],
    sentence: { index: sentence, place, status: 'done', reasons: [], quality: null, words: words(source, text, links) },
  }
}
