// The languages on offer, and the chosen pair.
import * as bridge from './bridge'
import type { Language, Offer, Pair, Problem } from './bridge'
import type { Settings } from './settings.svelte'
import { languageName, locale, pairInWords, t } from './words.svelte'

/** In place of the code of a source language: it is detected. */
export const DETECT = 'detect'

export abstract class Languages {
  offer: Offer = $state({ pairs: [], demonstrations: [], languages: [] })
  pair: Pair | null = $state(null)
  recent: Pair[] = $state([])
  /** Code of the language that the text seems to be in, if certain. */
  detectedLanguage: string | null = $state(null)

  abstract settings: Settings
  abstract notify: (problem: Problem) => void
  abstract translateNow(): void

  /** The pair that was chosen last: the one of a text whose language is uncertain. */
  #chosen: Pair | null = null

  /** Whether texts and documents are translated from the languages that they seem to be in. */
  get detects(): boolean {
    return this.settings.preferences.detect
  }

  /** What the menu of source languages offers: detection first. */
  get sourceChoices(): Language[] {
    return [{ code: DETECT, name: t('language-detect'), endonym: '' }, ...this.sources]
  }

  /** What it shows. */
  get sourceChoice(): Language | null {
    if (!this.detects || !this.pair) return this.pair && this.language(this.pair.from)
    const { name } = this.language(this.pair.from)
    const guessed = this.detectedLanguage === this.pair.from
    return { code: DETECT, name: t(guessed ? 'language-detected' : 'language-detect', { language: name }), endonym: '' }
  }

  /** Translates from this language, or from the one that the text seems to be in. */
  chooseSource(from: string): void {
    if (from === DETECT) {
      this.settings.prefer({ detect: true })
      this.translateNow()
      return
    }
    const pair = this.nearest({ from, to: this.pair?.to ?? '' })
    if (pair) void this.choosePair(pair)
  }

  chooseTarget(to: string): void {
    if (this.pair) void this.setPair({ from: this.pair.from, to })
  }

  /** Translates with this pair, whatever language the text seems to be in. */
  async choosePair(pair: Pair): Promise<void> {
    if (this.detects) this.settings.prefer({ detect: false })
    await this.setPair(pair)
  }

  /** Translates with this pair; detection may choose another one for the next text. */
  async setPair(pair: Pair): Promise<void> {
    this.#chosen = pair
    try {
      await this.#use(pair)
      this.translateNow()
    } catch (reason) {
      this.notify(bridge.asProblem(reason))
    }
  }

  /**
   * Finds out what language a text is in. Where that is wanted, its pair becomes the current one; `waits` says whether the
   * text is still the current one.
   */
  protected async detect(text: string, waits: () => boolean): Promise<void> {
    // Detection is only a hint; the translation reports errors.
    const code = await bridge.detect(text).catch(() => null)
    if (!waits()) return
    // What a text seemed to be in before a change is more than nothing.
    if (code || !this.detects) this.detectedLanguage = code
    if (!this.detects || !this.pair) return
    const { detectedLanguage, pair } = this
    this.#chosen ??= pair
    const wanted = detectedLanguage ? this.from(detectedLanguage, pair) : this.#chosen
    if (wanted && (wanted.from !== pair.from || wanted.to !== pair.to)) await this.#use(wanted)
  }

  async #use(pair: Pair): Promise<void> {
    this.pair = pair
    this.recent = await bridge.setPair(pair)
  }

  language(code: string): Language {
    const known = this.offer.languages.find((language) => language.code === code)
    return { code, name: languageName(code), endonym: known?.endonym ?? code }
  }

  pairInWords = pairInWords

  get sources(): Language[] {
    return this.#languages(this.offer.pairs.map((pair) => pair.from))
  }

  get targets(): Language[] {
    return this.targetsOf(this.pair?.from)
  }

  targetsOf(from: string | undefined): Language[] {
    return this.#languages(
      this.offer.pairs.filter((pair) => pair.from === from).map((pair) => pair.to),
    )
  }

  #languages(codes: string[]): Language[] {
    return [...new Set(codes)]
      .map((code) => this.language(code))
      .sort((a, b) => a.name.localeCompare(b.name, locale()))
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

  /** Whether built-in models translate the current pair: they only demonstrate. */
  get demonstrates(): boolean {
    return this.offer.demonstrations.some(
      (pair) => pair.from === this.pair?.from && pair.to === this.pair.to,
    )
  }
}
