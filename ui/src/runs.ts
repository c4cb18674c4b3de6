import type { Doubt } from './bridge'

/** A stretch of text; with `doubt` where the models were unsure. */
export interface Run {
  text: string
  doubt?: Doubt
}

/** Cuts `text` at its doubts. A doubt outside the text, empty, or overlapping an earlier one is left out. */
export function runs(text: string, doubts: Doubt[]): Run[] {
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

/** What a reader is told about a doubt. */
export function explain(doubt: Doubt): string {
  const sure = `Unsure (${Math.round(doubt.probability * 100)} %).`
  return doubt.alternatives.length ? `${sure} Other options: ${doubt.alternatives.join(', ')}` : sure
}
