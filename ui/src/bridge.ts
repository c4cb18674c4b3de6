// The interface to Rust: commands, events and their types. The other side is src-tauri/src/{commands,page}.rs;
// generated/bridge-samples.ts checks the types.
import { Channel, invoke } from '@tauri-apps/api/core'
import type { Column } from './bridge-exports'
import type { Candidate, Models, Work } from './bridge-models'
import type { Draft, Preferences } from './bridge-settings'
import type { MarkedSentence } from './bridge-words'

export type * from './bridge-exports'
export type * from './bridge-models'
export type * from './bridge-settings'
export type * from './bridge-texts'
export type * from './bridge-words'

/** Language codes, as "de". */
export interface Pair {
  from: string
  to: string
}

export interface Language {
  code: string
  /** In English: "German". */
  name: string
  /** In the language itself: "Deutsch". */
  endonym: string
}

/** What the available models can translate; empty until Rust has read them. */
export interface Offer {
  pairs: Pair[]
  /** The pairs that only built-in models translate, which demonstrate. */
  demonstrations: Pair[]
  languages: Language[]
}

/** An error: its cause and a hint for the user; `code` identifies it for programs. */
export interface Problem {
  code: string
  message: string
  hint: string
}

export type Stage = 'reading' | 'uploading' | 'pipelines' | 'warming_up'

export interface LoadedModel {
  /** Its term in the recipe: "L", "src", "tgt". */
  term: string
  name: string
  bits: string
}

export type Engine =
  | { state: 'loading'; stage: Stage; done: number; total: number }
  | {
      state: 'ready'
      adapter: string
      /** The adapter runs on the CPU. */
      software: boolean
      recipe: string
      models: LoadedModel[]
      /** GPU memory in use, in bytes. */
      memory: number
      /** The models are built in and only demonstrate. */
      demonstration: boolean
      /** They align words; else links between words are guessed from their order. */
      aligns: boolean
    }
  | { state: 'failed'; problem: Problem }

/** A word with low model confidence; offsets in UTF-16 code units. */
export interface UncertainWord {
  start: number
  end: number
  alternatives: string[]
  probability: number
}

/**
 * Held: it seems to be in another language, or is a table, and waits for an answer. Paused by the user; interrupted
 * because the program ended.
 */
export type RowState =
  | 'held'
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
  /** Code of the detected source language, if certain. */
  looks_like: string | null
  /** Of a table with several. */
  columns: Column[]
  state: RowState
  /** Segments. */
  done: number
  total: number
  tokens_per_second: number
  eta_s: number | null
  /** Segments that need review. */
  to_review: number
  /** Glossary terms in the source, by whether the translation uses them. */
  terms: { met: number; missed: number }
  /** File name of the translation, once written. */
  output: string | null
  /** It was translated by built-in models, which only demonstrate. */
  demonstration: boolean
  /** What is left on purpose: how many places of each kind. */
  left_alone: Record<string, number>
  /** Unsaved corrections. */
  drafts: number
  problem: Problem | null
}

export interface Snapshot {
  engine: Engine
  offer: Offer
  pair: Pair | null
  recent: Pair[]
  rows: Row[]
  /** Display names of the supported formats. */
  formats: string[]
  preferences: Preferences
  /** Where translations go, for display; null: beside their sources. */
  output_folder: string | null
  /** A problem that occurred before this page subscribed. */
  notice: Problem | null
}

export type SegmentStatus = 'done' | 'reused' | 'edited' | 'doubtful' | 'kept' | 'copied'

/** Why a segment needs review. */
export type Reason =
  | { kind: 'repeated' | 'cut_off' | 'short' | 'long' | 'copied' | 'empty' }
  | { kind: 'refused' | 'placeholders' | 'long_line' | 'encoding' | 'too_long' }
  | { kind: 'number' | 'new_number' | 'script' | 'inserted' | 'term' | 'tag'; text: string }
  | { kind: 'placeholder' | 'new_placeholder'; text: string }

/** How far a translation is to be trusted: poor = probably wrong, doubtful = may be wrong. */
export interface QualityEstimate {
  /** The estimated probability that it is good. */
  score: number
  grade: 'good' | 'doubtful' | 'poor'
  /** The estimate was calibrated for the models that translated it. */
  calibrated: boolean
}

/** Markup in a segment's source; offsets in UTF-16 code units. */
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
  /** Index of its paragraph, cell or cue. */
  block: number
  source: string
  target: string
  status: SegmentStatus
  reasons: Reason[]
  spans: Mark[]
  /** The texts with numbered tags in place of formatting, as tags.ts reads them; null without formatting that can be moved. */
  tagged: { source: string; target: string } | null
  /** Glossary terms in the source, by whether the translation uses them. */
  terms: { met: Term[]; missed: Term[] }
  /** Null for what the models did not translate or a person has changed. */
  quality: QualityEstimate | null
}

/** A word or phrase of the glossary. */
export interface Term {
  source: string
  target: string
}

/** A term that a document repeats, with the translation that it keeps. */
export interface DocumentTerm extends Term {
  /** Sentences that have it. */
  segments: number
  /** Of these, sentences whose translation had it before it was kept. */
  before: number
  /** Of these, sentences whose translation has it. */
  agreeing: number
}

/** The terms of a document after the translation of one was changed. */
export interface DocumentTermEdit {
  document_terms: DocumentTerm[]
  /** The segments with the term. */
  changed: Segment[]
  /** Of these, segments that lack the new translation, which are to be reviewed. */
  lacking: number
  to_review: number
  terms: { met: number; missed: number }
}

/** A translation memory match for a segment. */
export interface Suggestion {
  source: string
  target: string
  /** Similarity of the sources, 75 to 100. */
  percent: number
  origin: 'machine' | 'edited' | 'imported'
}

/** What is held over the window. */
export type Dragged = 'documents' | 'models'

/** `seq` is the number that `translate` was called with. `text` is the whole text so far. */
export type Event =
  | { type: 'engine'; engine: Engine; offer: Offer; pair: Pair | null }
  | { type: 'text'; seq: number; text: string; doubts: UncertainWord[] }
  /** Sentences of the text done and in all. */
  | { type: 'progress'; seq: number; done: number; total: number; eta_s: number | null }
  /** The back-translation so far, its end or its failure. */
  | { type: 'back'; seq: number; text: string | null; done: boolean; problem: Problem | null }
  | { type: 'finished'; seq: number; tokens_per_second: number; sentences: MarkedSentence[] }
  | { type: 'stopped'; seq: number }
  | { type: 'failed'; seq: number; problem: Problem }
  | { type: 'row'; row: Row }
  | { type: 'gone'; id: number }
  /** Null when what was held over the window leaves. */
  | { type: 'drag'; over: Dragged | null }
  | { type: 'refused'; problem: Problem }
  | { type: 'models'; models: Models }
  | { type: 'work'; work: Work }
  | { type: 'work_gone'; id: string }
  | { type: 'candidate'; candidate: Candidate }
  /** The user wants to close the window while work goes on, and is to be asked; or a later start wants it, and no longer. */
  | { type: 'closing'; asking: boolean }

/** Subscribes to events; returns the state before them. */
export function subscribe(onEvent: (event: Event) => void): Promise<Snapshot> {
  const channel = new Channel<Event>()
  channel.onmessage = onEvent
  return invoke('subscribe', { channel })
}

/** Selects a pair; returns the recent ones, newest first. */
export const setPair = (pair: Pair): Promise<Pair[]> => invoke('set_pair', { ...pair })

/** Translates a text with the selected pair and cancels the previous text. */
export const translate = (seq: number, text: string): Promise<void> =>
  invoke('translate', { seq, text })

export const stop = (): Promise<void> => invoke('stop')

/** Detects the language of a text; null if uncertain. Returns its code. */
export const detect = (text: string): Promise<string | null> => invoke('detect', { text })

/** Opens a file dialog; the chosen documents are added to the queue. Paths stay in Rust. */
export const chooseFiles = (title: string): Promise<void> => invoke('choose_files', { title })

/** Opens a folder dialog; the documents in the folder and its subfolders are added to the queue. */
export const chooseFolder = (title: string): Promise<void> => invoke('choose_folder', { title })

/** Restarts the translation of a document with another pair. */
export const setRowPair = (id: number, pair: Pair): Promise<void> =>
  invoke('set_row_pair', { id, ...pair })

/** Pauses a document, or all that are waiting or in progress. */
export const pause = (id: number | null): Promise<void> => invoke('pause', { id })
/**
 * Resumes a document, or all that are paused or interrupted; restarts one that failed, was cancelled or is done; starts
 * one that is held.
 */
export const resume = (id: number | null): Promise<void> => invoke('resume', { id })
/** Cancels the translation of a document. */
export const cancel = (id: number): Promise<void> => invoke('cancel', { id })
/** Removes a document from the list. Files are kept. */
export const remove = (id: number): Promise<void> => invoke('remove', { id })
/** Opens the translated file in its default application. */
export const open = (id: number): Promise<void> => invoke('open', { id })
/** Shows the translated file in its folder. */
export const reveal = (id: number): Promise<void> => invoke('reveal', { id })

/** The segments of a translated document, in document order. */
export const segments = (id: number): Promise<Segment[]> => invoke('segments', { id })
/** Translation memory matches for a segment, best first. */
export const suggestions = (id: number, index: number): Promise<Suggestion[]> =>
  invoke('suggestions', { id, index })
/**
 * Replaces the translation of a segment, or of all equal ones, and rewrites the output file; returns all segments that
 * changed. Tags in the text place the formatting.
 */
export const edit = (id: number, index: number, text: string, equal: boolean): Promise<Segment[]> =>
  invoke('edit', { id, index, text, equal })

/** The terms that a translated document keeps the same, the most frequent first. */
export const documentTerms = (id: number): Promise<DocumentTerm[]> =>
  invoke('document_terms', { id })
/** Changes the translation of a document's term; segments that lack it are marked for review. */
export const setDocumentTerm = (id: number, term: Term): Promise<DocumentTermEdit> =>
  invoke('set_document_term', { id, term })

/** The unsaved corrections of a document. */
export const drafts = (id: number): Promise<Draft[]> => invoke('drafts', { id })
/** Stores the unsaved corrections of a document, in place of those before. */
export const keepDrafts = (id: number, drafts: Draft[]): Promise<void> => invoke('keep_drafts', { id, drafts })

/** Closes the window, whatever is in progress. */
export const close = (): Promise<void> => invoke('close')

/** Restarts the engine after a failure. */
export const restart = (): Promise<void> => invoke('restart')

/** Converts the rejection of a command to a problem. */
export function asProblem(reason: unknown): Problem {
  if (typeof reason === 'object' && reason !== null && 'code' in reason && 'message' in reason)
    return reason as Problem
  return {
    code: 'bridge',
    message: String(reason),
    hint: '',
  }
}
