import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import App from '../App.svelte'
import type { Segment } from '../bridge'
import { PAGE_ROWS } from '../review.svelte'
import { row, rust, segment } from '../testing'

const SEGMENTS: Segment[] = [
  segment(0),
  segment(1, { status: 'doubtful', reasons: [{ kind: 'number', text: '300' }] }),
  segment(2, { status: 'reused' }),
  segment(3, { status: 'kept', reasons: [{ kind: 'term', text: 'agreement' }] }),
]

async function start(segments = SEGMENTS) {
  const done = row({ state: 'done', total: segments.length, output: 'letter.en.md' })
  const backend = rust({ rows: [done] })
  backend.segments.mockResolvedValue(segments)
  await open()
  return backend
}

async function open() {
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  await fireEvent.click(await screen.findByRole('button', { name: 'Review' }))
  await screen.findByLabelText('Segments')
}

// Not by role: the names of hundreds of rows take their time.
const rows = () => [...document.querySelectorAll('[role=row] > [role=rowheader]')].map((one) => one.textContent)
// Without the heads of the columns.
const segmentRows = () => screen.getAllByRole('row').slice(1)
const press = (key: string, modifiers = {}) =>
  fireEvent.keyDown(document.activeElement ?? window, { key, ...modifiers })
const filter = (name: RegExp) => screen.getByRole<HTMLButtonElement>('button', { name })
const editor = () => screen.queryByRole<HTMLTextAreaElement>('textbox')

async function enter() {
  segmentRows()[0]?.focus()
  await press('Enter')
}

test('what should be looked at comes first, with its findings in words', async () => {
  const { segments } = await start()
  expect(segments).toHaveBeenCalledWith(1)
  expect(rows()).toEqual(['2', '4'])
  expect(filter(/^To review/).getAttribute('aria-pressed')).toBe('true')
  const [first, second] = segmentRows()
  expect(within(first!).getByText('Number missing: 300')).toBeTruthy()
  expect(within(second!).getByText('Not translated')).toBeTruthy()
  expect(within(second!).getByText('Glossary term missing: agreement')).toBeTruthy()
})

test('poor first: what is probably wrong comes before what may be wrong', async () => {
  const graded = (index: number, grade: 'good' | 'doubtful' | 'poor', score: number) =>
    segment(index, {
      status: grade === 'good' ? 'done' : 'doubtful',
      quality: { score, grade, calibrated: true },
    })
  await start([graded(0, 'doubtful', 0.5), graded(1, 'good', 0.9), graded(2, 'poor', 0.1), graded(3, 'doubtful', 0.4)])
  expect(rows()).toEqual(['1', '3', '4'])
  await fireEvent.click(filter(/^To review/))
  await fireEvent.click(filter(/^Poor first/))
  expect(rows()).toEqual(['3', '4', '1'])
  const [first, second] = segmentRows()
  expect(within(first!).getByText('Probably wrong')).toBeTruthy()
  expect(within(second!).getByText('May be wrong')).toBeTruthy()
})

test('the whole document is judged in a sentence', async () => {
  const quality = (grade: 'good' | 'doubtful' | 'poor') => ({ quality: { score: 0.5, grade, calibrated: false } })
  await start([segment(0, quality('good')), segment(1, quality('poor')), segment(2, quality('poor')), segment(3)])
  expect(screen.getByText('Of 3 estimated segments: 2 are probably wrong, none is doubtful.')).toBeTruthy()
  expect(screen.getAllByText('Probably wrong')[0]?.title).toContain('50%; not calibrated')
  expect(screen.getByText('Good')).toBeTruthy()
})

test('the terms that a translation has are shown beside those that it lacks', async () => {
  const met = [{ source: 'Satz', target: 'sentence' }]
  await start([
    segment(0, { status: 'doubtful', reasons: [{ kind: 'term', text: 'one' }], terms: { met, missed: [] } }),
  ])
  const [first] = segmentRows()
  expect(within(first!).getByText('Glossary term used: sentence').title).toBe('Satz → sentence')
  expect(within(first!).getByText('Glossary term missing: one')).toBeTruthy()
})

test('filters are toggles with counts; several show what any of them takes', async () => {
  await start()
  const chips = within(screen.getByRole('group', { name: 'Show only' })).getAllByRole<HTMLButtonElement>('button')
  expect(chips.map((chip) => chip.textContent?.trim())).toEqual([
    'All 4',
    'To review 2',
    'Poor first 0',
    'Numbers 1',
    'Formatting 0',
    'Glossary 1',
    'Reused 1',
    'Edited 0',
  ])
  expect(chips.map((chip) => chip.disabled).indexOf(true)).toBe(2)
  await fireEvent.click(filter(/^To review/))
  expect(rows()).toEqual(['1', '2', '3', '4'])
  await fireEvent.click(filter(/^Reused/))
  await fireEvent.click(filter(/^Numbers/))
  expect(rows()).toEqual(['2', '3'])
  await fireEvent.click(filter(/^All/))
  expect(rows()).toHaveLength(4)
})

test('the keys move, open, save and go on to the next', async () => {
  const { edit, translate, emit } = await start()
  await fireEvent.click(filter(/^All/))
  segmentRows()[0]?.focus()
  await press('ArrowDown')
  expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('3')
  await press('End')
  await press('ArrowDown')
  expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('5')
  await press('Home')
  await press('Enter')
  expect(editor()?.value).toBe('Sentence 0')
  await fireEvent.input(editor()!, { target: { value: 'Corrected' } })
  await press('Enter', { ctrlKey: true })
  expect(edit).toHaveBeenCalledWith(1, 0, 'Corrected', false)
  await waitFor(() => expect(editor()?.value).toBe('Sentence 1'))
  expect(screen.getByText('1 change saved to letter.en.md')).toBeTruthy()
  expect(screen.getByRole('status').textContent).toBe('Saved')
  expect(within(segmentRows()[0]!).getByText('Corrected')).toBeTruthy()
  expect(translate, 'the text of the other tab is left alone').not.toHaveBeenCalled()
  emit({ type: 'row', row: row({ state: 'done', to_review: 1, output: 'letter.en.md' }) })
  expect(rows()).toHaveLength(4)
})

test('a saved row stays where it is, also where its filter no longer takes it', async () => {
  await start()
  await enter()
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(filter(/^To review/).textContent).toContain('1'))
  expect(rows()).toEqual(['2', '4'])
  expect(editor()?.value).toBe('Sentence 3')
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(editor()).toBeNull())
  expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('3')
})

test('Escape leaves the editor, and what was typed stays a draft', async () => {
  const { edit, stop } = await start()
  await enter()
  await fireEvent.input(editor()!, { target: { value: 'Half a sent' } })
  await press('Escape')
  expect(editor()).toBeNull()
  expect(document.activeElement?.getAttribute('role')).toBe('row')
  expect(screen.getByText('Not saved')).toBeTruthy()
  expect(screen.getByText('1 not saved')).toBeTruthy()
  await press('Enter')
  expect(editor()?.value).toBe('Half a sent')
  await fireEvent.click(screen.getByRole('button', { name: 'Discard' }))
  expect(editor()?.value).toBe('Sentence 1')
  expect(screen.queryByText('Not saved')).toBeNull()
  expect(edit).not.toHaveBeenCalled()
  expect(stop).not.toHaveBeenCalled()
})

test('what cannot be saved is kept as it was typed, with the reason', async () => {
  const { edit } = await start()
  edit.mockRejectedValueOnce({ code: 'write', message: 'The disk is full.', hint: 'Make room.' })
  await enter()
  await fireEvent.input(editor()!, { target: { value: 'Corrected' } })
  await press('Enter', { ctrlKey: true })
  expect((await screen.findByRole('alert')).dataset.code).toBe('write')
  expect(editor()?.value).toBe('Corrected')
  await fireEvent.click(screen.getByRole('button', { name: 'Save again' }))
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  expect(edit).toHaveBeenLastCalledWith(1, 1, 'Corrected', false)
})

test('what is not saved survives leaving the review, and the document says so', async () => {
  const { emit, remove } = await start()
  await enter()
  await fireEvent.input(editor()!, { target: { value: 'Half a sent' } })
  await press('Escape')
  await press('Escape')
  expect(await screen.findByText('1 not saved')).toBeTruthy()
  await fireEvent.click(screen.getByRole('button', { name: 'Review' }))
  await screen.findByLabelText('Segments')
  expect(screen.getByText('Half a sent')).toBeTruthy()
  await fireEvent.click(screen.getByRole('button', { name: '1 not saved' }))
  await waitFor(() => expect(document.activeElement?.textContent).toContain('Half a sent'))
  await press('Escape')
  await fireEvent.click(await screen.findByRole('button', { name: 'Remove from the list' }))
  expect(screen.getByText('Remove and discard 1 unsaved correction?')).toBeTruthy()
  expect(remove).not.toHaveBeenCalled()
  emit({ type: 'gone', id: 1 })
  await screen.findByText('Drop documents or folders here')
  emit({ type: 'row', row: row({ state: 'done', total: 4 }) })
  await fireEvent.click(await screen.findByRole('button', { name: 'Review' }))
  await screen.findByLabelText('Segments')
  expect(screen.queryByText('Half a sent')).toBeNull()
})

test('a correction whose source is another one by now is dropped', async () => {
  const { segments } = await start()
  await enter()
  await fireEvent.input(editor()!, { target: { value: 'Half a sent' } })
  await press('Escape')
  await press('Escape')
  segments.mockResolvedValue([segment(0), segment(1, { source: 'Ein neuer Satz' })])
  await fireEvent.click(await screen.findByRole('button', { name: 'Review' }))
  await screen.findByLabelText('Segments')
  expect(screen.queryByText(/not saved/i)).toBeNull()
})

test('what the memory has is suggested beside the source, and one key takes it', async () => {
  const { suggestions, edit } = await start()
  const near = { source: 'Satz eins', target: 'Sentence one', percent: 83, origin: 'edited' as const }
  suggestions.mockResolvedValue([near, { ...near, target: 'Phrase one', percent: 80, origin: 'machine' }])
  await enter()
  const memory = within(await screen.findByRole('gridcell', { name: /translation memory/ }))
  expect(suggestions).toHaveBeenCalledWith(1, 1)
  expect(memory.getAllByText('Satz eins')).toHaveLength(2)
  expect(memory.getByText('83 % corrected')).toBeTruthy()
  await press('2', { altKey: true, code: 'Digit2' })
  expect(editor()?.value).toBe('Phrase one')
  await fireEvent.click(memory.getByRole('button', { name: 'Use suggestion 1: Sentence one' }))
  expect(editor()?.value).toBe('Sentence one')
  expect(document.activeElement).toBe(editor())
  expect(edit).not.toHaveBeenCalled()
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(edit).toHaveBeenCalledWith(1, 1, 'Sentence one', false))
})

test('what an edit changes of other segments is shown too', async () => {
  const { edit } = await start()
  edit.mockResolvedValueOnce([
    segment(1, { target: 'Corrected', status: 'edited' }),
    segment(3, { status: 'done' }),
  ])
  await enter()
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(filter(/^To review/).textContent).toContain('0'))
})

test('what is saved twice is announced twice, and the columns have heads', async () => {
  await start()
  expect(screen.getAllByRole('columnheader').map((one) => one.textContent)).toEqual([
    'No.',
    'German',
    'English',
    'Findings',
  ])
  const said = () => screen.getByRole('status').textContent
  await enter()
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(said()).toBe('Saved'))
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(said()).toBe('Saved\u00a0'))
})

test('nothing is saved while a character is being composed', async () => {
  const { edit } = await start()
  await enter()
  await press('Enter', { ctrlKey: true, isComposing: true })
  expect(edit).not.toHaveBeenCalled()
})

test('markup is pills and a document is text, whatever it holds', async () => {
  const source = '<img src=x> und mehr'
  await start([
    segment(0, { source, spans: [{ start: 12, end: 15, kind: 'paired', label: '**' }], target: '<b>and</b>' }),
  ])
  const table = segmentRows()[0]!
  expect(table.querySelector('img, b:not(.findings b)')).toBeNull()
  expect([...table.querySelectorAll('.pill')].map((pill) => pill.textContent)).toEqual(['1 bold', '/1'])
  expect(table.textContent).toContain('<b>and</b>')
})

test('a long document comes in pages, and the keys walk from one to the next', async () => {
  // jsdom takes its time for the names and roles of hundreds of rows: they are found by their attributes here.
  await start(Array.from({ length: PAGE_ROWS + 1 }, (_, index) => segment(index)))
  const last = String(PAGE_ROWS + 1)
  expect(rows()).toHaveLength(PAGE_ROWS)
  await fireEvent.click(screen.getByTitle('Next page'))
  expect(rows()).toEqual([last])
  expect(screen.getByTitle<HTMLButtonElement>('Next page').disabled).toBe(true)
  document.querySelector<HTMLElement>('[role=row][tabindex]')?.focus()
  await press('ArrowUp')
  await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe(String(PAGE_ROWS + 1)))
  await press('End')
  await waitFor(() => expect(rows()).toEqual([last]))
})

test('the way back leads to the documents, and a document that is gone closes its review', async () => {
  const { emit } = await start()
  await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('2'))
  await press('Escape')
  const again = await screen.findByRole('button', { name: 'Review' })
  expect(document.activeElement).toBe(again)
  await fireEvent.click(again)
  await screen.findByRole('grid')
  emit({ type: 'gone', id: 1 })
  expect(await screen.findByText('Drop documents or folders here')).toBeTruthy()
})

test('segments that cannot be read emit why and can be asked for again', async () => {
  const backend = rust({ rows: [row({ state: 'done' })] })
  backend.segments.mockRejectedValueOnce({ code: 'store_damaged', message: 'Damaged.', hint: '' })
  render(App)
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  await fireEvent.click(await screen.findByRole('button', { name: 'Review' }))
  expect((await screen.findByRole('alert')).dataset.code).toBe('store_damaged')
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('This document has no text.')).toBeTruthy()
})

test('terms that are kept the same are listed, and a change marks the sentences that lack it', async () => {
  const term = { source: 'Vertrag', target: 'contract', segments: 3, before: 2, agreeing: 3 }
  const backend = await start()
  expect(screen.queryByText(/^Terms kept the same/)).toBeNull()
  cleanup()
  backend.documentTerms.mockResolvedValue([term])
  backend.setDocumentTerm.mockResolvedValue({
    document_terms: [{ ...term, target: 'lease', agreeing: 2 }],
    changed: [segment(0, { status: 'doubtful', reasons: [{ kind: 'term', text: 'lease' }] })],
    lacking: 1,
    to_review: 3,
    terms: { met: 2, missed: 1 },
  })
  await open()
  await fireEvent.click(screen.getByText(/^Terms kept the same/))
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Translation of Vertrag' })
  expect(field.value).toBe('contract')
  await fireEvent.change(field, { target: { value: ' lease ' } })
  await screen.findByText('2 of 3 sentences')
  expect(backend.setDocumentTerm).toHaveBeenCalledWith(1, { source: 'Vertrag', target: 'lease' })
  expect(filter(/^Glossary 2/)).toBeTruthy()
  backend.setDocumentTerm.mockRejectedValue({ code: 'store_full', message: 'no space left', hint: '' })
  await fireEvent.change(field, { target: { value: 'deed' } })
  expect(await screen.findByText('The disk is full.')).toBeTruthy()
})
