// The languages on offer, and the chosen pair.
import type { Language, Offer, Pair } from './bridge'
import { languageName, locale, pairInWords } from './words.svelte'

export class Languages {
  offer: Offer = $state({ pairs: [], demonstrations: [], languages: [] })
  pair: Pair | null = $state(null)
  recent: Pair[] = $state([])

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
