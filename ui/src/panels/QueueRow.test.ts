import { fireEvent, render, screen, within } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import App from '../App.svelte'
import { row, rust } from '../testing'

async function start(rest = {}) {
  const backend = rust(rest)
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  return backend
}

const document = async (name = 'letter.md') => within(await screen.findByRole('listitem', { name }))

const COLUMNS = [
  { title: 'id', sample: '1', chosen: false },
  { title: '', sample: 'Rotes Haus', chosen: true },
]

test('a table asks for its columns before it starts', async () => {
  const { emit, chooseColumns, resume } = await start({ rows: [row({ state: 'held', columns: COLUMNS })] })
  const { getByRole, getByText } = await document()
  expect(getByText('Which columns?')).toBeTruthy()
  const boxes = within(getByRole('group', { name: 'Translate which columns?' })).getAllByRole<HTMLInputElement>('checkbox')
  expect(boxes.map((box) => [box.closest('label')?.textContent?.trim(), box.checked])).toEqual([
    ['id 1', false],
    ['Column 2 Rotes Haus', true],
  ])
  await fireEvent.click(boxes[0]!)
  expect(chooseColumns).toHaveBeenCalledWith(1, [0, 1])
  const translate = getByRole<HTMLButtonElement>('button', { name: 'Translate' })
  emit({ type: 'row', row: row({ state: 'held', columns: COLUMNS.map((column) => ({ ...column, chosen: false })) }) })
  await vi.waitFor(() => expect(translate.disabled, 'without columns').toBe(true))
  emit({ type: 'row', row: row({ state: 'held', columns: COLUMNS }) })
  await vi.waitFor(() => expect(translate.disabled).toBe(false))
  await fireEvent.click(translate)
  expect(resume).toHaveBeenCalledWith(1)
})

test('several tables start together, those in another language stay', async () => {
  const held = { state: 'held', columns: COLUMNS } as const
  const { resume } = await start({ rows: [1, 2, 3].map((id) => row({ id, ...held, ...(id === 3 && { looks_like: 'ja' }) })) })
  expect(screen.getByText('This looks like Japanese, which no model here translates.')).toBeTruthy()
  expect(screen.getByRole('button', { name: 'It is German' })).toBeTruthy()
  await fireEvent.click(screen.getByRole('button', { name: 'Translate 2 tables' }))
  expect(resume.mock.calls).toEqual([[1], [2]])
})

test('a table that is done is translated again with other columns', async () => {
  const done = row({ state: 'done', total: 3, output: 'letter.en.csv', columns: COLUMNS })
  const { chooseColumns, correctionsAtRisk, resume } = await start({ rows: [done, row({ id: 2, name: 'a.txt', state: 'done' })] })
  expect(screen.getAllByRole('button', { name: 'Choose columns…' }), 'of tables').toHaveLength(1)
  const { getByRole, getAllByRole, findByText, queryByRole } = await document()
  const open = () => fireEvent.click(getByRole('button', { name: 'Choose columns…' }))
  const again = () => getAllByRole<HTMLButtonElement>('button', { name: 'Translate again' }).at(-1)!
  await open()
  const [first] = getAllByRole('checkbox')
  expect(first!.ownerDocument.activeElement).toBe(first)
  expect(again().disabled, 'they are as before').toBe(true)
  await fireEvent.keyDown(first!, { key: 'Escape' })
  expect(queryByRole('group', { name: 'Translate which columns?' })).toBeNull()
  await open()
  await fireEvent.click(getAllByRole('checkbox')[0]!)
  await fireEvent.click(again())
  await vi.waitFor(() => expect(resume).toHaveBeenCalledWith(1))
  expect(chooseColumns).toHaveBeenCalledExactlyOnceWith(1, [0, 1])

  correctionsAtRisk.mockResolvedValue(2)
  await open()
  await fireEvent.click(getAllByRole('checkbox')[0]!)
  await fireEvent.click(again())
  await findByText(/^2 corrections may be lost/)
  await fireEvent.click(getByRole('button', { name: 'Keep' }))
  expect([chooseColumns, resume].map((command) => command.mock.calls.length)).toEqual([1, 1])
  await fireEvent.click(getByRole('button', { name: 'Translate again' }))
  await findByText(/^2 corrections may be lost/)
  await fireEvent.click(again())
  expect(resume).toHaveBeenCalledTimes(2)
})

test('a finished document is exported', async () => {
  const { exportBeside, exportDocument, reveal } = await start({ rows: [row({ state: 'done', total: 3, output: 'letter.en.md' })] })
  const { getByRole, findByText, queryByRole, queryByText } = await document()
  await fireEvent.click(getByRole('button', { name: 'Export' }))
  const beside = getByRole('button', { name: 'Bilingual page beside the translation' })
  expect(beside.ownerDocument.activeElement).toBe(beside)
  await fireEvent.click(beside)
  expect(exportBeside).toHaveBeenCalledWith(1)
  expect(await findByText('Written: letter.en.md.de-en.html')).toBeTruthy()
  await fireEvent.click(within(getByRole('group', { name: 'Export letter.md' })).getByRole('button', { name: 'Show in folder' }))
  expect(reveal).toHaveBeenCalledWith(1)
  await fireEvent.click(getByRole('button', { name: 'Bilingual page as…' }))
  expect(exportDocument).toHaveBeenCalledWith(1, 'bilingual', 'Bilingual page')
  expect(queryByText(/^Written/), 'the dialog was closed').toBeNull()
  exportDocument.mockRejectedValueOnce({ code: 'exists', message: 'There is one: a.tmx', hint: '' })
  await fireEvent.click(getByRole('button', { name: 'Translation memory (TMX) as…' }))
  expect(exportDocument).toHaveBeenLastCalledWith(1, 'memory', 'Translation memory')
  expect(await screen.findByRole('alert')).toBeTruthy()
  await fireEvent.click(getByRole('button', { name: 'Export' }))
  expect(queryByRole('group', { name: 'Export letter.md' })).toBeNull()
})
