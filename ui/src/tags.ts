// Formatting in a translation, written as numbered tags as Rust reads them: "There <1>is</1> more<2/>". Number n stands for
// the nth mark of the source that can be moved. What the source itself has in this form is text.
import type { Mark, Segment } from './bridge'

export interface Movable {
  number: number
  mark: Mark
}

export interface Tag extends Movable {
  kind: 'open' | 'close' | 'void'
  /** Where it stands in the text without tags. */
  at: number
}

/** The marks that can be moved, with their numbers. */
export const movable = (marks: Mark[]): Movable[] =>
  marks.filter(({ kind }) => kind !== 'locked').map((mark, index) => ({ number: index + 1, mark }))

const TAG = /<(\/?)(\d+)(\/?)>/g

/** Splits a text into what is written and its tags. */
export function split(tagged: string, source: string, marks: Mark[]): { text: string; tags: Tag[] } {
  const known = movable(marks)
  const tags: Tag[] = []
  let text = ''
  let from = 0
  for (const { 0: literal, 1: closes, 2: digits, 3: alone, index } of tagged.matchAll(TAG)) {
    const found = known[Number(digits) - 1]
    if (!found || (closes && alone) || source.includes(literal)) continue
    text += tagged.slice(from, index)
    from = index + literal.length
    tags.push({ ...found, kind: closes ? 'close' : alone ? 'void' : 'open', at: text.length })
  }
  return { text: text + tagged.slice(from), tags }
}

/** The translation with tags, as it is edited. */
export const editable = ({ tagged, target }: Segment): string => tagged?.target ?? target

/** The movable marks that a text has no tags of. */
export function missing(tagged: string, { source, spans }: Segment): Movable[] {
  const { tags } = split(tagged, source, spans)
  return movable(spans).filter(({ number }) => tags.every((tag) => tag.number !== number))
}

/**
 * Puts a mark around a part of a text, or at its beginning if it surrounds nothing; takes it away from where it was.
 * Returns the text, and the part without the tag.
 */
export function withMark(
  tagged: string,
  [start, end]: [number, number],
  { number, mark }: Movable,
): { text: string; selection: [number, number] } {
  const own = new RegExp(`</?${number}/?>`, 'g')
  const clean = (part: string) => part.replace(own, '')
  const [before, inside, after] = [tagged.slice(0, start), tagged.slice(start, end), tagged.slice(end)].map(clean) as [
    string,
    string,
    string,
  ]
  if (mark.kind === 'void') {
    const tag = `<${number}/>`
    const at = before.length + tag.length
    return { text: before + tag + inside + after, selection: [at, at + inside.length] }
  }
  const tag = `<${number}>`
  const at = before.length + tag.length
  return { text: `${before}${tag}${inside}</${number}>${after}`, selection: [at, at + inside.length] }
}
