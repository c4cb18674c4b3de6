// The part of the interface to Rust that the settings use. The other side is src-tauri/src/commands/settings.rs and
// page/settings.rs; generated/bridge-samples.ts checks the types. Sizes are in bytes.
import { invoke } from '@tauri-apps/api/core'
import type { Pair, Suggestion, Term } from './bridge'

export type Theme = 'system' | 'light' | 'dark'
/** One translation of each sentence, or the best of several. */
export type Quality = 'fast' | 'best'

export type NameStyle = 'dot' | 'underscore' | 'hyphen'

export interface Preferences {
  /** Code of the interface's language; null: the system's. */
  language: string | null
  theme: Theme
  /** In percent. */
  text_size: number
  /** Texts and documents are translated from the languages that they seem to be in. */
  detect: boolean
  quality: Quality
  /** The translation memory is used, and documents are stored in it. */
  memory: boolean
  /** Typed texts are kept in the history. */
  history: boolean
  /** The window starts with the last text of the history. */
  last_session: boolean
  /** What separates a document's name from the language of its translation. */
  names: NameStyle
  /** A part of the adapter's name; null: the best one. */
  adapter: string | null
  confirm_close: boolean
}

/** An unsaved correction of a segment. */
export interface Draft {
  index: number
  source: string
  text: string
}

/** A folder that Wasan uses. */
export interface Place {
  kind: 'data' | 'models' | 'cache' | 'settings'
  path: string
  bytes: number
}

export interface MemoryPair {
  pair: Pair
  units: number
}

/** A unit of the translation memory. */
export interface MemoryUnit {
  source: string
  target: string
  origin: Suggestion['origin']
  /** How often it was reused. */
  uses: number
  /** When it was last used or changed, in seconds since 1970. */
  used_s: number
}

/** A graphics adapter with the result of its self-test. */
export interface Adapter {
  name: string
  kind: 'discrete' | 'integrated' | 'virtual' | 'software' | 'other'
  backend: string
  driver: string
  half: boolean
  /** Smallest and largest subgroup; null: the kernels go without. */
  lanes: [number, number] | null
  largest_buffer: number
  /** Its own memory; null: shared with the system, or unknown. */
  memory: number | null
  shares_memory: boolean
  /** What failed in the self-test. */
  fault: string | null
  test_s: number
}

export const setPreferences = (preferences: Preferences): Promise<void> =>
  invoke('set_preferences', { preferences })
/** Opens a dialog; returns the folder of translations for display. */
export const chooseOutputFolder = (title: string): Promise<string | null> =>
  invoke('choose_output_folder', { title })
export const clearOutputFolder = (): Promise<void> => invoke('clear_output_folder')
/** Tests every adapter, which takes seconds. */
export const adapters = (): Promise<Adapter[]> => invoke('adapters')
/** Tokens per second of the current pair's models on some test sentences; takes as long as they do. */
export const measureSpeed = (): Promise<number> => invoke('measure_speed')

export const terms = (pair: Pair): Promise<Term[]> => invoke('terms', { ...pair })
/** Adds a term in place of the one with the source `before`. */
export const addTerm = (pair: Pair, term: Term, before: string | null): Promise<void> =>
  invoke('add_term', { ...pair, term, before })
/** Removes a term, or all of the pair. */
export const removeTerms = (pair: Pair, source: string | null): Promise<number> =>
  invoke('remove_terms', { ...pair, source })
/** These open a dialog and return the number of terms or units; null if it was closed. */
export const importTerms = (pair: Pair, title: string): Promise<number | null> =>
  invoke('import_terms', { ...pair, title })
export const exportTerms = (pair: Pair, title: string): Promise<number | null> =>
  invoke('export_terms', { ...pair, title })
export const importMemory = (pair: Pair, title: string): Promise<number | null> =>
  invoke('import_memory', { ...pair, title })
export const exportMemory = (pair: Pair, title: string): Promise<number | null> =>
  invoke('export_memory', { ...pair, title })

export const memoryPairs = (): Promise<MemoryPair[]> => invoke('memory_pairs')
/** Units whose source or target contains the text. */
export const searchMemory = (pair: Pair, text: string): Promise<MemoryUnit[]> =>
  invoke('search_memory', { ...pair, text })
export const editUnit = (pair: Pair, source: string, target: string): Promise<void> =>
  invoke('edit_unit', { ...pair, source, target })
export const removeUnit = (pair: Pair, source: string): Promise<boolean> =>
  invoke('remove_unit', { ...pair, source })
export const clearMemory = (pair: Pair): Promise<number> => invoke('clear_memory', { ...pair })

export const places = (): Promise<Place[]> => invoke('places')
export const showPlace = (kind: Place['kind']): Promise<void> => invoke('show_place', { kind })
