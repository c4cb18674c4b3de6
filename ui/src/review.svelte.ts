// A translated document under review: its segments, the filters, and unsaved corrections.
import * as bridge from './bridge'
import { editable } from './tags'
import { Search } from './search.svelte'
import { t } from './words.svelte'
import type { DocumentTerm, Problem, QualityEstimate, Reason, Segment, Suggestion } from './bridge'

export type FilterName = 'to_review' | 'poor_first' | 'numbers' | 'tags' | 'glossary' | 'reused' | 'edited'

const about =
  (...kinds: Reason['kind'][]) =>
  (segment: Segment): boolean =>
    segment.reasons.some((reason) => kinds.includes(reason.kind))

/** Name and predicate of each filter. */
export const FILTERS: [FilterName, (segment: Segment) => boolean][] = [
  ['to_review', ({ status }) => status === 'doubtful' || status === 'kept'],
  ['poor_first', ({ quality }) => !!quality && quality.grade !== 'good'],
  ['numbers', about('number', 'new_number')],
  ['tags', about('tag', 'placeholder', 'new_placeholder', 'inserted', 'placeholders')],
  ['glossary', about('term')],
  ['reused', ({ status }) => status === 'reused'],
  ['edited', ({ status }) => status === 'edited'],
]

/** Segments without an estimate come last. */
const score = ({ quality }: Segment): number => quality?.score ?? 1

/** More rows at once make long documents slow. */
export const PAGE_ROWS = 50

/** How soon an unsaved correction is stored. */
export const KEEP_MS = 500

export class Review {
  /** The row in the queue. */
  readonly row: number
  status: 'loading' | 'ready' | 'failed' = $state('loading')
  /** Why the segments could not be read. */
  problem: Problem | null = $state(null)
  segments: Segment[] = $state.raw([])
  pressed: FilterName[] = $state([])
  /** Indices of the shown segments. An edit removes none, so that the edited row stays visible. */
  shown: number[] = $state.raw([])
  /** Index in `shown` of the row that the keys act on. */
  active = $state(0)
  /** Index of the segment that is being edited. */
  editing: number | null = $state(null)
  /** Unsaved corrections by segment index. */
  drafts: Record<number, string> = $state({})
  /** Translation memory matches for the segment being edited. */
  suggestions: Suggestion[] = $state.raw([])
  saving = $state(false)
  /** The terms that the document keeps the same. */
  terms: DocumentTerm[] = $state.raw([])
  /** Why a term could not be changed. */
  termError: Problem | null = $state(null)
  /** Why a segment could not be saved. */
  saveError: { index: number; problem: Problem } | null = $state(null)
  /** Segments saved since the review was opened. */
  saved = $state(0)

  search = new Search(this, () => this.#filter())

  #announce: (text: string) => void
  #notify: (problem: Problem) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(row: number, announce: (text: string) => void, notify: (problem: Problem) => void) {
    this.row = row
    this.#announce = announce
    this.#notify = notify
  }

  /** Segments by grade; others have no estimate. */
  get grades(): Record<QualityEstimate['grade'], number> {
    const grades = { good: 0, doubtful: 0, poor: 0 }
    for (const { quality } of this.segments) if (quality) grades[quality.grade] += 1
    return grades
  }

  /** Stores the unsaved corrections. */
  keep(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const drafts = Object.entries(this.drafts).map(([index, text]) => ({
      index: Number(index),
      source: this.segments[Number(index)]?.source ?? '',
      text,
    }))
    bridge.keepDrafts(this.row, drafts).catch((reason: unknown) => this.#notify(bridge.asProblem(reason)))
  }

  #keepSoon(): void {
    this.#timer ??= setTimeout(() => this.keep(), KEEP_MS)
  }

  /** Loads the segments, and the unsaved corrections whose source is unchanged. */
  async load(): Promise<void> {
    this.status = 'loading'
    try {
      const [segments, drafts, terms] = await Promise.all([
        bridge.segments(this.row),
        bridge.drafts(this.row),
        bridge.documentTerms(this.row),
      ])
      this.segments = segments
      this.terms = terms
      const valid = drafts.filter(({ index, source }) => segments[index]?.source === source)
      this.drafts = Object.fromEntries(valid.map(({ index, text }) => [index, text]))
      this.status = 'ready'
      const toReview: FilterName = 'to_review'
      if (this.count(toReview)) this.pressed = [toReview]
      this.#filter()
    } catch (reason) {
      this.problem = bridge.asProblem(reason)
      this.status = 'failed'
    }
  }

  count(name: FilterName): number {
    const takes = FILTERS.find(([one]) => one === name)?.[1]
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
    const takes = (segment: Segment) => pressed.some(([, one]) => one(segment))
    let shown = (pressed.length ? this.segments.filter(takes) : this.segments).filter((one) => this.search.finds(one))
    if (this.pressed.includes('poor_first')) shown = [...shown].sort((a, b) => score(a) - score(b))
    this.shown = shown.map((segment) => segment.index)
    this.active = 0
    this.closeEditor()
  }

  get page(): number {
    return Math.floor(this.active / PAGE_ROWS)
  }

  get pages(): number {
    return Math.ceil(this.shown.length / PAGE_ROWS)
  }

  /** The segments of the current page, with their indices in `shown`. */
  get rows(): { position: number; segment: Segment }[] {
    const from = this.page * PAGE_ROWS
    return this.shown.slice(from, from + PAGE_ROWS).flatMap((index, at) => {
      const segment = this.segments[index]
      return segment ? [{ position: from + at, segment }] : []
    })
  }

  move(position: number): void {
    this.active = Math.max(0, Math.min(this.shown.length - 1, position))
  }

  /** Opens the editor of the active row, with its unsaved correction. */
  edit(): void {
    const index = this.shown[this.active]
    this.editing = index ?? null
    this.suggestions = []
    if (index !== undefined) void this.#loadSuggestions(index)
  }

  async #loadSuggestions(index: number): Promise<void> {
    // An unreadable memory suggests nothing; saving reports the error.
    const suggestions = await bridge.suggestions(this.row, index).catch(() => [])
    if (this.editing === index) this.suggestions = suggestions
  }

  /** Moves to the next unsaved correction; shows all segments if the filters hide it. */
  toDraft(): void {
    const drafts = Object.keys(this.drafts).map(Number)
    const here = this.shown[this.active] ?? -1
    const next = drafts.find((index) => index > here) ?? drafts[0]
    if (next === undefined) return
    if (!this.shown.includes(next)) this.toggle(null)
    this.move(this.shown.indexOf(next))
  }

  typed(index: number, text: string): void {
    const segment = this.segments[index]
    if (segment && text === editable(segment)) this.discard(index)
    else this.drafts[index] = text
    this.#keepSoon()
  }

  /** Closes the editor; an unsaved correction stays a draft. */
  closeEditor(): void {
    this.editing = null
  }

  discard(index: number): void {
    delete this.drafts[index]
    this.#keepSoon()
    if (this.saveError?.index === index) this.saveError = null
  }

  /** Changes the translation of a term of the document; the segments that lack it become ones to review. */
  async setTerm(source: string, target: string): Promise<void> {
    if (!target.trim()) return
    this.termError = null
    try {
      const edit = await bridge.setDocumentTerm(this.row, { source, target: target.trim() })
      this.terms = edit.document_terms
      this.#replace(edit.changed)
      this.#announce(t('said-term', { n: edit.lacking }))
    } catch (reason) {
      this.termError = bridge.asProblem(reason)
    }
  }

  #replace(changed: Segment[]): void {
    const now = new Map(changed.map((segment) => [segment.index, segment]))
    this.segments = this.segments.map((segment) => now.get(segment.index) ?? segment)
  }

  /** The segments with the same source and formatting, this one among them. */
  equal({ source, spans }: Segment): Segment[] {
    const formatting = JSON.stringify(spans)
    return this.segments.filter((one) => one.source === source && JSON.stringify(one.spans) === formatting)
  }

  /** Saves the edited segment, or all equal ones, and opens the next. Saving an unchanged one marks it as reviewed. */
  async save(equal = false): Promise<void> {
    const index = this.editing
    if (index === null || !(await this.store(index, this.drafts[index], equal))) return
    if (this.editing === index) this.#next()
  }

  /** Takes the active segment as it is, and goes on to the next. */
  async approve(): Promise<void> {
    const index = this.shown[this.active]
    if (index === undefined || !(await this.store(index, this.drafts[index]))) return
    if (this.active < this.shown.length - 1) this.move(this.active + 1)
  }

  /** Writes a translation into the document; says whether that worked. */
  async store(index: number, text: string | undefined, equal = false): Promise<boolean> {
    const before = this.segments[index]
    if (!before || this.saving) return false
    this.saving = true
    this.saveError = null
    try {
      this.#replace(await bridge.edit(this.row, index, text ?? editable(before), equal))
      this.discard(index)
      this.saved += 1
      this.#announce(t('said-saved'))
      return true
    } catch (reason) {
      if (text !== undefined) this.drafts[index] = text
      this.saveError = { index, problem: bridge.asProblem(reason) }
      return false
    } finally {
      this.saving = false
    }
  }

  #next(): void {
    const last = this.active >= this.shown.length - 1
    this.closeEditor()
    if (last) return
    this.move(this.active + 1)
    this.edit()
  }
}
