// Search and replacement in the segments of a review.
import type { Segment } from './bridge'
import { editable } from './tags'

/** What it needs of the review. */
interface Host {
  segments: Segment[]
  drafts: Record<number, string>
  store: (index: number, text: string | undefined) => Promise<boolean>
}

const TAG = /(<\/?\d+\/?>)/

export class Search {
  wanted = $state('')
  replacement = $state('')
  matchCase = $state(false)
  /** Whether it is shown. */
  open = $state(false)
  /** Segments replaced and in all, while that goes on. */
  progress: { done: number; total: number } | null = $state.raw(null)

  #host: Host
  #changed: () => void

  constructor(host: Host, changed: () => void) {
    this.#host = host
    this.#changed = changed
  }

  /** Shows the segments that have a text in their source or translation. */
  find(wanted: string, matchCase = this.matchCase): void {
    this.wanted = wanted
    this.matchCase = matchCase
    this.#changed()
  }

  close(): void {
    this.open = false
    this.find('')
  }

  /** Whether a segment has the text; every one has none. */
  finds({ source, target }: Segment): boolean {
    return !this.wanted || [source, target].some((text) => this.#pattern().test(text))
  }

  /** The segments whose translation has the text. */
  get targets(): Segment[] {
    return this.wanted ? this.#host.segments.filter((segment) => this.#replaced(segment) !== undefined) : []
  }

  /** Replaces the text in all translations. Stops at the first one that cannot be written; the review shows it. */
  async replaceAll(): Promise<void> {
    const targets = this.targets
    for (const [done, segment] of targets.entries()) {
      this.progress = { done, total: targets.length }
      if (!(await this.#host.store(segment.index, this.#replaced(segment)))) break
    }
    this.progress = null
  }

  #pattern(): RegExp {
    return new RegExp(this.wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), this.matchCase ? 'gu' : 'giu')
  }

  /** The translation with the replacement, tags untouched; undefined if it has nothing to replace. */
  #replaced(segment: Segment): string | undefined {
    const before = this.#host.drafts[segment.index] ?? editable(segment)
    const parts = before.split(TAG)
    const after = parts.map((part, at) => (at % 2 ? part : part.replace(this.#pattern(), () => this.replacement))).join('')
    const has = parts.some((part, at) => at % 2 === 0 && this.#pattern().test(part))
    return has ? after : undefined
  }
}
