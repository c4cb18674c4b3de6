// What can be done about the reason for which a segment is marked.
import type { Reason, Segment } from './bridge'
import { editable, missing, type Movable } from './tags'
import { named } from './pills'
import { t } from './words.svelte'

export type Fix =
  /** Puts a text in at the caret. */
  | { kind: 'insert'; text: string; label: string }
  /** Selects what is too much, so that it can be replaced. */
  | { kind: 'select'; text: string; label: string }
  /** Puts a mark around the selection. */
  | { kind: 'mark'; mark: Movable; label: string }

/** The fixes of a segment for its translation as it is being edited. */
export function fixes(segment: Segment, draft: string = editable(segment)): Fix[] {
  const insert = (text: string): Fix => ({ kind: 'insert', text, label: t('fix-insert', { text }) })
  const select = (text: string): Fix => ({ kind: 'select', text, label: t('fix-select', { text }) })
  const of = (reason: Reason): Fix[] => {
    switch (reason.kind) {
      case 'number':
      case 'placeholder':
      case 'term':
        return draft.includes(reason.text) ? [] : [insert(reason.text)]
      case 'new_number':
      case 'script':
      case 'new_placeholder':
      case 'inserted':
        return draft.includes(reason.text) ? [select(reason.text)] : []
      default:
        return []
    }
  }
  const marks = missing(draft, segment).map(
    (mark): Fix => ({ kind: 'mark', mark, label: t('fix-mark', { number: mark.number, name: named(mark.mark) }) }),
  )
  return [...segment.reasons.flatMap(of), ...marks]
}
