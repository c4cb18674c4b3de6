// The translation of typed text.
import type { Problem, UncertainWord } from './bridge'

export interface TypedTranslation {
  status: 'idle' | 'translating' | 'done' | 'stopped' | 'failed'
  text: string
  doubts: UncertainWord[]
  /** `text` belongs to an earlier translation; the new one has not arrived yet. */
  stale: boolean
  tokens_per_second: number
  problem: Problem | null
}

export const EMPTY: TypedTranslation = {
  status: 'idle',
  text: '',
  doubts: [],
  stale: false,
  tokens_per_second: 0,
  problem: null,
}
