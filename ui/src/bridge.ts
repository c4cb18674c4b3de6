// Everything the window and Rust say to each other: the commands, the events, their types.
// The other side is src-tauri/src/{commands,page}.rs.
import { Channel, invoke } from '@tauri-apps/api/core'

/** Language codes, as "de". */
export interface Pair {
  from: string
  to: string
}

export interface Language {
  code: string
  /** In English: "German". */
  name: string
  /** In itself: "Deutsch". */
  endonym: string
}

/** What the models at hand can do. Empty until Rust has looked at them. */
export interface Offer {
  pairs: Pair[]
  languages: Language[]
}

/** What went wrong, what to do about it; `code` is what the window decides by. */
export interface Problem {
  code: string
  message: string
  hint: string
}

export type Stage = 'reading' | 'uploading' | 'pipelines' | 'warming_up'

export interface LoadedModel {
  /** Its term in the sum: "L", "src", "tgt". */
  term: string
  name: string
  bits: string
}

export type Engine =
  | { state: 'loading'; stage: Stage; done: number; total: number }
  | {
      state: 'ready'
      adapter: string
      /** The adapter computes on the processor. */
      software: boolean
      recipe: string
      models: LoadedModel[]
    }
  | { state: 'failed'; problem: Problem }

/** A stretch of the text the models were unsure of; offsets in UTF-16 code units. */
export interface Doubt {
  start: number
  end: number
  alternatives: string[]
  probability: number
}

/** Paused by the reader; interrupted by the end of the program. */
export type RowState =
  | 'waiting'
  | 'translating'
  | 'paused'
  | 'interrupted'
  | 'done'
  | 'failed'
  | 'cancelled'

/** A document in the queue. */
export interface Row {
  id: number
  name: string
  pair: Pair
  /** The language that its text seems to be in, where that is clear. */
  looks_like: string | null
  state: RowState
  /** Segments. */
  done: number
  total: number
  tokens_per_second: number
  eta_s: number | null
  /** Segments that a reader should look at. */
  to_review: number
  /** How often terms of the glossary stand in it, by whether the translation has them. */
  terms: { met: number; missed: number }
  /** The name of the translated file, once it is there. */
  output: string | null
  problem: Problem | null
}

export interface Snapshot {
  engine: Engine
  offer: Offer
  pair: Pair | null
  recent: Pair[]
  rows: Row[]
  /** What people call the formats that can be translated. */
  formats: string[]
  /** What went wrong before this page listened. */
  notice: Problem | null
}

export type SegmentStatus = 'done' | 'reused' | 'edited' | 'doubtful' | 'kept' | 'copied'

/** Why a segment is worth a second look. */
export type Reason =
  | { kind: 'repeated' | 'cut_off' | 'short' | 'long' | 'copied' | 'empty' | 'unsure' }
  | { kind: 'refused' | 'long_line' | 'encoding' | 'too_long' }
  | { kind: 'number' | 'new_number' | 'placeholder' | 'term' | 'tag'; text: string }

/** Markup at a place of a segment's source; offsets in UTF-16 code units. */
export interface Mark {
  start: number
  end: number
  kind: 'paired' | 'void' | 'locked'
  /** The markup before the text, such as "**"; empty in office documents. */
  label: string
}

/** A sentence of a translated document. */
export interface Segment {
  index: number
  /** The paragraph, cell or cue that it stands in. */
  block: number
  source: string
  target: string
  status: SegmentStatus
  reasons: Reason[]
  spans: Mark[]
  /** The terms of the glossary that stand in the source, by whether the translation has them. */
  terms: { met: Term[]; missed: Term[] }
}

/** A word or phrase of the glossary. */
export interface Term {
  source: string
  target: string
}

/** A unit of the translation memory that comes near a segment. */
export interface Suggestion {
  source: string
  target: string
  /** How near the sources are, 75 to 100. */
  percent: number
  origin: 'machine' | 'edited' | 'imported'
}

/** `seq` is the number that `translate` was called with. `text` is the whole text so far. */
export type Event =
  | { type: 'engine'; engine: Engine; offer: Offer; pair: Pair | null }
  | { type: 'text'; seq: number; text: string; doubts: Doubt[] }
  | { type: 'finished'; seq: number; tokens_per_second: number }
  | { type: 'stopped'; seq: number }
  | { type: 'failed'; seq: number; problem: Problem }
  | { type: 'row'; row: Row }
  | { type: 'gone'; id: number }
  | { type: 'drag'; over: boolean }
  | { type: 'refused'; problem: Problem }

/** Opens the stream of events and returns everything that happened before it. */
export function subscribe(listen: (event: Event) => void): Promise<Snapshot> {
  const channel = new Channel<Event>()
  channel.onmessage = listen
  return invoke('subscribe', { channel })
}

/** Remembers the pair; returns the recent ones, newest first. */
export const setPair = (pair: Pair): Promise<Pair[]> => invoke('set_pair', { ...pair })

/** Translates the text in the chosen pair, and gives up whatever text came before. */
export const translate = (seq: number, text: string): Promise<void> =>
  invoke('translate', { seq, text })

export const stop = (): Promise<void> => invoke('stop')

/** The code of the language that a text seems to be in, where that is clear. */
export const detect = (text: string): Promise<string | null> => invoke('detect', { text })

/** Lets the reader pick documents; they join the queue. Paths stay in Rust. */
export const chooseFiles = (): Promise<void> => invoke('choose_files')

/** The same with a folder, whose documents join the queue, those of its folders too. */
export const chooseFolder = (): Promise<void> => invoke('choose_folder')

/** Translates a document in other languages, from its beginning. */
export const setRowPair = (id: number, pair: Pair): Promise<void> =>
  invoke('set_row_pair', { id, ...pair })

/** Sets a document aside, or all that are on their way. */
export const pause = (id: number | null): Promise<void> => invoke('pause', { id })
/** Goes on with a document, or all that are paused or interrupted; tries again one that failed or is done. */
export const resume = (id: number | null): Promise<void> => invoke('resume', { id })
/** Gives up a document. */
export const cancel = (id: number): Promise<void> => invoke('cancel', { id })
/** Takes a document off the list, or all that are done. Files stay. */
export const remove = (id: number | null): Promise<void> => invoke('remove', { id })
/** Opens the translated file in its own program. */
export const open = (id: number): Promise<void> => invoke('open', { id })
/** Shows the translated file in its folder. */
export const reveal = (id: number): Promise<void> => invoke('reveal', { id })

/** The segments of a translated document, in its order. */
export const segments = (id: number): Promise<Segment[]> => invoke('segments', { id })
/** What the memory has that comes near a segment, best first. */
export const suggestions = (id: number, index: number): Promise<Suggestion[]> =>
  invoke('suggestions', { id, index })
/** Takes the reader's translation of a segment and writes the translated file anew. Returns all segments that changed. */
export const edit = (id: number, index: number, text: string): Promise<Segment[]> =>
  invoke('edit', { id, index, text })

/** Starts the engine again after it failed. */
export const restart = (): Promise<void> => invoke('restart')

/** Whatever a command was rejected with, as a problem. */
export function asProblem(reason: unknown): Problem {
  if (typeof reason === 'object' && reason !== null && 'code' in reason && 'message' in reason)
    return reason as Problem
  return {
    code: 'bridge',
    message: String(reason),
    hint: 'Close the window and start Wasan again.',
  }
}
