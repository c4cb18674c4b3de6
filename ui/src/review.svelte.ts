// A translated document under review: its segments, which of them are shown, and what the reader writes.
import * as bridge from './bridge'
import type { Problem, Reason, Segment, Suggestion } from './bridge'

export type FilterName = 'to_review' | 'numbers' | 'tags' | 'glossary' | 'reused' | 'edited'

const about =
  (...kinds: Reason['kind'][]) =>
  (segment: Segment): boolean =>
    segment.reasons.some((reason) => kinds.includes(reason.kind))

/** Each with what is called so, and which segments it takes. */
export const FILTERS: [FilterName, string, (segment: Segment) => boolean][] = [
  ['to_review', 'To review', ({ status }) => status === 'doubtful' || status === 'kept'],
  ['numbers', 'Numbers', about('number', 'new_number')],
  ['tags', 'Formatting', about('tag', 'placeholder')],
  ['glossary', 'Glossary', about('term')],
  ['reused', 'Reused', ({ status }) => status === 'reused'],
  ['edited', 'Edited', ({ status }) => status === 'edited'],
]

/** More rows at once make a slow page of a long document. */
export const PAGE_ROWS = 50

export class Review {
  /** The row in the queue. */
  readonly row: number
  status: 'loading' | 'ready' | 'failed' = $state('loading')
  /** Why the segments could not be read. */
  problem: Problem | null = $state(null)
  segments: Segment[] = $state.raw([])
  pressed: FilterName[] = $state([])
  /** Indices of the segments that are shown. An edit takes none away: the row under the hand stays. */
  shown: number[] = $state.raw([])
  /** Place in `shown` of the row that the keys act on. */
  active = $state(0)
  /** Index of the segment that is being edited. */
  editing: number | null = $state(null)
  /** What was typed and is not saved, by the segment's index. */
  drafts: Record<number, string> = $state({})
  /** What the memory has that comes near the segment that is being edited. */
  near: Suggestion[] = $state.raw([])
  saving = $state(false)
  /** Why a segment could not be saved. */
  refused: { index: number; problem: Problem } | null = $state(null)
  /** Segments that were saved since the review was opened. */
  saved = $state(0)

  #say: (text: string) => void

  constructor(row: number, say: (text: string) => void) {
    this.row = row
    this.#say = say
  }

  /** Reads the segments, also once more: what was typed and not saved stays, where its source did. */
  async load(): Promise<void> {
    const before = this.segments
    this.status = 'loading'
    try {
      this.segments = await bridge.segments(this.row)
      for (const index of Object.keys(this.drafts).map(Number))
        if (before[index]?.source !== this.segments[index]?.source) this.discard(index)
      this.status = 'ready'
      const toReview: FilterName = 'to_review'
      if (!before.length && this.count(toReview)) this.pressed = [toReview]
      this.#filter()
    } catch (reason) {
      this.problem = bridge.asProblem(reason)
      this.status = 'failed'
    }
  }

  count(name: FilterName): number {
    const takes = FILTERS.find(([one]) => one === name)?.[2]
    return takes ? this.segments.filter(takes).length : 0
  }

  toggle(name: FilterName | null): void {
    if (name === null) this.pressed = []
    else if (this.pressed.includes(name)) this.pressed = this.pressed.filter((one) => one !== name)
    else this.pressed = [...this.pressed, name]
    this.#filter()
  }

  #filter(): void {
    const pressed = FILTERS.filter(([name]) => this.pressed.includes(name))
    const takes = (segment: Segment) => pressed.some(([, , one]) => one(segment))
    const shown = pressed.length ? this.segments.filter(takes) : this.segments
    this.shown = shown.map((segment) => segment.index)
    this.active = 0
    this.leave()
  }

  get page(): number {
    return Math.floor(this.active / PAGE_ROWS)
  }

  get pages(): number {
    return Math.ceil(this.shown.length / PAGE_ROWS)
  }

  /** The segments of the present page, with their places in `shown`. */
  get rows(): { place: number; segment: Segment }[] {
    const from = this.page * PAGE_ROWS
    return this.shown.slice(from, from + PAGE_ROWS).flatMap((index, at) => {
      const segment = this.segments[index]
      return segment ? [{ place: from + at, segment }] : []
    })
  }

  move(place: number): void {
    this.active = Math.max(0, Math.min(this.shown.length - 1, place))
  }

  /** Opens the active row, with what was typed there before. */
  edit(): void {
    const index = this.shown[this.active]
    this.editing = index ?? null
    this.near = []
    if (index !== undefined) void this.#look(index)
  }

  async #look(index: number): Promise<void> {
    // A memory that cannot be read suggests nothing; what is wrong with it is said where something is saved.
    const near = await bridge.suggestions(this.row, index).catch(() => [])
    if (this.editing === index) this.near = near
  }

  /** Writes a suggestion into the open editor. */
  take(place: number): void {
    const target = this.near[place]?.target
    if (this.editing !== null && target !== undefined) this.typed(this.editing, target)
  }

  /** Moves to the next correction that is not saved, whatever is shown. */
  toDraft(): void {
    const drafts = Object.keys(this.drafts).map(Number)
    const here = this.shown[this.active] ?? -1
    const next = drafts.find((index) => index > here) ?? drafts[0]
    if (next === undefined) return
    if (!this.shown.includes(next)) this.toggle(null)
    this.move(this.shown.indexOf(next))
  }

  typed(index: number, text: string): void {
    if (text === this.segments[index]?.target) this.discard(index)
    else this.drafts[index] = text
  }

  /** Closes the editor; what was typed and not saved stays a draft. */
  leave(): void {
    this.editing = null
  }

  discard(index: number): void {
    delete this.drafts[index]
    if (this.refused?.index === index) this.refused = null
  }

  /** Saves the segment that is being edited, and goes on to the next. What is as it was counts as looked at. */
  async save(): Promise<void> {
    const index = this.editing
    const before = index === null ? undefined : this.segments[index]
    if (index === null || !before || this.saving) return
    const text = this.drafts[index] ?? before.target
    this.saving = true
    this.refused = null
    try {
      const changed = await bridge.edit(this.row, index, text)
      const now = new Map(changed.map((segment) => [segment.index, segment]))
      this.segments = this.segments.map((segment) => now.get(segment.index) ?? segment)
      this.discard(index)
      this.saved += 1
      this.#say('Saved')
      if (this.editing === index) this.#next()
    } catch (reason) {
      this.drafts[index] = text
      this.refused = { index, problem: bridge.asProblem(reason) }
    } finally {
      this.saving = false
    }
  }

  #next(): void {
    const last = this.active >= this.shown.length - 1
    this.leave()
    if (last) return
    this.move(this.active + 1)
    this.edit()
  }
}
