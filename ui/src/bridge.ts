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

export type RowState = 'waiting' | 'translating' | 'done' | 'failed' | 'cancelled'

/** A document in the queue. */
export interface Row {
  id: number
  name: string
  pair: Pair
  state: RowState
  /** Segments. */
  done: number
  total: number
  tokens_per_second: number
  eta_s: number | null
  /** Segments that a reader should look at. */
  to_review: number
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
  /** File name extensions that can be translated, without the dot. */
  formats: string[]
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

/** Lets the reader pick documents; they join the queue. Paths stay in Rust. */
export const chooseFiles = (): Promise<void> => invoke('choose_files')

export const cancel = (id: number): Promise<void> => invoke('cancel', { id })
export const retry = (id: number): Promise<void> => invoke('retry', { id })
export const remove = (id: number): Promise<void> => invoke('remove', { id })
/** Opens the translated file in its own program. */
export const open = (id: number): Promise<void> => invoke('open', { id })
/** Shows the translated file in its folder. */
export const reveal = (id: number): Promise<void> => invoke('reveal', { id })

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
