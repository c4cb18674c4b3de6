// Translated documents in other forms, and the columns of tables.
import * as bridge from './bridge-exports'
import { asProblem, type Problem } from './bridge'
import type { ExportKind } from './bridge-exports'
import { t } from './words.svelte'

/** What it needs of the window. */
interface Host {
  notify: (problem: Problem) => void
  announce: (text: string) => void
}

export class Exports {
  /** The row whose exports are offered. */
  open: number | null = $state(null)
  /** What was written last, by name. */
  written: string | null = $state(null)

  #host: Host

  constructor(host: Host) {
    this.#host = host
  }

  toggle(row: number): void {
    this.open = this.open === row ? null : row
    this.written = null
  }

  /** Writes a bilingual page beside the translation. */
  beside = (row: number): Promise<void> => this.#write(bridge.exportBeside(row))

  /** Asks for a name. */
  as = (row: number, kind: ExportKind): Promise<void> =>
    this.#write(bridge.exportDocument(row, kind, t(`dialog-export-${kind}`)))

  /** Chooses the columns of a table. */
  async choose(row: number, columns: number[]): Promise<void> {
    await bridge.chooseColumns(row, columns).catch((reason: unknown) => this.#host.notify(asProblem(reason)))
  }

  /** How many corrections may be lost when a document is translated again. */
  async atRisk(row: number): Promise<number> {
    return bridge.correctionsAtRisk(row).catch((reason: unknown) => {
      this.#host.notify(asProblem(reason))
      return 0
    })
  }

  async #write(command: Promise<string | null>): Promise<void> {
    this.written = null
    try {
      const name = await command
      if (name === null) return
      this.written = name
      this.#host.announce(t('export-written', { name }))
    } catch (reason) {
      this.#host.notify(asProblem(reason))
    }
  }
}
