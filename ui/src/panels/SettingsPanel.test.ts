import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import App from '../App.svelte'
import * as bridge from '../bridge-settings'
import { DEFAULTS } from '../settings.svelte'
import { models, row, rust, rustModels } from '../testing'

const PAIR = { from: 'de', to: 'en' }

async function start(page: string, rest = {}) {
  const backend = rust(rest)
  rustModels(backend.emit, models())
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  await fireEvent.keyDown(window, { key: ',', ctrlKey: true })
  await fireEvent.click(screen.getByRole('button', { name: page }))
  return backend
}

test('the gear opens the settings, and Escape leaves them', async () => {
  await start('General')
  expect(screen.getByRole('region', { name: 'General' })).toBeTruthy()
  await fireEvent.keyDown(window, { key: 'Escape' })
  expect(await screen.findByRole('textbox', { name: 'Text in German' })).toBeTruthy()
  await fireEvent.click(screen.getByRole('button', { name: 'Settings' }))
  await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe('General'))
})

test('the language of the window changes at once, and is stored', async () => {
  const { setPreferences } = await start('General')
  const menu = screen.getByRole('combobox', { name: 'Language of the window' })
  await fireEvent.change(menu, { target: { value: 'de' } })
  expect(setPreferences).toHaveBeenCalledWith({ ...DEFAULTS, language: 'de' })
  expect(screen.getByRole('button', { name: 'Ausgangssprache: Deutsch' })).toBeTruthy()
  expect(document.documentElement.lang).toBe('de')
  await fireEvent.change(menu, { target: { value: 'ja' } })
  expect(screen.getByRole('button', { name: '翻訳元の言語：ドイツ語' })).toBeTruthy()
  await fireEvent.change(menu, { target: { value: '' } })
  expect(document.documentElement.lang).toBe('en')
})

test('colours, size of text, quality and the question before closing are stored', async () => {
  const { setPreferences } = await start('General')
  await fireEvent.click(screen.getByRole('radio', { name: 'Dark' }))
  await fireEvent.click(screen.getByRole('radio', { name: /^Best/ }))
  await fireEvent.click(screen.getByRole('checkbox', { name: /^Ask before closing/ }))
  await fireEvent.keyDown(window, { key: '+', ctrlKey: true })
  const changed = { ...DEFAULTS, theme: 'dark', quality: 'best', confirm_close: false, text_size: 115 }
  expect(setPreferences).toHaveBeenLastCalledWith(changed)
  expect(document.documentElement.dataset.theme).toBe('dark')
  await fireEvent.keyDown(window, { key: '0', ctrlKey: true })
  await fireEvent.keyDown(window, { key: '-', ctrlKey: true })
  expect(setPreferences).toHaveBeenLastCalledWith({ ...changed, text_size: 100 })
})

test('names of translations and the last text at the start are chosen', async () => {
  const { setPreferences } = await start('General')
  await fireEvent.click(screen.getByRole('radio', { name: 'report.docx becomes report_de.docx' }))
  await fireEvent.click(screen.getByRole('checkbox', { name: /^Start with the last text/ }))
  expect(setPreferences).toHaveBeenLastCalledWith({ ...DEFAULTS, names: 'underscore', last_session: true })
})

test('the speed of the pair is measured', async () => {
  const measure = vi.spyOn(bridge, 'measureSpeed').mockResolvedValue(41.7)
  await start('Hardware')
  await fireEvent.click(screen.getByRole('button', { name: 'Measure the speed' }))
  expect(await screen.findByText('German → English: 42 tokens/s')).toBeTruthy()
  expect(measure).toHaveBeenCalledOnce()
})

test('one switch turns the history off, and a button removes it', async () => {
  vi.spyOn(bridge, 'places').mockResolvedValue([])
  const { setPreferences, forgetText } = await start('Privacy')
  await fireEvent.click(screen.getByRole('checkbox', { name: /^Keep a history of typed texts/ }))
  expect(setPreferences).toHaveBeenLastCalledWith({ ...DEFAULTS, history: false })
  await fireEvent.click(screen.getByRole('button', { name: 'Clear the history…' }))
  await fireEvent.click(screen.getByRole('button', { name: 'Delete' }))
  expect(forgetText).toHaveBeenCalledWith(null)
})

test('the folder of translations is chosen, and given up', async () => {
  await start('General')
  const choose = vi.spyOn(bridge, 'chooseOutputFolder').mockResolvedValue('/home/me/out')
  const clear = vi.spyOn(bridge, 'clearOutputFolder').mockResolvedValue()
  await fireEvent.click(screen.getByRole('button', { name: 'Choose…' }))
  expect(await screen.findByText('/home/me/out')).toBeTruthy()
  expect(choose).toHaveBeenCalledWith('Folder of translations')
  await fireEvent.click(screen.getByRole('button', { name: 'Beside the originals' }))
  await waitFor(() => expect(screen.queryByText('/home/me/out')).toBeNull())
  expect(clear).toHaveBeenCalledOnce()
})

test('terms are found, added, changed, removed, imported and exported', async () => {
  let terms = [
    { source: 'Haus', target: 'house' },
    { source: 'Vertrag', target: 'agreement' },
  ]
  vi.spyOn(bridge, 'terms').mockImplementation(async () => terms)
  const add = vi.spyOn(bridge, 'addTerm').mockResolvedValue()
  const remove = vi.spyOn(bridge, 'removeTerms').mockResolvedValue(1)
  const importTerms = vi.spyOn(bridge, 'importTerms').mockResolvedValue(3)
  const exportTerms = vi.spyOn(bridge, 'exportTerms').mockResolvedValue(null)
  await start('Glossary')
  await screen.findByText('Vertrag')
  await fireEvent.input(screen.getByRole('searchbox', { name: 'Find a term' }), { target: { value: 'HOUSE' } })
  expect(screen.queryByText('Vertrag')).toBeNull()
  await fireEvent.click(screen.getByRole('button', { name: 'Edit Haus' }))
  await fireEvent.input(screen.getByRole('textbox', { name: 'Translation' }), { target: { value: 'home' } })
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }))
  expect(add).toHaveBeenCalledWith(PAIR, { source: 'Haus', target: 'home' }, 'Haus')
  terms = []
  await fireEvent.click(await screen.findByRole('button', { name: 'Remove Haus' }))
  expect(remove).toHaveBeenCalledWith(PAIR, 'Haus')
  expect(await screen.findByText('There are no terms for these languages yet.')).toBeTruthy()
  await fireEvent.click(screen.getByRole('button', { name: 'Import…' }))
  expect(await screen.findAllByText('3 terms imported'), 'shown and said').toHaveLength(2)
  expect(importTerms).toHaveBeenCalledWith(PAIR, 'Glossary to import')
  expect(exportTerms).not.toHaveBeenCalled()
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Add term' }).disabled).toBe(true)
})

test('the memory is searched, corrected and cleared', async () => {
  const unit = { source: 'Guten Tag', target: 'Good day', origin: 'edited' as const, uses: 2, used_s: 1_790_000_000 }
  vi.spyOn(bridge, 'memoryPairs').mockResolvedValue([{ pair: PAIR, units: 1 }])
  const search = vi.spyOn(bridge, 'searchMemory').mockResolvedValue([unit])
  const edit = vi.spyOn(bridge, 'editUnit').mockResolvedValue()
  const clear = vi.spyOn(bridge, 'clearMemory').mockResolvedValue(1)
  const { setPreferences } = await start('Memory')
  expect(await screen.findByText(/Corrected · .*2026 · used 2 ×/)).toBeTruthy()
  await fireEvent.input(screen.getByRole('searchbox', { name: 'Find a text' }), { target: { value: 'tag' } })
  await waitFor(() => expect(search).toHaveBeenLastCalledWith(PAIR, 'tag'))
  await fireEvent.click(screen.getByRole('button', { name: 'Edit Guten Tag' }))
  await fireEvent.input(screen.getByRole('textbox', { name: 'Translation' }), { target: { value: 'Hello' } })
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }))
  expect(edit).toHaveBeenCalledWith(PAIR, 'Guten Tag', 'Hello')
  await fireEvent.click(await screen.findByRole('button', { name: 'Remove all…' }))
  await fireEvent.click(screen.getByRole('button', { name: 'Remove' }))
  expect(clear).toHaveBeenCalledWith(PAIR)
  await fireEvent.click(screen.getByRole('checkbox', { name: /^Use the translation memory/ }))
  expect(setPreferences).toHaveBeenLastCalledWith({ ...DEFAULTS, memory: false })
})

test('adapters are tested, and one is chosen for the next start', async () => {
  const adapter = {
    name: 'Card',
    kind: 'discrete' as const,
    backend: 'Vulkan',
    driver: 'Mesa',
    half: true,
    lanes: [32, 32] as [number, number],
    largest_buffer: 4e9,
    memory: 8e9,
    shares_memory: false,
    fault: null,
    test_s: 1.25,
  }
  const broken = { ...adapter, lanes: [8, 32] as [number, number], name: 'Other', kind: 'software' as const, memory: null, fault: 'matmul differs' }
  vi.spyOn(bridge, 'adapters').mockResolvedValue([adapter, broken])
  const { setPreferences } = await start('Hardware')
  await fireEvent.click(screen.getByRole('button', { name: 'Test the adapters' }))
  const list = within(await screen.findByRole('list', { name: 'Graphics adapters' }))
  expect(list.getByText('8 GB of memory')).toBeTruthy()
  expect(list.getByText('subgroups of 32') && list.getByText('subgroups of 8 to 32')).toBeTruthy()
  expect(list.getByText('matmul differs')).toBeTruthy()
  await fireEvent.change(screen.getByRole('combobox', { name: 'Adapter to use' }), { target: { value: 'Card' } })
  expect(setPreferences).toHaveBeenCalledWith({ ...DEFAULTS, adapter: 'Card' })
})

test('what is stored where is listed, and one question deletes the texts', async () => {
  vi.spyOn(bridge, 'places').mockResolvedValue([{ kind: 'data', path: '/data', bytes: 2e6 }])
  vi.spyOn(bridge, 'memoryPairs').mockResolvedValue([{ pair: PAIR, units: 4 }])
  const show = vi.spyOn(bridge, 'showPlace').mockResolvedValue()
  const clear = vi.spyOn(bridge, 'clearMemory').mockResolvedValue(4)
  const terms = vi.spyOn(bridge, 'removeTerms').mockResolvedValue(0)
  const rows = [row({ state: 'done' }), row({ id: 2, state: 'translating' })]
  const { remove, forgetText } = await start('Privacy', { rows })
  expect(await screen.findByText('/data · 2 MB')).toBeTruthy()
  await fireEvent.click(screen.getByRole('button', { name: 'Show folder: Your data' }))
  expect(show).toHaveBeenCalledWith('data')
  await fireEvent.click(screen.getByRole('button', { name: 'Delete my texts…' }))
  await fireEvent.click(screen.getByRole('button', { name: 'Delete' }))
  await waitFor(() => expect(terms).toHaveBeenCalledTimes(3))
  expect([remove.mock.calls, clear.mock.calls, forgetText.mock.calls]).toEqual([[[1]], [[PAIR]], [[null]]])
})

test('closing asks while work goes on', async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true
  }
  const { emit, close } = await start('About', { rows: [row({ state: 'translating' })] })
  emit({ type: 'closing', asking: true })
  const question = within(await screen.findByRole('dialog', { name: 'Close Wasan?' }))
  expect(question.getByText(/^1 document is being translated/)).toBeTruthy()
  await fireEvent.click(question.getByRole('button', { name: 'Stay' }))
  expect(screen.queryByRole('dialog')).toBeNull()
  // A later start wants the window, and no longer its end.
  emit({ type: 'closing', asking: true })
  await screen.findByRole('dialog', { name: 'Close Wasan?' })
  emit({ type: 'closing', asking: false })
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  emit({ type: 'closing', asking: true })
  await fireEvent.click(await screen.findByRole('button', { name: 'Close' }))
  expect(close).toHaveBeenCalledOnce()
})

test('F1 lists the keys, and F6 goes through the parts of the window', async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true
  }
  await start('About')
  await fireEvent.keyDown(window, { key: 'F1' })
  const keys = within(screen.getByRole('dialog', { name: 'Keys' }))
  expect(keys.getByText('Next part of the window')).toBeTruthy()
  await fireEvent.click(keys.getByRole('button', { name: 'Close' }))
  screen.getByRole('button', { name: 'Settings' }).focus()
  const parts = []
  for (let step = 0; step < 3; step += 1) {
    await fireEvent.keyDown(window, { key: 'F6' })
    parts.push(document.activeElement?.closest('header, .tabs, .panel, footer')?.localName)
  }
  expect(parts).toEqual(['nav', 'div', 'header'])
})
