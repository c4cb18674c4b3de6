// The commands for tables and for translated documents in other forms.
import { invoke } from '@tauri-apps/api/core'

/** A column of a table. */
export interface Column {
  /** Empty without a header row. */
  title: string
  /** The beginning of its first cell with something in it. */
  sample: string
  /** It is translated. */
  chosen: boolean
}

/** A web page with both languages side by side; or a translation memory, as TMX. */
export type ExportKind = 'bilingual' | 'memory'

/** Chooses the columns of a table that are translated when it starts the next time: indices, from 0. */
export const chooseColumns = (id: number, columns: number[]): Promise<void> => invoke('choose_columns', { id, columns })

/** How many corrections, saved or not, may be lost when a document is translated again. */
export const correctionsAtRisk = (id: number): Promise<number> => invoke('corrections_at_risk', { id })

/** Writes a bilingual page of a translated document beside its translation; returns the page's name. */
export const exportBeside = (id: number): Promise<string> => invoke('export_beside', { id })

/** Asks for a name and writes a translated document in another form; returns the file's name, or null without one. */
export const exportDocument = (id: number, kind: ExportKind, title: string): Promise<string | null> =>
  invoke('export_document', { id, kind, title })
