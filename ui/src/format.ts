// Formats numbers, times and findings for display, in the language of the interface.
import type { QualityEstimate, Reason, SegmentStatus, Suggestion } from './bridge'
import { nameOf } from './pills'
import { locale, t } from './words.svelte'

export const number = (n: number, options?: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(locale(), options).format(n)

export const percent = (share: number): string => number(share, { style: 'percent' })

/** A day, given in seconds since 1970. */
export const date = (seconds: number): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(1000 * seconds)

export const speed = (tokensPerSecond: number): string => {
  const digits = tokensPerSecond < 10 ? 1 : 0
  const n = number(tokensPerSecond, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return t('speed', { n })
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** A size with three digits: "1.76 GB". */
export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit += 1) value /= 1000
  return `${number(value, unit === 0 ? {} : { maximumSignificantDigits: 3 })} ${UNITS[unit]}`
}

export function left(seconds: number): string {
  if (seconds < 60) return t('seconds-left', { n: Math.max(1, Math.round(seconds)) })
  if (seconds < 3600) return t('minutes-left', { n: Math.round(seconds / 60) })
  return t('hours-left', { n: number(seconds / 3600, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) })
}

export const progress = (done: number, total: number): string => t('progress', { done, total })

export const status = (status: SegmentStatus): string => t(`status-${status}`)

/** Similarity and origin of a translation memory match. */
export const origin = ({ origin, percent }: Suggestion): string => t(`origin-${origin}`, { percent })

/** What an estimate says to the reader. */
export const trust = (quality: QualityEstimate): string => t(`grade-${quality.grade}`)

/** Markup as display text. */
const shown = (markup: string): string =>
  nameOf(markup) ?? (markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim() || t('mark-void'))

export function why(reason: Reason): string {
  const label = t(`reason-${reason.kind}`)
  if (!('text' in reason) || !reason.text) return label
  return t('labelled', { label, text: reason.kind === 'tag' ? shown(reason.text) : reason.text })
}
