// State of the window. Panels read it and call its methods; the other *.svelte.ts files call the bridge for their parts.
import { tick } from 'svelte'
import * as bridge from './bridge'
import type { Engine, Event, Pair, Problem, Row } from './bridge'
import { Exports } from './exports.svelte'
import { ModelsPage } from './models.svelte'
import { Settings, type SettingsPage } from './settings.svelte'
import { problemWords } from './problem-words'
import { Review } from './review.svelte'
import { Languages } from './languages.svelte'
import { isDone, isNew, isTable } from './rows'
import { Texts } from './texts.svelte'
import { EMPTY, type TypedTranslation } from './typed-translation'
import { t } from './words.svelte'

/** Idle time after typing before a translation starts. */
export const IDLE_MS = 350

/** How long the removal of documents from the list can be undone. */
export const UNDO_MS = 10_000

/** The states of a document that are announced. */
const SAID = ['done', 'paused', 'failed', 'held', 'table']

export type Tab = 'text' | 'documents' | 'history' | 'settings'

export class Session extends Languages {
  engine: Engine = $state({ state: 'loading', stage: 'reading', done: 0, total: 0 })
  formats: string[] = $state([])
  rows: Row[] = $state([])
  tab: Tab = $state('text')
  menu: 'source' | 'target' | null = $state(null)
  /** What is held over the window. */
  dragging: 'documents' | 'models' | null = $state(null)
  /** The document whose segments are shown in place of the queue. */
  review: Review | null = $state(null)
  /** The row whose review was closed last: its button gets the focus. */
  reviewed: number | null = null
  /** Documents that are removed from the list unless that is undone. */
  cleared: number[] = $state.raw([])
  /** The first row of those added last: it is scrolled into view. */
  added: number | null = $state(null)
  /** The user wants to close the window while work goes on. */
  closing = $state(false)
  showsKeys = $state(false)
  /** Puts a text into the editor in a way that can be undone. */
  put: ((text: string) => void) | null = null
  /** The user dismissed the offer to resume interrupted documents. */
  resumeDismissed = $state(false)
  source = $state('')
  translation: TypedTranslation = $state({ ...EMPTY })
  /** Problems shown until dismissed. */
  notices: Problem[] = $state.raw([])
  /** Text of the polite live region, for screen readers. */
  announcement = $state('')

  settings = new Settings((problem) => this.notify(problem))
  texts = new Texts(this)
  exports = new Exports(this)
  models = new ModelsPage(
    (problem) => this.notify(problem),
    (text) => this.announce(text),
  )

  #seq = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #undoTimer: ReturnType<typeof setTimeout> | undefined

  async start(): Promise<void> {
    // Events can overtake the snapshot that they follow.
    const early: Event[] = []
    let handle = (event: Event): void => {
      early.push(event)
    }
    try {
      const { notice, preferences, output_folder, ...present } = await bridge.subscribe((event) => handle(event))
      Object.assign(this, present)
      this.settings.show(preferences)
      this.settings.outputFolder = output_folder
      if (this.rows.some(isNew)) this.tab = 'documents'
      if (notice) this.notify(notice)
      handle = (event) => this.handle(event)
      early.forEach(handle)
      if (preferences.last_session) void this.texts.restoreLast()
    } catch (reason) {
      this.engine = { state: 'failed', problem: bridge.asProblem(reason) }
    }
  }

  /** Shows a problem above the panels, once. */
  notify = (problem: Problem): void => {
    if (this.notices.every(({ message }) => message !== problem.message))
      this.notices = [...this.notices, problem]
  }

  dismiss = (problem: Problem): void => void (this.notices = this.notices.filter((one) => one !== problem))

  /** Alternates a trailing space, since screen readers ignore a text that does not change. */
  announce = (text: string): void => {
    this.announcement = this.announcement === text ? `${text}\u00a0` : text
  }

  // ---- languages

  /** The finished translation becomes the text to translate back. */
  swap(): void {
    if (!this.pair || !this.canSwap) return
    if (this.translation.status === 'done' && !this.translation.stale) this.#replace(this.translation.text)
    void this.choosePair({ from: this.pair.to, to: this.pair.from })
  }

  /** Shows a page of the settings; the focus goes to its name, since the button pressed may be gone. */
  openSettings = async (page: SettingsPage = this.settings.page): Promise<void> => {
    this.settings.page = page
    this.tab = 'settings'
    await tick()
    document.getElementById(`settings-${page}`)?.focus()
  }

  openModels = (): void => void this.openSettings('models')

  close = (): void => void this.#run(bridge.close())

  // ---- text

  typed(text: string): void {
    this.source = text
    clearTimeout(this.#timer)
    if (text.trim()) this.#timer = setTimeout(() => this.translateNow(), IDLE_MS)
    else this.#reset()
  }

  clear(): void {
    this.#replace('')
    this.typed('')
  }

  #replace(text: string): void {
    if (this.put) this.put(text)
    this.source = text
  }

  #reset(): void {
    this.stop()
    this.#seq += 1
    this.texts.begin()
    this.texts.sentences = null
    this.translation = { ...EMPTY }
    this.detectedLanguage = null
  }

  translateNow(): void {
    clearTimeout(this.#timer)
    if (!this.source.trim()) return
    const seq = ++this.#seq
    this.texts.begin()
    this.translation = { ...this.translation, status: 'translating', stale: true, problem: null, of: this.source }
    this.announce(t('said-translating'))
    this.#send(seq, this.source).catch((reason: unknown) => {
      this.handle({ type: 'failed', seq, problem: bridge.asProblem(reason) })
    })
  }

  /** Where the language is detected, the translation waits for that. */
  async #send(seq: number, text: string): Promise<void> {
    const waits = () => seq === this.#seq
    const detected = this.detect(text, waits)
    if (this.detects) await detected
    if (waits()) await bridge.translate(seq, text)
  }

  stop(): void {
    clearTimeout(this.#timer)
    if (this.translation.status === 'translating') void this.#run(bridge.stop())
  }

  // ---- documents

  chooseFiles(): void {
    this.tab = 'documents'
    void this.#run(bridge.chooseFiles(t('dialog-files')))
  }

  chooseFolder = (): void => void this.#run(bridge.chooseFolder(t('dialog-folder')))

  setRowPair = (id: number, pair: Pair): void => void this.#run(bridge.setRowPair(id, pair))
  pause = (id: number | null): void => void this.#run(bridge.pause(id))
  resume = (id: number | null): void => void this.#run(bridge.resume(id))
  cancel = (id: number): void => void this.#run(bridge.cancel(id))
  remove = (id: number): void => void this.#run(bridge.remove(id))

  /** The rows that are listed. */
  get listed(): Row[] {
    return this.rows.filter((row) => !this.cleared.includes(row.id))
  }

  /** Removes the documents that are done and need no review from the list; for a while that can be undone. */
  clearDone(): void {
    this.#removeCleared()
    this.cleared = this.rows.filter((row) => isDone(row) && !row.drafts).map((row) => row.id)
    this.announce(t('cleared', { n: this.cleared.length }))
    this.#undoTimer = setTimeout(() => this.#removeCleared(), UNDO_MS)
  }

  undoClear(): void {
    clearTimeout(this.#undoTimer)
    this.cleared = []
  }

  #removeCleared(): void {
    clearTimeout(this.#undoTimer)
    this.cleared.forEach((id) => this.remove(id))
  }

  open = (id: number): void => void this.#run(bridge.open(id))
  reveal = (id: number): void => void this.#run(bridge.reveal(id))

  openReview(row: Row): void {
    this.exports.open = null
    this.review = new Review(row.id, this.announce, (problem) => this.notify(problem))
    void this.review.load()
  }

  /** Unsaved corrections stay with the document. */
  closeReview(): void {
    if (!this.review) return
    this.review.keep()
    this.reviewed = this.review.row
    this.review = null
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
        this.cleared = this.cleared.filter((id) => id !== event.id)
        return
      case 'drag':
        this.dragging = event.over
        if (event.over === 'documents') this.tab = 'documents'
        else if (event.over) this.#showModels()
        return
      case 'refused':
        return this.notify(event.problem)
      case 'models':
        return this.models.show(event.models)
      case 'work':
        return this.models.changed(event.work)
      case 'work_gone':
        return this.models.gone(event.id)
      case 'candidate':
        this.models.candidate = event.candidate
        this.#showModels()
        return
      case 'closing':
        this.closing = event.asking
        return
      case 'back':
        return this.texts.handle(event)
    }
    if (event.seq !== this.#seq) return
    this.texts.handle(event)
    switch (event.type) {
      case 'text':
        this.translation = { ...this.translation, text: event.text, doubts: event.doubts, stale: false, sentences: [] }
        return
      case 'finished': {
        const { tokens_per_second, sentences } = event
        this.translation = { ...this.translation, status: 'done', stale: false, tokens_per_second, sentences }
        this.announce(t('said-done'))
        return
      }
      case 'stopped':
        this.translation = { ...this.translation, status: 'stopped', stale: false }
        this.announce(t('stopped'))
        return
      case 'failed':
        this.translation = { ...this.translation, status: 'failed', stale: false, problem: event.problem }
        this.announce(problemWords(event.problem).title)
    }
  }

  #showModels(): void {
    this.settings.page = 'models'
    this.tab = 'settings'
  }

  #row(row: Row): void {
    const at = this.rows.findIndex((one) => one.id === row.id)
    const before = this.rows[at]
    if (before) this.rows[at] = row
    else {
      this.rows.push(row)
      if (isNew(row)) this.#show(row)
    }
    if (before?.state === row.state) return
    const said = isTable(row) ? 'table' : row.state
    if (SAID.includes(said)) this.announce(t(`said-row-${said}`, { name: row.name }))
  }

  /** Shows a document that was added; the first of several stays in view. */
  #show(row: Row): void {
    if (!this.review) this.tab = 'documents'
    const known = this.rows.find((one) => one.id === this.added)
    if (!known || !isNew(known) || known.done > 0) this.added = row.id
  }
}
