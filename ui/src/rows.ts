// What can be said of a document's state.
import type { Row, RowState } from './bridge'

const ACTIVE: RowState[] = ['waiting', 'translating']
const RESUMABLE: RowState[] = ['paused', 'interrupted']

export const isActive = (row: Row): boolean => ACTIVE.includes(row.state)
/** Whether it seems to be in another language than that of its pair. */
export const seemsOther = (row: Row): boolean => row.looks_like !== null && row.looks_like !== row.pair.from
/** Whether it waits only for the choice of its columns. */
export const isTable = (row: Row): boolean => row.state === 'held' && !seemsOther(row)
/** Whether it has just been added. */
export const isNew = (row: Row): boolean => row.state === 'waiting' || row.state === 'held'
/** Whether nothing is left to do about it. */
export const isDone = (row: Row): boolean =>
  row.state === 'cancelled' || (row.state === 'done' && row.to_review === 0)
/** Whether it is done, and its segments need review. */
export const isToReview = (row: Row): boolean => row.state === 'done' && row.to_review > 0
/** Whether it can be resumed. */
export const isResumable = (row: Row): boolean => RESUMABLE.includes(row.state)
