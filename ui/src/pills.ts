// Text with its markup as labelled pills. Everything here is text: nothing of a document becomes HTML.
import type { Mark } from './bridge'
import { movable, split } from './tags'
import { t } from './words.svelte'

/** A run of text, or a pill: opening, closing or void markup, or locked text. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'open' | 'close' | 'void'; text: string; title: string; number: number }
  | { kind: 'locked'; text: string; title: string }

/** Kinds by the beginning of the markup; the first match counts. Formats without visible markup have none. */
const NAMES: [RegExp, string][] = [
  [/^(\*\*|__|<(b|strong)(?![\w:-]))/i, 'bold'],
  [/^(~~|<(s|del|strike)(?![\w:-]))/i, 'strikethrough'],
  [/^(\*|_|<(i|em|cite)(?![\w:-]))/i, 'italic'],
  [/^<u(?![\w:-])/i, 'underlined'],
  [/^(!\[|<(img|image|draw:frame|svg)(?![\w:-]))/i, 'image'],
  [/^(\[\^|<(text:note|w:footnote|w:endnote)\w*)/i, 'footnote'],
  [/^<w:comment/i, 'comment'],
  [/^(<w:r\b[^>]*>)?<w:fld(Char|Simple)(?![\w:-])/i, 'field'],
  [/^<text:[\w-]+-ref(?![\w:-])/i, 'reference'],
  [/^(\[|<(a|text:a|w:hyperlink)(?![\w:-]))/i, 'link'],
  [/^(`|<(code|kbd|samp|tt|pre)(?![\w:-]))/i, 'code'],
  [/^<(sup|sub)(?![\w:-])/i, 'script'],
  [/^<(br|w:br|text:line-break)(?![\w:-])/i, 'break'],
  [/^(\$|<math(?![\w:-]))/i, 'formula'],
]

/** Display name of markup, if its kind is known. */
export function nameOf(label: string): string | undefined {
  const kind = NAMES.find(([pattern]) => pattern.test(label))?.[1]
  return kind && t(`mark-${kind}`)
}

/** Display name of a mark. */
export const named = (mark: Mark): string => nameOf(mark.label) ?? t(`mark-${mark.kind}`)

/**
 * Splits a source at its marks. Ignores a mark outside the text. Overlapping marks open and close at their own
 * positions, since pills need not nest.
 */
export function pills(text: string, marks: Mark[]): Piece[] {
  const cuts: { at: number; order: number; piece: Piece; end: number }[] = []
  const numbers = new Map(movable(marks).map(({ number, mark }) => [mark, number]))
  for (const [index, mark] of marks.entries()) {
    const number = numbers.get(mark) ?? 0
    const { start, end, kind, label } = mark
    if (start < 0 || end < start || end > text.length) continue
    const name = named(mark)
    const title = label || name
    const cut = (at: number, order: number, piece: Piece, until = at) =>
      cuts.push({ at, order, piece, end: until })
    if (kind === 'locked' && start < end)
      cut(start, 2, { kind: 'locked', text: text.slice(start, end), title: name }, end)
    else if (kind !== 'paired' || start === end) cut(start, 2, { kind: 'void', text: name, title, number })
    else {
      cut(start, 1, { kind: 'open', text: name, title, number })
      // The mark opened last closes first.
      cut(end, -index, { kind: 'close', text: name, title, number })
    }
  }
  cuts.sort((a, b) => a.at - b.at || a.order - b.order)
  return between(text, cuts)
}

/** A part of a text that is shown as a pill. */
interface Cut {
  at: number
  piece: Piece
  end: number
}

/** Splits a translation at its tags, and at the locked texts of its source, each at its first occurrence. */
export function inTarget(tagged: string, source: string, marks: Mark[]): Piece[] {
  const { text, tags } = split(tagged, source, marks)
  const found = tags.map(({ kind, number, mark, at }, order) => {
    const name = named(mark)
    return { at, order, end: at, piece: { kind, number, text: name, title: mark.label || name } as Piece }
  })
  const locked = lockedIn(text, source, marks).map((cut) => ({ ...cut, order: found.length }))
  return between(text, [...found, ...locked].sort((a, b) => a.at - b.at || a.order - b.order))
}

function lockedIn(target: string, source: string, marks: Mark[]): Cut[] {
  const cuts: Cut[] = []
  for (const mark of marks) {
    const text = source.slice(mark.start, mark.end)
    if (mark.kind !== 'locked' || !text) continue
    let at = target.indexOf(text)
    const taken = () => cuts.find((cut) => at < cut.end && cut.at < at + text.length)
    for (let other = taken(); at >= 0 && other; other = taken()) at = target.indexOf(text, other.end)
    if (at < 0) continue
    cuts.push({ at, piece: { kind: 'locked', text, title: named(mark) }, end: at + text.length })
  }
  return cuts
}

function between(text: string, cuts: Cut[]): Piece[] {
  const out: Piece[] = []
  let from = 0
  for (const { at, piece, end } of cuts) {
    // A locked text contains no other pills.
    if (at < from) continue
    if (at > from) out.push({ kind: 'text', text: text.slice(from, at) })
    out.push(piece)
    from = Math.max(from, end)
  }
  if (from < text.length) out.push({ kind: 'text', text: text.slice(from) })
  return out
}
