import { percent } from './format'
import { t } from './words.svelte'
import type { UncertainWord } from './bridge'

/** A run of text; `doubt` is set if its model confidence is low. */
export interface Run {
  text: string
  doubt?: UncertainWord
}

/** Splits `text` at its uncertain words. Ignores one outside the text, empty, or overlapping an earlier one. */
export function runs(text: string, doubts: UncertainWord[]): Run[] {
  const out: Run[] = []
  let at = 0
  for (const doubt of [...doubts].sort((a, b) => a.start - b.start)) {
    if (doubt.start < at || doubt.end <= doubt.start || doubt.end > text.length) continue
    if (doubt.start > at) out.push({ text: text.slice(at, doubt.start) })
    out.push({ text: text.slice(doubt.start, doubt.end), doubt })
    at = doubt.end
  }
  if (at < text.length) out.push({ text: text.slice(at) })
  return out
}

/** Tooltip of an uncertain word. */
export function explain(doubt: UncertainWord): string {
  const confidence = percent(doubt.probability)
  const options = doubt.alternatives.join(', ')
  return options ? t('low-confidence-options', { percent: confidence, options }) : t('low-confidence', { percent: confidence })
}
