// State of the window. Panels read it and call its methods; only this file, models.svelte.ts and review.svelte.ts call
// the bridge.
import * as bridge from './bridge'
import type { UncertainWord, Engine, Event, Offer, Pair, Problem, Row, RowState } from './bridge'
import { ModelsPage } from './models.svelte'
import { Review } from './review.svelte'

/** Idle time after typing before a translation starts. */
export const IDLE_MS = 350

export interface TypedTranslation {
  status: 'idle' | 'translating' | 'done' | 'stopped' | 'failed'
  text: string
  doubts: UncertainWord[]
  /** `text` belongs to an earlier translation; the new one has not arrived yet. */
  stale: boolean
  tokens_per_second: number
  problem: Problem | null
}

const EMPTY: TypedTranslation = {
  status: 'idle',
  text: '',
  doubts: [],
  stale: false,
  tokens_per_second: 0,
  problem: null,
}

const ACTIVE: RowState[] = ['waiting', 'translating']
const RESUMABLE: RowState[] = ['paused', 'interrupted']

export const isActive = (row: Row): boolean => ACTIVE.includes(row.state)
/** Whether it can be resumed. */
export const isResumable = (row: Row): boolean => RESUMABLE.includes(row.state)

export type Tab = 'text' | 'documents' | 'models'

export class Session {
  engine: Engine = $state({ state: 'loading', stage: 'reading', done: 0, total: 0 })
  offer: Offer = $state({ pairs: [], demonstrations: [], languages: [] })
  formats: string[] = $state([])
  pair: Pair | null = $state(null)
  recent: Pair[] = $state([])
  rows: Row[] = $state([])
  tab: Tab = $state('text')
  menu: 'source' | 'target' | null = $state(null)
  /** What is held over the window. */
  dragging: 'documents' | 'models' | null = $state(null)
  /** The document whose segments are shown in place of the queue. */
  review: Review | null = $state(null)
  /** Closed reviews with unsaved corrections, by row. */
  unsaved: Record<number, Review | undefined> = $state.raw({})
  /** The row whose review was closed last: its button gets the focus. */
  reviewed: number | null = null
  /** The user dismissed the offer to resume interrupted documents. */
  resumeDismissed = $state(false)
  source = $state('')
  translation: TypedTranslation = $state({ ...EMPTY })
  /** Code of the detected source language, if certain. */
  detectedLanguage: string | null = $state(null)
  /** Problems shown until dismissed. */
  notices: Problem[] = $state.raw([])
  /** Text of the polite live region, for screen readers. */
  announcement = $state('')

  models = new ModelsPage(
    (problem) => this.notify(problem),
    (text) => this.announce(text),
  )

  #seq = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  async start(): Promise<void> {
    // Events can overtake the snapshot that they follow.
    const early: Event[] = []
    let handle = (event: Event): void => {
      early.push(event)
    }
    try {
      const { notice, ...present } = await bridge.subscribe((event) => handle(event))
      Object.assign(this, present)
      if (notice) this.notify(notice)
      handle = (event) => this.handle(event)
      early.forEach(handle)
    } catch (reason) {
      this.engine = { state: 'failed', problem: bridge.asProblem(reason) }
    }
  }

  /** Shows a problem above the panels, once. */
  notify(problem: Problem): void {
    if (this.notices.every(({ message }) => message !== problem.message))
      this.notices = [...this.notices, problem]
  }

  dismiss(problem: Problem): void {
    this.notices = this.notices.filter((one) => one !== problem)
  }

  /** Alternates a trailing space, since screen readers ignore a text that does not change. */
  announce = (text: string): void => {
    this.announcement = this.announcement === text ? `${text}\u00a0` : text
  }

  // ---- languages

  language(code: string): bridge.Language {
    return (
      this.offer.languages.find((language) => language.code === code) ?? {
        code,
        name: code,
        endonym: code,
      }
    )
  }

  get sources(): bridge.Language[] {
    return this.#languages(this.offer.pairs.map((pair) => pair.from))
  }

  get targets(): bridge.Language[] {
    return this.targetsOf(this.pair?.from)
  }

  targetsOf(from: string | undefined): bridge.Language[] {
    return this.#languages(
      this.offer.pairs.filter((pair) => pair.from === from).map((pair) => pair.to),
    )
  }

  #languages(codes: string[]): bridge.Language[] {
    return [...new Set(codes)]
      .map((code) => this.language(code))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'))
  }

  offers(pair: Pair): boolean {
    return this.offer.pairs.some((one) => one.from === pair.from && one.to === pair.to)
  }

  get canSwap(): boolean {
    return this.pair !== null && this.offers({ from: this.pair.to, to: this.pair.from })
  }

  /** This pair, or the first supported one with the same source. */
  nearest(pair: Pair): Pair | undefined {
    return this.offers(pair) ? pair : this.offer.pairs.find((one) => one.from === pair.from)
  }

  /** This pair with another source; swaps source and target if the new source is the target. */
  from(code: string, pair: Pair): Pair | undefined {
    return this.nearest({ from: code, to: code === pair.to ? pair.from : pair.to })
  }

  chooseSource(from: string): void {
    const pair = this.nearest({ from, to: this.pair?.to ?? '' })
    if (pair) void this.choosePair(pair)
  }

  chooseTarget(to: string): void {
    if (this.pair) void this.choosePair({ from: this.pair.from, to })
  }

  async choosePair(pair: Pair): Promise<void> {
    this.pair = pair
    try {
      this.recent = await bridge.setPair(pair)
      this.translateNow()
    } catch (reason) {
      this.notify(bridge.asProblem(reason))
    }
  }

  /** The finished translation becomes the text to translate back. */
  swap(): void {
    if (!this.pair || !this.canSwap) return
    if (this.translation.status === 'done' && !this.translation.stale) this.source = this.translation.text
    void this.choosePair({ from: this.pair.to, to: this.pair.from })
  }

  /** Whether built-in models translate the current pair: they only demonstrate. */
  get demonstrates(): boolean {
    return this.offer.demonstrations.some(
      (pair) => pair.from === this.pair?.from && pair.to === this.pair.to,
    )
  }

  /** Shows the Models page; the focus goes to its tab, since the button pressed may be gone. */
  openModels = (): void => {
    this.tab = 'models'
    document.getElementById('tab-models')?.focus()
  }

  // ---- text

  typed(text: string): void {
    this.source = text
    clearTimeout(this.#timer)
    if (text.trim()) this.#timer = setTimeout(() => this.translateNow(), IDLE_MS)
    else this.#reset()
  }

  clear(): void {
    this.source = ''
    this.#reset()
  }

  #reset(): void {
    this.stop()
    this.#seq += 1
    this.translation = { ...EMPTY }
    this.detectedLanguage = null
  }

  translateNow(): void {
    clearTimeout(this.#timer)
    if (!this.source.trim()) return
    const seq = ++this.#seq
    this.translation = { ...this.translation, status: 'translating', stale: true, problem: null }
    this.announce('Translating')
    void this.#detect(seq)
    bridge.translate(seq, this.source).catch((reason: unknown) => {
      this.handle({ type: 'failed', seq, problem: bridge.asProblem(reason) })
    })
  }

  async #detect(seq: number): Promise<void> {
    // Detection is only a hint; the translation reports errors.
    const code = await bridge.detect(this.source).catch(() => null)
    if (seq === this.#seq) this.detectedLanguage = code
  }

  stop(): void {
    clearTimeout(this.#timer)
    if (this.translation.status === 'translating') void this.#run(bridge.stop())
  }

  // ---- documents

  chooseFiles(): void {
    this.tab = 'documents'
    void this.#run(bridge.chooseFiles())
  }

  chooseFolder = (): void => void this.#run(bridge.chooseFolder())

  setRowPair = (id: number, pair: Pair): void => void this.#run(bridge.setRowPair(id, pair))
  pause = (id: number | null): void => void this.#run(bridge.pause(id))
  resume = (id: number | null): void => void this.#run(bridge.resume(id))
  cancel = (id: number): void => void this.#run(bridge.cancel(id))
  remove = (id: number | null): void => void this.#run(bridge.remove(id))
  open = (id: number): void => void this.#run(bridge.open(id))
  reveal = (id: number): void => void this.#run(bridge.reveal(id))

  openReview(row: Row): void {
    this.review = this.unsaved[row.id] ?? new Review(row.id, this.announce)
    void this.review.load()
  }

  /** Keeps unsaved corrections with the document. */
  closeReview(): void {
    if (!this.review) return
    const { row, drafts, saving } = this.review
    const keeps = saving || Object.keys(drafts).length > 0
    this.unsaved = { ...this.unsaved, [row]: keeps ? this.review : undefined }
    this.reviewed = row
    this.review = null
  }

  /** Number of unsaved corrections of a document. */
  drafts(row: number): number {
    return Object.keys(this.unsaved[row]?.drafts ?? {}).length
  }

  /** Restarts the engine and translates the current text. */
  restart = async (): Promise<void> => {
    await this.#run(bridge.restart())
    this.translateNow()
  }

  async #run(command: Promise<void>): Promise<void> {
    try {
      await command
    } catch (reason) {
      this.notify(bridge.asProblem(reason))
    }
  }

  // ---- events from Rust

  handle(event: Event): void {
    switch (event.type) {
      case 'engine':
        this.engine = event.engine
        this.offer = event.offer
        this.pair = event.pair
        return
      case 'row':
        return this.#row(event.row)
      case 'gone':
        this.rows = this.rows.filter((row) => row.id !== event.id)
        if (this.review?.row === event.id) this.closeReview()
        this.unsaved = { ...this.unsaved, [event.id]: undefined }
        return
      case 'drag':
        this.dragging = event.over
        if (event.over) this.tab = event.over
        return
      case 'refused':
        this.notify(event.problem)
        return
      case 'models':
        return this.models.show(event.models)
      case 'work':
        return this.models.changed(event.work)
      case 'work_gone':
        return this.models.gone(event.id)
      case 'candidate':
        this.models.candidate = event.candidate
        this.tab = 'models'
        return
    }
    if (event.seq !== this.#seq) return
    switch (event.type) {
      case 'text':
        this.translation = { ...this.translation, text: event.text, doubts: event.doubts, stale: false }
        return
      case 'finished': {
        const { tokens_per_second } = event
        this.translation = { ...this.translation, status: 'done', stale: false, tokens_per_second }
        this.announce('Done')
        return
      }
      case 'stopped':
        this.translation = { ...this.translation, status: 'stopped', stale: false }
        this.announce('Stopped')
        return
      case 'failed':
        this.translation = { ...this.translation, status: 'failed', stale: false, problem: event.problem }
        this.announce(event.problem.message)
    }
  }

  #row(row: Row): void {
    const at = this.rows.findIndex((one) => one.id === row.id)
    const before = this.rows[at]
    if (before) this.rows[at] = row
    else this.rows.push(row)
    if (before?.state === row.state) return
    if (row.state === 'done') this.announce(`${row.name} is translated`)
    if (row.state === 'paused') this.announce(`${row.name} is paused`)
    if (row.state === 'failed') this.announce(`${row.name} could not be translated`)
  }
}
