import { fireEvent, render, screen, within } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import App from '../App.svelte'
import { UNDO_MS } from '../state.svelte'
import { row, rust } from '../testing'

async function start(rest = {}) {
  const backend = rust(rest)
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  return backend
}

const zone = () => screen.getByRole('button', { name: /Choose files…$/ })
const document = async (name = 'letter.md') => within(await screen.findByRole('listitem', { name }))

test('the drop zone is a button, and names the formats', async () => {
  const { chooseFiles } = await start()
  expect(zone().textContent).toContain('Choose files')
  await fireEvent.click(zone())
  expect(chooseFiles).toHaveBeenCalledOnce()
  expect(screen.getByText('Office').nextElementSibling?.textContent).toBe('Word')
  expect(screen.getByText('Markdown')).toBeTruthy()
})

test('a folder can be chosen too', async () => {
  const { chooseFolder } = await start()
  await fireEvent.click(screen.getByRole('button', { name: 'Choose a folder…' }))
  expect(chooseFolder).toHaveBeenCalledOnce()
})

test('Ctrl+O asks for files from the other tab too', async () => {
  const { chooseFiles } = await start()
  await fireEvent.keyDown(window, { key: '1', ctrlKey: true })
  await fireEvent.keyDown(window, { key: 'o', ctrlKey: true })
  expect(chooseFiles).toHaveBeenCalledOnce()
  expect(zone()).toBeTruthy()
})

test('a file held over the window brings up the documents and lights the zone', async () => {
  const { emit } = await start()
  await fireEvent.keyDown(window, { key: '1', ctrlKey: true })
  emit({ type: 'drag', over: 'documents' })
  expect(await screen.findByText('Release to translate')).toBeTruthy()
  expect(zone().parentElement?.classList).toContain('over')
  emit({ type: 'drag', over: null })
  expect(await screen.findByText('Drop documents or folders here')).toBeTruthy()
})

test('rows shrink the zone to a strip and show how far they are', async () => {
  const { emit, cancel, pause } = await start({ rows: [row()] })
  expect(zone().parentElement?.classList).toContain('strip')
  expect((await document()).getByText('Waiting')).toBeTruthy()
  const now = { done: 412, total: 1980, tokens_per_second: 38.2, eta_s: 371 }
  emit({ type: 'row', row: row({ state: 'translating', ...now }) })
  const bar = await screen.findByRole<HTMLProgressElement>('progressbar')
  expect([bar.value, bar.max]).toEqual([412, 1980])
  expect(bar.getAttribute('aria-valuetext')).toBe('412 / 1,980 segments, 38 tokens/s, 6 min left')
  expect(screen.getByRole('tab', { name: /Documents/ }).textContent).toContain('1')
  await fireEvent.click((await document()).getByRole('button', { name: 'Cancel' }))
  expect(cancel).toHaveBeenCalledWith(1)
  await fireEvent.click((await document()).getByRole('button', { name: 'Pause' }))
  expect(pause).toHaveBeenCalledWith(1)
})

test('a document that waits shows its languages, and others can be chosen', async () => {
  const { setRowPair, emit } = await start({ rows: [row()] })
  const from = (await document()).getByRole<HTMLSelectElement>('combobox', { name: 'From' })
  expect([from.value, from.selectedOptions[0]?.textContent]).toEqual(['de', 'German'])
  await fireEvent.change(from, { target: { value: 'en' } })
  // English is not translated into English: its first target is taken.
  expect(setRowPair).toHaveBeenCalledWith(1, { from: 'en', to: 'de' })
  expect(from.value, 'until it has others').toBe('de')
  emit({ type: 'row', row: row({ pair: { from: 'en', to: 'de' }, state: 'translating' }) })
  await vi.waitFor(() => expect(from.value).toBe('en'))
  await fireEvent.change(from, { target: { value: 'de' } })
  expect(setRowPair, 'also when it is under way').toHaveBeenLastCalledWith(1, { from: 'de', to: 'en' })
})

test('a finished document is translated again, in other languages after a question', async () => {
  const { setRowPair, resume } = await start({ rows: [row({ state: 'done', total: 3, output: 'letter.en.md' })] })
  const { getByRole, getByText, queryByText } = await document()
  await fireEvent.click(getByRole('button', { name: 'Translate again' }))
  await vi.waitFor(() => expect(resume).toHaveBeenCalledWith(1))
  const from = getByRole<HTMLSelectElement>('combobox', { name: 'From' })
  await fireEvent.change(from, { target: { value: 'en' } })
  expect(getByText('Translate it again, English → German?')).toBeTruthy()
  const keep = getByRole('button', { name: 'Keep' })
  expect(keep.ownerDocument.activeElement).toBe(keep)
  await fireEvent.click(keep)
  expect(queryByText(/Translate it again/)).toBeNull()
  expect(setRowPair).not.toHaveBeenCalled()
  await fireEvent.change(from, { target: { value: 'en' } })
  await fireEvent.click(getByRole('button', { name: 'Translate' }))
  expect(setRowPair).toHaveBeenCalledWith(1, { from: 'en', to: 'de' })
})

test('finished segments are not discarded without a question', async () => {
  const { remove, emit } = await start({ rows: [row({ state: 'interrupted', done: 412, total: 1980 })] })
  const { getByRole, getByText } = await document()
  await fireEvent.click(getByRole('button', { name: 'Remove from the list' }))
  expect(getByText('Remove and discard 412 finished segments?')).toBeTruthy()
  await fireEvent.keyDown(getByRole('button', { name: 'Keep' }), { key: 'Escape' })
  expect(remove).not.toHaveBeenCalled()
  await fireEvent.click(getByRole('button', { name: 'Remove from the list' }))
  await fireEvent.click(getByRole('button', { name: 'Remove' }))
  expect(remove).toHaveBeenCalledWith(1)
  emit({ type: 'row', row: row({ state: 'cancelled' }) })
  await screen.findByText('Cancelled')
  await fireEvent.click(await screen.findByRole('button', { name: 'Remove from the list' }))
  expect(remove, 'where there is nothing to lose, nothing is asked').toHaveBeenCalledTimes(2)
})

test('a document without text says so', async () => {
  await start({ rows: [row({ state: 'done', output: 'letter.en.md' })] })
  expect(screen.getByText('no text to translate was found')).toBeTruthy()
})

test('a problem before the page subscribed is shown', async () => {
  const notice = { code: 'store_damaged', message: 'The store is damaged.', hint: 'Move it away.' }
  await start({ notice })
  expect(screen.getByRole('alert').dataset.code).toBe('store_damaged')
  await fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }))
  expect(screen.queryByRole('alert')).toBeNull()
})

test('a detected language is shown as a hint only', async () => {
  const { setRowPair } = await start({ rows: [row({ looks_like: 'ja' }), row({ id: 2, looks_like: 'de' })] })
  expect(screen.getAllByText(/Detected:/).map((one) => one.textContent)).toEqual(['Detected: Japanese'])
  expect(setRowPair).not.toHaveBeenCalled()
  // Japanese is no source of these models: there is nothing to switch to.
  expect(screen.queryByText('Translate from Japanese')).toBeNull()
})

test('a document can be translated from its detected language', async () => {
  const { setRowPair } = await start({ rows: [row({ looks_like: 'en', state: 'translating' })] })
  await fireEvent.click((await document()).getByRole('button', { name: 'Translate from English' }))
  expect(setRowPair).toHaveBeenCalledWith(1, { from: 'en', to: 'de' })
})

test('all documents can be paused and resumed at once', async () => {
  const { pause, resume, emit } = await start({
    rows: [row(), row({ id: 2, name: 'done.md', state: 'done' })],
  })
  const all = within(screen.getByRole('group', { name: 'All documents' }))
  expect(all.getByText('1 / 2 done')).toBeTruthy()
  expect(all.queryByRole('button', { name: 'Resume all' })).toBeNull()
  await fireEvent.click(all.getByRole('button', { name: 'Pause all' }))
  emit({ type: 'row', row: row({ state: 'paused', done: 3, total: 9 }) })
  await fireEvent.click(await all.findByRole('button', { name: 'Resume all' }))
  expect([pause, resume].map((command) => command.mock.calls)).toEqual([[[null]], [[null]]])
  expect((await document()).getByText('3 / 9 segments')).toBeTruthy()
  await fireEvent.click((await document()).getByRole('button', { name: 'Resume' }))
  expect(resume).toHaveBeenLastCalledWith(1)
})

const DONE = [
  row({ id: 1, name: 'review.md', state: 'done', to_review: 2 }),
  row({ id: 2, name: 'draft.md', state: 'done', drafts: 1 }),
  row({ id: 3, name: 'done.md', state: 'done' }),
  row({ id: 4, name: 'cancelled.md', state: 'cancelled' }),
  row({ id: 5, name: 'failed.md', state: 'failed' }),
]

test('clearing spares what is still to be done, and can be undone', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  const { remove, emit } = await start({ rows: DONE })
  const listed = () => [...globalThis.document.querySelectorAll('.row')].map((item) => item.ariaLabel)
  const clear = () => fireEvent.click(screen.getByRole('button', { name: 'Clear done' }))
  await clear()
  expect(listed()).toEqual(['failed.md', 'review.md', 'draft.md'])
  expect(screen.queryByRole('button', { name: 'Clear done' })).toBeNull()
  await fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(listed()).toHaveLength(5)
  await vi.advanceTimersByTimeAsync(UNDO_MS)
  expect(remove).not.toHaveBeenCalled()
  await clear()
  await vi.advanceTimersByTimeAsync(UNDO_MS)
  expect(remove.mock.calls).toEqual([[3], [4]])
  for (const id of [3, 4]) emit({ type: 'gone', id })
  await vi.waitFor(() => expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull())
  vi.useRealTimers()
})

test('documents are listed by what is to be done', async () => {
  await start({ rows: [...DONE, row({ id: 6, name: 'waiting.md' })] })
  const groups = screen.getAllByRole('list').filter((list) => list.getAttribute('aria-labelledby')?.startsWith('group-'))
  const names = groups.map((group) => within(group).getAllByRole('listitem').map((item) => item.ariaLabel))
  expect(names).toEqual([['failed.md', 'waiting.md'], ['review.md'], ['draft.md', 'done.md', 'cancelled.md']])
})

test('a document in another language waits for an answer', async () => {
  const held = row({ state: 'held', looks_like: 'en' })
  const { resume, setRowPair } = await start({ rows: [held, row({ id: 2, name: 'brief.md', state: 'held', looks_like: 'ja' })] })
  const first = await document()
  expect(first.getByText('This looks like English, not German. Translate it from English?')).toBeTruthy()
  await fireEvent.click(first.getByRole('button', { name: 'Translate from English' }))
  expect(setRowPair).toHaveBeenCalledWith(1, { from: 'en', to: 'de' })
  const second = await document('brief.md')
  expect(second.getByText('This looks like Japanese, which no model here translates.')).toBeTruthy()
  await fireEvent.click(second.getByRole('button', { name: 'It is German' }))
  expect(resume).toHaveBeenCalledWith(2)
})

test('a document that is added is shown, whatever page is open', async () => {
  const { emit } = await start()
  const shown: string[] = []
  Element.prototype.scrollIntoView = function () {
    shown.push(this.ariaLabel ?? '')
  }
  await fireEvent.keyDown(window, { key: ',', ctrlKey: true })
  for (const [index, name] of ['a.md', 'b.md'].entries()) emit({ type: 'row', row: row({ id: index + 1, name }) })
  await document('b.md')
  expect(shown, 'the first of several').toEqual(['a.md'])
})

test('documents of the last time are offered once', async () => {
  const rows = [row({ state: 'interrupted' }), row({ id: 2, state: 'interrupted' })]
  const { resume } = await start({ rows })
  const offer = within(screen.getByRole('region', { name: 'Unfinished documents' }))
  expect(offer.getByText('Resume 2 documents?')).toBeTruthy()
  await fireEvent.click(offer.getByRole('button', { name: 'Resume' }))
  expect(resume).toHaveBeenCalledWith(null)
  await fireEvent.click(offer.getByRole('button', { name: 'Not now' }))
  expect(screen.queryByRole('region', { name: 'Unfinished documents' })).toBeNull()
  expect(screen.getByRole('button', { name: 'Resume all' })).toBeTruthy()
})

test('a finished document can be opened, shown and removed', async () => {
  const { emit, open, reveal, remove } = await start({ rows: [row({ state: 'translating' })] })
  const terms = { met: 3, missed: 1 }
  const left_alone = { 'svg-text': 2, 'of-a-new-kind': 1 }
  const done = row({ state: 'done', done: 3, total: 3, to_review: 2, terms, output: 'letter.en.md', left_alone })
  emit({ type: 'row', row: done })
  await screen.findByText('Needs review: 2')
  const { getByRole, getByText } = await document()
  expect(getByText('letter.en.md')).toBeTruthy()
  expect(getByText('3 of 4 glossary terms used')).toBeTruthy()
  const left = getByText('3 text places left as they are')
  expect(left.title).toBe('2 texts in SVG pictures, 1 of-a-new-kind')
  expect(getByText('Needs review: 2')).toBeTruthy()
  expect(screen.getByRole('status').textContent).toBe('letter.md is translated')
  await fireEvent.click(getByRole('button', { name: 'Open' }))
  await fireEvent.click(getByRole('button', { name: 'Show in folder' }))
  await fireEvent.click(getByRole('button', { name: 'Remove from the list' }))
  expect([open, reveal, remove].map((command) => command.mock.calls)).toEqual([[[1]], [[1]], [[1]]])
  emit({ type: 'gone', id: 1 })
  expect(await screen.findByText('Drop documents or folders here')).toBeTruthy()
  expect(screen.queryByRole('listitem', { name: 'letter.md' })).toBeNull()
})

test('a failed document says why and can be tried again', async () => {
  const problem = { code: 'not_text', message: 'Not text.', hint: 'Save it as UTF-8.' }
  const { resume } = await start({ rows: [row({ state: 'failed', problem })] })
  const { getByRole } = await document()
  expect(getByRole('alert').dataset.code).toBe('not_text')
  await fireEvent.click(getByRole('button', { name: 'Retry' }))
  await vi.waitFor(() => expect(resume).toHaveBeenCalledWith(1))
})

test('a cancelled document can be tried again', async () => {
  const { resume } = await start({ rows: [row({ state: 'cancelled' })] })
  await fireEvent.click((await document()).getByRole('button', { name: 'Retry' }))
  await vi.waitFor(() => expect(resume).toHaveBeenCalledWith(1))
})

test('a name is text, whatever it holds', async () => {
  await start({ rows: [row({ name: '<img src=x>.txt' })] })
  const name = screen.getByText('<img src=x>.txt')
  expect(name.querySelector('img')).toBeNull()
})

test('the tabs move with the arrow keys', async () => {
  await start()
  const documents = screen.getByRole('tab', { name: 'Documents' })
  expect(documents.getAttribute('aria-selected')).toBe('true')
  documents.focus()
  await fireEvent.keyDown(documents, { key: 'ArrowLeft' })
  const text = screen.getByRole('tab', { name: 'Text' })
  expect(text.getAttribute('aria-selected')).toBe('true')
  expect(text.ownerDocument.activeElement).toBe(text)
})

test('Ctrl+1 goes back to writing', async () => {
  await start()
  zone().focus()
  await fireEvent.keyDown(zone(), { key: '1', ctrlKey: true })
  const editor = await screen.findByRole('textbox')
  expect(editor.ownerDocument.activeElement).toBe(editor)
})
