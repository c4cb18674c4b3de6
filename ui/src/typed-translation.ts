// The translation of typed text.
import type { Problem, MarkedSentence, UncertainWord } from './bridge'

export interface TypedTranslation {
  status: 'idle' | 'translating' | 'done' | 'stopped' | 'failed'
  text: string
  doubts: UncertainWord[]
  /** Its sentences, once it is finished. */
  sentences: MarkedSentence[]
  /** The text that it translates. */
  of: string
  /** `text` belongs to an earlier translation; the new one has not arrived yet. */
  stale: boolean
  tokens_per_second: number
  problem: Problem | null
}

export const EMPTY: TypedTranslation = {
  status: 'idle',
  text: '',
  doubts: [],
  sentences: [],
  of: '',
  stale: false,
  tokens_per_second: 0,
  problem: null,
}
