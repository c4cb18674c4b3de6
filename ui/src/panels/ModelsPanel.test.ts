import { fireEvent, render, screen, within } from '@testing-library/svelte'
import { beforeEach, expect, test, vi } from 'vitest'
import App from '../App.svelte'
import type { Models, Snapshot } from '../bridge'
import { READY, models, row, rust, rustModels, set, snapshot } from '../testing'

// jsdom has no modal dialogs.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function (this: HTMLDialogElement) {
    this.open = true
  }
})

const PAIR = { from: 'de', to: 'en' }

const STARTER = {
  name: 'starter-large',
  role: 'large',
  languages: ['de', 'en'],
  licence: 'MIT',
  repository: null,
  commit: null,
  base: null,
  bits: 'q8',
  bytes: 4e6,
  built_in: true,
  broken: null,
}
const MINE = { ...STARTER, name: 'mine', built_in: false, repository: 'org/mine', commit: '0123456789', bytes: 2e9 }

async function start(rest: Partial<Models> = {}, present: Partial<Snapshot> = {}) {
  const window = rust(present)
  const backend = { ...window, ...rustModels(window.emit, rest) }
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  await fireEvent.keyDown(globalThis.window, { key: '3', ctrlKey: true })
  await screen.findByRole('heading', { name: 'Sets' })
  return backend
}

const demonstrates = {
  offer: { pairs: [PAIR], demonstrations: [PAIR], languages: models().languages },
}

test('the built-in models say that they only demonstrate, and lead to real ones', async () => {
  const backend = rust(demonstrates)
  rustModels(backend.emit)
  render(App)
  const banner = within(await screen.findByRole('region', { name: 'Demonstration' }))
  await fireEvent.click(banner.getByRole('button', { name: 'Get models…' }))
  expect(screen.getByRole('button', { name: 'Models' }).ariaCurrent).toBe('page')
  expect(screen.queryByRole('region', { name: 'Demonstration' })).toBeNull()
  expect(await screen.findByRole('heading', { name: 'Get models that translate' })).toBeTruthy()
  // Real models say nothing of the kind.
  backend.emit({
    type: 'engine',
    engine: { state: 'loading', stage: 'reading', done: 0, total: 0 },
    offer: { ...demonstrates.offer, demonstrations: [] },
    pair: PAIR,
  })
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  expect(screen.queryByRole('region', { name: 'Demonstration' })).toBeNull()
})

test('a document that built-in models translated says so', async () => {
  await start({}, { rows: [row({ state: 'done', total: 1, output: 'a.txt', demonstration: true })] })
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  await fireEvent.click(screen.getByRole('button', { name: 'Demonstration' }))
  expect(screen.getByRole('heading', { name: 'Sets' })).toBeTruthy()
})

test('the welcome goes once there are real models', async () => {
  const { emit } = await start({ installed: [STARTER] })
  expect(screen.getByText('For this computer')).toBeTruthy()
  emit({ type: 'models', models: models({ installed: [MINE, STARTER] }) })
  await vi.waitFor(() =>
    expect(screen.queryByRole('heading', { name: 'Get models that translate' })).toBeNull(),
  )
  expect(screen.queryByText('For this computer')).toBeNull()
})

test('what is loaded and how much memory and disk it takes', async () => {
  const { revealModels } = await start({ disk_used: 2e9 })
  const memory = within(screen.getByRole('region', { name: 'Memory and disk' }))
  expect(memory.getByText(/3 GB of GPU memory, Test GPU/)).toBeTruthy()
  expect(memory.getByText(/2 GB used by models/)).toBeTruthy()
  await fireEvent.click(memory.getByRole('button', { name: 'Show folder' }))
  expect(revealModels).toHaveBeenCalledOnce()
})

test('sets that know the current pair come first, and one that fits is recommended', async () => {
  const tight = set({ id: 'tight', title: 'Tight', fit: { ...set().fit!, verdict: 'tight' } })
  const french = set({ id: 'french', title: 'French', languages: ['fr', 'en'] })
  await start({ sets: [french, tight, set()] })
  const cards = within(screen.getByRole('region', { name: 'Sets' })).getAllByRole('heading', { level: 3 })
  expect(cards.map((card) => card.textContent?.trim().split(/\s{2,}|\n/)[0])).toEqual(['Tight', expect.stringContaining('Europe'), 'French'])
  expect(cards[1]?.textContent).toContain('For this computer')
})

test('sets are read again once the engine is loaded, which measures for estimates', async () => {
  const { emit, models: read } = await start({}, { engine: { state: 'loading', stage: 'reading', done: 0, total: 0 } })
  expect(read).toHaveBeenCalledOnce()
  const { offer, pair } = snapshot()
  emit({ type: 'engine', engine: { state: 'loading', stage: 'uploading', done: 1, total: 2 }, offer, pair })
  emit({ type: 'engine', engine: READY, offer, pair })
  await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(2))
})

test('single models for weak computers have a list of their own', async () => {
  await start({ sets: [set(), set({ id: 'small', title: 'Small', single: true })] })
  const single = within(screen.getByRole('region', { name: 'Single models' }))
  expect(single.getByText('Small')).toBeTruthy()
  expect(single.queryByText('Europe')).toBeNull()
})

test('a download of an earlier run is at the top, and no card moves while it is looked at', async () => {
  const small = set({ id: 'small', title: 'Small', single: true })
  const state = { state: 'paused', done: 1e9, total: 5e9 } as const
  const { emit } = await start({ sets: [set(), small], works: [{ id: 'small', title: 'Small', state }] })
  const begun = within(await screen.findByRole('region', { name: 'In progress' }))
  expect(begun.getByText('Small')).toBeTruthy()
  expect(screen.queryByRole('region', { name: 'Single models' })).toBeNull()
  emit({ type: 'work', work: { id: 'europe', title: 'Europe', state } })
  emit({ type: 'work_gone', id: 'small' })
  await vi.waitFor(() => expect(screen.getAllByText('Paused')).toHaveLength(1))
  expect(begun.getByText('Small')).toBeTruthy()
  expect(begun.queryByText('Europe')).toBeNull()
})

test('models of another program are looked for while the page is open', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  const { lookAtModels } = await start()
  await vi.advanceTimersByTimeAsync(5000)
  expect(lookAtModels).toHaveBeenCalledOnce()
  await fireEvent.keyDown(window, { key: '1', ctrlKey: true })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(lookAtModels).toHaveBeenCalledOnce()
  vi.useRealTimers()
})

test('an installed model shows where it comes from, and is removed after a question', async () => {
  const { removeModel } = await start({ installed: [MINE, STARTER] })
  const mine = within(screen.getByRole('listitem', { name: 'mine' }))
  expect(mine.getByText('org/mine, commit 0123456')).toBeTruthy()
  await fireEvent.click(mine.getByRole('button', { name: 'Remove mine' }))
  expect(mine.getByText('Remove mine and free 2 GB?')).toBeTruthy()
  const keep = mine.getByRole('button', { name: 'Keep' })
  expect(keep.ownerDocument.activeElement).toBe(keep)
  await fireEvent.click(mine.getByRole('button', { name: 'Remove' }))
  expect(removeModel).toHaveBeenCalledWith('mine')
  const starter = within(screen.getByRole('listitem', { name: 'starter-large' }))
  expect(starter.queryByRole('button')).toBeNull()
})

test('a broken model says why', async () => {
  await start({ installed: [{ ...MINE, broken: 'model.safetensors is missing' }] })
  expect(screen.getByText('model.safetensors is missing')).toBeTruthy()
})

test('a pair gets other models by its menu, which waits for the answer', async () => {
  const choice = (id: string) => ({ id, label: id, sum: 'L', demonstration: id === 'built-in' })
  const recipes = [{ pair: PAIR, current: 'built-in', choices: [choice('europe'), choice('built-in')] }]
  const { setRecipe, emit } = await start({ recipes })
  const menu = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Models for German → English' })
  expect(within(menu.closest('li')!).getByText('Demonstration')).toBeTruthy()
  await fireEvent.change(menu, { target: { value: 'europe' } })
  expect(setRecipe).toHaveBeenCalledWith(PAIR, 'europe')
  expect(menu.value).toBe('built-in')
  emit({ type: 'models', models: models({ recipes: [{ ...recipes[0]!, current: 'europe' }] }) })
  await vi.waitFor(() => expect(menu.value).toBe('europe'))
})

test('of many pairs those of a language are found', async () => {
  const choices = [{ id: 'L', label: 'L', sum: 'L', demonstration: false }]
  const codes = Array.from({ length: 20 }, (_, index) => `x${index}`)
  const recipes = codes.map((to) => ({ pair: { from: 'de', to }, current: 'L', choices }))
  await start({ recipes })
  const list = within(screen.getByRole('region', { name: 'What translates each pair' }))
  expect(list.getAllByRole('combobox')).toHaveLength(12)
  expect(list.getByText('and 8 more pairs')).toBeTruthy()
  await fireEvent.input(list.getByRole('searchbox'), { target: { value: 'x19' } })
  expect(list.getByRole('combobox', { name: 'Models for German → x19' })).toBeTruthy()
})

test('found models and files of the user’s own are imported after a question', async () => {
  const found = { id: '1', name: 'qwen.gguf', program: 'lm_studio', bytes: 2e9, set: null, problem: null } as const
  const { chooseFound, chooseModelFile, chooseModelFolder, importModel, emit } = await start({
    found: [found, { ...found, id: '2', name: 'odd.gguf', problem: 'unsupported' }],
  })
  await fireEvent.click(within(screen.getByRole('listitem', { name: 'qwen.gguf' })).getByRole('button'))
  expect(chooseFound).toHaveBeenCalledWith('1')
  const odd = within(screen.getByRole('listitem', { name: 'odd.gguf' }))
  expect(odd.getByRole<HTMLButtonElement>('button').disabled).toBe(true)
  expect(odd.getByText('unsupported')).toBeTruthy()
  await fireEvent.click(screen.getByRole('button', { name: 'GGUF file…' }))
  await fireEvent.click(screen.getByRole('button', { name: 'Model folder…' }))
  expect(chooseModelFile).toHaveBeenCalledOnce()
  expect(chooseModelFolder).toHaveBeenCalledOnce()

  const candidate = { id: 7, name: 'qwen', file: 'qwen.gguf', source_bytes: 2e9, import_bytes: 2.1e9 }
  emit({ type: 'candidate', candidate: { ...candidate, languages: [], role: 'large', licence: null, adapter: null, problem: null } })
  const dialog = within(await screen.findByRole('dialog', { name: 'Import a model' }))
  expect(dialog.getByText(/repacked copy of 2.1 GB/)).toBeTruthy()
  const done = dialog.getByRole<HTMLButtonElement>('button', { name: 'Import' })
  expect(done.disabled, 'its languages are unknown').toBe(true)
  const add = dialog.getByRole('combobox', { name: 'Languages that it knows' })
  for (const code of ['de', 'en']) await fireEvent.change(add, { target: { value: code } })
  expect(done.disabled).toBe(false)
  const name = dialog.getByRole('textbox', { name: 'Name' })
  await fireEvent.input(name, { target: { value: '../qwen' } })
  expect(done.disabled, 'not a name').toBe(true)
  await fireEvent.input(name, { target: { value: 'qwen-2' } })
  await fireEvent.click(done)
  expect(importModel).toHaveBeenCalledWith(7, 'qwen-2', 'large', ['de', 'en'], null)
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('an adapter is imported over one of the models that it fits', async () => {
  const { importModel, dismissCandidate, emit } = await start({ installed: [{ ...MINE, base: 'large' }] })
  expect(within(screen.getByRole('listitem', { name: 'mine' })).getByText('LoRA adapter of large')).toBeTruthy()
  const bases = [
    { name: 'large', languages: ['de', 'en'] },
    { name: 'other', languages: ['ja', 'en'] },
  ]
  const candidate = { id: 4, name: 'letters', file: 'letters', source_bytes: 2e7, import_bytes: 4e7, languages: [], role: 'large', licence: null, problem: null }
  emit({ type: 'candidate', candidate: { ...candidate, adapter: { bases, base_name: 'org/Large' } } })
  const dialog = within(await screen.findByRole('dialog', { name: 'Import a LoRA adapter' }))
  expect(dialog.getByText(/^Its files name org\/Large/)).toBeTruthy()
  const base = dialog.getByRole<HTMLSelectElement>('combobox', { name: /^Base/ })
  expect([base.value, dialog.getByText('Those of its base.')]).toEqual(['large', expect.anything()])
  expect(dialog.getByRole('button', { name: 'Remove German' })).toBeTruthy()
  await fireEvent.change(base, { target: { value: 'other' } })
  await fireEvent.click(dialog.getByRole('button', { name: 'Import' }))
  expect(importModel).toHaveBeenCalledWith(4, 'letters', 'large', ['ja', 'en'], 'other')

  emit({ type: 'candidate', candidate: { ...candidate, id: 5, adapter: { bases: [], base_name: null } } })
  const none = within(await screen.findByRole('dialog', { name: 'This adapter cannot be imported' }))
  expect(none.getByRole('alert').textContent).toContain('None of the installed models is its base.')
  await fireEvent.click(none.getByRole('button', { name: 'Close' }))
  expect(dismissCandidate).toHaveBeenCalledWith(5)
})

test('a file that is no model says why, and the question can be closed', async () => {
  const problem = { code: 'model', message: 'Not a GGUF file.', hint: 'Choose another.' }
  const candidate = { id: 3, name: '', file: 'a.gguf', source_bytes: 0, import_bytes: 0, languages: [], role: 'large', licence: null, adapter: null, problem }
  const { emit, dismissCandidate, models: read } = await start()
  await fireEvent.keyDown(window, { key: '1', ctrlKey: true })
  read.mockImplementation(async () => emit({ type: 'models', models: models({ candidate }) }))
  emit({ type: 'candidate', candidate })
  const dialog = within(await screen.findByRole('dialog', { name: 'This model cannot be imported' }))
  expect(screen.getByRole('button', { name: 'Models' }).ariaCurrent).toBe('page')
  expect(dialog.getByRole('alert').dataset.code).toBe('model')
  // fireEvent returns false where the default, which closes a dialog, is prevented.
  expect(await fireEvent.keyDown(globalThis.window, { key: 'Escape' })).toBe(true)
  await fireEvent.click(dialog.getByRole('button', { name: 'Close' }))
  expect(dismissCandidate).toHaveBeenCalledWith(3)
})

test('a model held over the window brings up this page and lights its zone', async () => {
  const { emit } = await start()
  await fireEvent.keyDown(window, { key: '1', ctrlKey: true })
  emit({ type: 'drag', over: 'models' })
  expect(await screen.findByText('Release to import')).toBeTruthy()
})

test('models that need too much memory lead here', async () => {
  const problem = { code: 'out_of_memory', message: 'Out of GPU memory.', hint: 'Choose smaller models.' }
  await start({}, { engine: { state: 'failed', problem } })
  for (const key of ['1', '2']) {
    await fireEvent.keyDown(window, { key, ctrlKey: true })
    await fireEvent.click(screen.getByRole('button', { name: 'Choose other models…' }))
    expect(screen.getByRole('heading', { name: 'Sets' })).toBeTruthy()
  }
})
