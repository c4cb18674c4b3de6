// State around the translation of typed text: its progress, its back-translation, its corrections, what is pinned, and
// the history.
import { tick } from 'svelte'
import * as bridge from './bridge-texts'
import { editUnit } from './bridge-settings'
import type { Event, Pair, Problem } from './bridge'
import type { HistoryText, TypedSentence } from './bridge-texts'
import { EMPTY, type TypedTranslation } from './typed-translation'
import { t } from './words.svelte'

/** More are no longer at hand; the history has them. */
export const MAX_PINNED = 20

/** Sentences that can be corrected at once; a search finds the others. */
export const SHOWN_SENTENCES = 50

export interface Pinned {
  id: number
  pair: Pair
  source: string
  text: string
}

/** What it needs of the window. */
interface Host {
  pair: Pair | null
  source: string
  tab: 'text' | 'documents' | 'history' | 'settings'
  translation: TypedTranslation
  put: ((text: string) => void) | null
  announce: (text: string) => void
  setPair: (pair: Pair) => Promise<void>
  translateNow: () => void
  settings: { run: <T>(command: Promise<T>) => Promise<T | undefined> }
}

export class Texts {
  /** Sentences done and in all, while a text is translated. */
  progress: { done: number; total: number; eta_s: number | null } | null = $state.raw(null)
  /** The back-translation, if it was wanted. */
  back: { text: string; done: boolean; problem: Problem | null } | null = $state.raw(null)
  /** The sentences to correct, while that is shown. */
  sentences: TypedSentence[] | null = $state.raw(null)
  pinned: Pinned[] = $state.raw([])

  #host: Host
  #seq = 0
  #id = 0

  constructor(host: Host) {
    this.#host = host
  }

  /** Another translation begins. What was said of the one before goes. */
  begin(): void {
    this.back = null
    this.#seq += 1
    this.progress = null
  }

  /** An event of the current text, or of a back-translation. */
  handle(event: Event): void {
    if (event.type === 'back') {
      if (event.seq !== this.#seq || !this.back) return
      const { done, problem } = event
      this.back = { text: event.text ?? this.back.text, done, problem }
      if (done) this.#host.announce(t('said-back'))
    } else if (event.type === 'progress') {
      const { done, total, eta_s } = event
      this.progress = { done, total, eta_s }
    } else if (event.type === 'finished' || event.type === 'stopped' || event.type === 'failed') {
      this.progress = null
      if (event.type === 'finished' && this.sentences) void this.openCorrections()
    }
  }

  translateBack(): void {
    const seq = ++this.#seq
    this.back = { text: '', done: false, problem: null }
    const { run } = this.#host.settings
    void run(bridge.translateBack(seq, this.#host.translation.text)).then((answer) => {
      if (answer === undefined && seq === this.#seq) this.back = null
    })
  }

  async openCorrections(): Promise<void> {
    const sentences = await this.#host.settings.run(bridge.typedSentences())
    this.sentences = sentences?.filter(({ translated }) => translated) ?? null
  }

  /** Keeps a person's translation of a sentence; the text is translated with it. */
  async correct(source: string, target: string): Promise<void> {
    const { pair, settings } = this.#host
    if (!pair || !target.trim()) return
    if ((await settings.run(editUnit(pair, source, target.trim()))) === undefined) return
    this.#host.announce(t('said-corrected'))
    this.#host.translateNow()
  }

  pin(): void {
    const { pair, source, translation } = this.#host
    if (!pair || !translation.text) return
    const pinned = { id: ++this.#id, pair, source, text: translation.text }
    this.pinned = [pinned, ...this.pinned].slice(0, MAX_PINNED)
    this.#host.announce(t('said-pinned'))
  }

  unpin(id: number): void {
    this.pinned = this.pinned.filter((one) => one.id !== id)
  }

  /** Shows a text of the history with its translation, and translates it as the models do now. */
  async restore({ pair, source, target }: HistoryText): Promise<void> {
    const host = this.#host
    host.tab = 'text'
    await tick()
    if (host.put) host.put(source)
    host.source = source
    host.translation = { ...EMPTY, status: 'done', text: target }
    const same = host.pair?.from === pair.from && host.pair.to === pair.to
    if (same) host.translateNow()
    else await host.setPair(pair)
  }

  /** Goes on with the last text. */
  async restoreLast(): Promise<void> {
    const [last] = (await this.#host.settings.run(bridge.history(''))) ?? []
    if (last && !this.#host.source) await this.restore(last)
  }

  /** Puts a text into the clipboard; says whether that worked. */
  async copy(text: string): Promise<boolean> {
    const copied = await this.#host.settings.run(navigator.clipboard.writeText(text).catch(refused))
    if (copied === undefined) return false
    this.#host.announce(t('copied'))
    return true
  }
}

function refused(): never {
  const problem: Problem = { code: 'clipboard_write', message: '', hint: '' }
  throw problem
}
