// Formats numbers, times and findings for display.
import type { QualityEstimate, Reason, SegmentStatus, Suggestion } from './bridge'
import { nameOf } from './pills'

const NUMBER = new Intl.NumberFormat('en')

export const number = (n: number): string => NUMBER.format(n)

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${NUMBER.format(n)} ${n === 1 ? one : many}`

export const speed = (tokensPerSecond: number): string =>
  `${tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : Math.round(tokensPerSecond)} tokens/s`

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** A size with three digits: "1.76 GB". */
export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit += 1) value /= 1000
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${UNITS[unit]}`
}

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
  doubtful: 'Needs review',
  kept: 'Not translated',
  copied: 'Nothing to translate',
}

/** Origin of a translation memory match. */
export const ORIGIN: Record<Suggestion['origin'], string> = {
  machine: 'machine translated',
  edited: 'corrected',
  imported: 'imported',
}

/** What an estimate says to the reader; null if nothing speaks against the translation. */
export function trust(quality: QualityEstimate | null): string | null {
  if (!quality || quality.grade === 'good') return null
  return quality.grade === 'poor' ? 'Probably wrong' : 'May be wrong'
}

const REASONS: Record<Reason['kind'], string> = {
  repeated: 'Repeats itself',
  cut_off: 'Truncated',
  short: 'Very short',
  long: 'Very long',
  copied: 'Same as the source',
  empty: 'Empty',
  number: 'Number missing',
  new_number: 'New number',
  placeholder: 'Missing',
  new_placeholder: 'Not in the source',
  inserted: 'Put in by position',
  placeholders: 'Left unchanged: the placeholders would have differed',
  term: 'Glossary term missing',
  tag: 'Formatting',
  refused: 'Left unchanged: the translation would have broken the document',
  long_line: 'Subtitle line too long',
  encoding: 'Written as UTF-8: the encoding lacks a character',
  too_long: 'Too long for the models',
}

/** Markup as display text. */
const shown = (markup: string): string =>
  nameOf(markup) ?? (markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim() || 'markup')

export function why(reason: Reason): string {
  if (!('text' in reason) || !reason.text) return REASONS[reason.kind]
  const what = reason.kind === 'tag' ? shown(reason.text) : reason.text
  return `${REASONS[reason.kind]}: ${what}`
}
