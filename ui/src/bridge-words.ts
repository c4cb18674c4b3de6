// Words of typed text: types and commands. The other side is src-tauri/src/{commands,page}/words.rs.
import { invoke } from '@tauri-apps/api/core'
import type { QualityEstimate, Reason, SegmentStatus, UncertainWord } from './bridge'

/** Start and end, in UTF-16 code units. */
export type Range = [start: number, end: number]

/** A word of a translation; offsets count from the start of its sentence's translation. */
export interface Word {
  text: string
  start: number
  end: number
  /** The word of the source sentence that it translates, if it is known. */
  source: Range | null
}

export interface MarkedSentence {
  /** Its index among the sentences of the text. */
  index: number
  /** Where it is in the text and in the translation. */
  place: { source: Range; target: Range }
  status: SegmentStatus
  reasons: Reason[]
  quality: QualityEstimate | null
  words: Word[]
}

/** A sentence whose translation begins as the user wants; offsets count from its start. */
export interface BegunSentence {
  text: string
  doubts: UncertainWord[]
  sentence: MarkedSentence
}

/** A word that may follow; probabilities are those of its beginning, null where it is not among the likeliest. */
export interface NextWord {
  text: string
  /** Under the sum of the models. */
  probability: number | null
  /** By each model alone, in the order of the recipe. */
  votes: (number | null)[]
}

/** The words that may follow, the sum's choice first; `recipe` has the terms with their weights. */
export interface NextWords {
  recipe: [term: string, weight: number][]
  words: NextWord[]
}

/** The words that may follow `kept`, the beginning of the translation of a sentence of the text. */
export const nextWords = (text: string, sentence: number, kept: string): Promise<NextWords> =>
  invoke('next_words', { text, sentence, kept })

/** Translates a sentence of the text so that its translation begins in this way. */
export const beginWith = (text: string, sentence: number, beginning: string): Promise<BegunSentence> =>
  invoke('begin_with', { text, sentence, beginning })
