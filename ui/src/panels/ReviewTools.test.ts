import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import App from '../App.svelte'
import type { Segment } from '../bridge'
import { row, rust, segment } from '../testing'

async function start(segments: Segment[]) {
  const backend = rust({ rows: [row({ state: 'done', total: segments.length, output: 'letter.en.md' })] })
  backend.segments.mockResolvedValue(segments)
  backend.edit.mockImplementation(async (_, index, target) => [{ ...segments[index]!, target, tagged: null, status: 'edited' }])
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  await fireEvent.click(await screen.findByRole('button', { name: 'Review' }))
  await screen.findByLabelText('Segments')
  return backend
}

const press = (key: string, modifiers = {}) => fireEvent.keyDown(document.activeElement ?? window, { key, ...modifiers })
const editor = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: /^Translation of segment/ })
const rows = () => screen.getAllByRole('row').slice(1)

const LINK = { start: 5, end: 8, kind: 'paired' as const, label: '<a href="x">' }
const LINKED = segment(0, {
  source: 'Dort ist mehr hier',
  target: 'There is more here',
  spans: [LINK],
  tagged: { source: 'Dort <1>ist</1> mehr hier', target: '<1>There</1> is more here' },
})

test('formatting is shown in the translation, and moved by keyboard alone', async () => {
  const { edit } = await start([LINKED])
  const pills = () => [...rows()[0]!.querySelectorAll('.target .pill')].map((pill) => pill.textContent)
  expect(pills()).toEqual(['1 link', '/1'])
  rows()[0]?.focus()
  await press('Enter')
  expect(editor().value).toBe('<1>There</1> is more here')
  editor().setSelectionRange(13, 15)
  await press('!', { code: 'Digit1', ctrlKey: true, shiftKey: true })
  expect(editor().value).toBe('There <1>is</1> more here')
  await waitFor(() => expect([editor().selectionStart, editor().selectionEnd]).toEqual([9, 11]))
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(edit).toHaveBeenCalledWith(1, 0, 'There <1>is</1> more here', false))
})

test('formatting that is missing is put in by its button', async () => {
  const lost = { ...LINKED, status: 'doubtful' as const, reasons: [{ kind: 'tag' as const, text: '<a href="x">ist</a>' }] }
  await start([{ ...lost, tagged: { ...LINKED.tagged!, target: 'There is more here' } }])
  expect(screen.getByText(/^Put the formatting around its words/)).toBeTruthy()
  rows()[0]?.focus()
  await press('Enter')
  editor().setSelectionRange(6, 8)
  await fireEvent.click(screen.getByRole('button', { name: 'Put in 1 link' }))
  expect(editor().value).toBe('There <1>is</1> more here')
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Put in 1 link' })).toBeNull())
  expect(screen.getByRole('button', { name: '1 link' }).title).toBe('Move link to the selection (Ctrl+Shift+1)')
})

test('a finding is repaired by its button', async () => {
  await start([segment(0, { status: 'doubtful', target: 'In  days', reasons: [{ kind: 'number', text: '300' }] })])
  rows()[0]?.focus()
  await press('Enter')
  editor().setSelectionRange(3, 3)
  await fireEvent.click(screen.getByRole('button', { name: 'Insert 300' }))
  expect(editor().value).toBe('In 300 days')
})

test('a segment is approved as it is, by key or button', async () => {
  const doubtful = [0, 1, 2].map((index) => segment(index, { status: 'doubtful' }))
  const { edit } = await start(doubtful)
  rows()[0]?.focus()
  await press('Enter', { ctrlKey: true })
  await waitFor(() => expect(edit).toHaveBeenCalledWith(1, 0, 'Sentence 0', false))
  await waitFor(() => expect(document.activeElement?.getAttribute('aria-rowindex')).toBe('3'))
  await fireEvent.click(screen.getByRole('button', { name: 'Approve' }))
  await waitFor(() => expect(edit).toHaveBeenLastCalledWith(1, 1, 'Sentence 1', false))
})

test('a correction is saved for all equal segments', async () => {
  const equal = [0, 1, 2].map((index) => segment(index, { source: index < 2 ? 'Ja.' : 'Nein.', target: 'Yes.' }))
  const { edit } = await start(equal)
  rows()[0]?.focus()
  await press('Enter')
  await fireEvent.input(editor(), { target: { value: 'Yes!' } })
  await fireEvent.click(screen.getByRole('button', { name: 'Save for all 2 equal segments' }))
  await waitFor(() => expect(edit).toHaveBeenCalledWith(1, 0, 'Yes!', true))
})

test('a text is found in all segments and replaced in translations, tags untouched', async () => {
  const segments = [
    LINKED,
    segment(1, { target: 'here and HERE (1)' }),
    segment(2, { source: 'here', target: 'there' }),
    segment(3, { target: 'no' }),
  ]
  const { edit } = await start(segments)
  await press('f', { ctrlKey: true })
  const search = within(screen.getByRole('search', { name: 'Search and replace' }))
  const field = search.getByRole('searchbox')
  await waitFor(() => expect(document.activeElement).toBe(field))
  await fireEvent.input(field, { target: { value: 'here' } })
  expect(rows()).toHaveLength(3)
  await fireEvent.input(search.getByRole('textbox', { name: 'Replace with' }), { target: { value: '$&1' } })
  await fireEvent.click(search.getByRole('checkbox', { name: 'Match case' }))
  await fireEvent.click(search.getByRole('button', { name: 'Replace in 3' }))
  expect(search.getByText('Replace “here” with “$&1” in 3 translations?')).toBeTruthy()
  await fireEvent.click(search.getAllByRole('button', { name: 'Replace in' })[0]!)
  await waitFor(() => expect(edit).toHaveBeenCalledTimes(3))
  expect(edit.mock.calls.map((call) => call[2])).toEqual([
    '<1>T$&1</1> is more $&1',
    '$&1 and HERE (1)',
    't$&1',
  ])
  await fireEvent.input(field, { target: { value: '1' } })
  expect(within(screen.getByRole('search')).queryByRole('button', { name: 'Replace in 1' }), 'not in a tag').toBeNull()
  await fireEvent.keyDown(field, { key: 'Escape' })
  expect(rows()).toHaveLength(4)
})
