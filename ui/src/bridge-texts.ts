// The part of the interface to Rust that typed text uses, beside `translate`. The other side is
// src-tauri/src/commands/texts.rs; generated/bridge-samples.ts checks the types.
import { invoke } from '@tauri-apps/api/core'
import type { Pair } from './bridge'

/** A sentence of the last finished text. */
export interface TypedSentence {
  source: string
  target: string
  /** It has something to translate. */
  translated: boolean
}

/** A typed text with its translation. */
export interface HistoryText {
  id: number
  pair: Pair
  source: string
  target: string
  /** In seconds since 1970. */
  translated_s: number
}

/** Translates a translation back; the events carry `seq`. */
export const translateBack = (seq: number, text: string): Promise<void> => invoke('translate_back', { seq, text })
export const typedSentences = (): Promise<TypedSentence[]> => invoke('typed_sentences')
/** Texts that contain something, newest first. */
export const history = (text: string): Promise<HistoryText[]> => invoke('history', { text })
/** Removes a text; null: all of them. */
export const forgetText = (id: number | null): Promise<void> => invoke('forget_text', { id })
