// Numbers, times and findings as a reader says them.
import type { Reason, SegmentStatus, Suggestion } from './bridge'
import { nameOf } from './pills'

const NUMBER = new Intl.NumberFormat('en')

export const number = (n: number): string => NUMBER.format(n)

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${NUMBER.format(n)} ${n === 1 ? one : many}`

export const speed = (tokensPerSecond: number): string =>
  `${tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : Math.round(tokensPerSecond)} tokens/s`

export function left(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`
  return `${(seconds / 3600).toFixed(1)} h left`
}

export const progress = (done: number, total: number): string =>
  `${NUMBER.format(done)} / ${NUMBER.format(total)}`

export const STATUS: Record<SegmentStatus, string> = {
  done: 'Translated',
  reused: 'Reused',
  edited: 'Edited',
  doubtful: 'Doubtful',
  kept: 'Not translated',
  copied: 'Nothing to translate',
}

/** Who wrote a unit of the memory. */
export const ORIGIN: Record<Suggestion['origin'], string> = {
  machine: 'by Wasan',
  edited: 'corrected',
  imported: 'imported',
}

const REASONS: Record<Reason['kind'], string> = {
  repeated: 'Repeats itself',
  cut_off: 'Cut off',
  short: 'Very short',
  long: 'Very long',
  copied: 'Same as the source',
  empty: 'Empty',
  unsure: 'The models were unsure',
  number: 'Number missing',
  new_number: 'New number',
  placeholder: 'Missing',
  term: 'Glossary missed',
  tag: 'Formatting',
  refused: 'Left as it was: it would have broken the document',
  long_line: 'Line too long to read',
  encoding: 'Written as UTF-8: the encoding lacks a character',
  too_long: 'Too long for the models',
}

/** What a reader sees of markup. */
const shown = (markup: string): string =>
  nameOf(markup) ?? (markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim() || 'mark')

export function why(reason: Reason): string {
  if (!('text' in reason) || !reason.text) return REASONS[reason.kind]
  const what = reason.kind === 'tag' ? shown(reason.text) : reason.text
  return `${REASONS[reason.kind]}: ${what}`
}
