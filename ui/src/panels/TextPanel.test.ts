import { fireEvent, render, screen } from '@testing-library/svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import App from '../App.svelte'
import { IDLE_MS } from '../state.svelte'
import { DEFAULTS } from '../settings.svelte'
import { READY, OFFER, rust } from '../testing'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function start(rest = {}) {
  const backend = rust(rest)
  render(App)
  await vi.advanceTimersByTimeAsync(0)
  return backend
}

const editor = () => screen.getByRole<HTMLTextAreaElement>('textbox')
const result = () => document.querySelector('.text')
const type = (value: string) => fireEvent.input(editor(), { target: { value } })
const idle = () => vi.advanceTimersByTimeAsync(IDLE_MS)

test('translates when typing pauses, once', async () => {
  const { translate } = await start()
  await type('Guten')
  await vi.advanceTimersByTimeAsync(IDLE_MS - 1)
  await type('Guten Morgen.')
  await vi.advanceTimersByTimeAsync(IDLE_MS - 1)
  expect(translate).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(translate.mock.calls).toEqual([[1, 'Guten Morgen.']])
})

test('Ctrl+Enter translates at once', async () => {
  const { translate } = await start()
  await type('Hallo')
  await fireEvent.keyDown(editor(), { key: 'Enter', ctrlKey: true })
  await idle()
  expect(translate.mock.calls).toEqual([[1, 'Hallo']])
})

test('does not translate while an input method composes', async () => {
  const { translate } = await start()
  await fireEvent.compositionStart(editor())
  await type('に')
  await fireEvent.keyDown(editor(), { key: 'Enter', ctrlKey: true, isComposing: true })
  await idle()
  expect(translate).not.toHaveBeenCalled()
  await fireEvent.compositionEnd(editor())
  await idle()
  expect(translate.mock.calls).toEqual([[1, 'に']])
})

test('shows the text as it streams, exactly, and only of the latest input', async () => {
  const { emit } = await start()
  await type('eins')
  await idle()
  await type('zwei')
  await idle()
  emit({ type: 'text', seq: 1, text: 'one', doubts: [] })
  await vi.advanceTimersByTimeAsync(0)
  expect(result()?.textContent).not.toContain('one')
  const text = '<b>two</b>\n  & three'
  emit({ type: 'text', seq: 2, text, doubts: [] })
  emit({ type: 'finished', seq: 2, tokens_per_second: 40, sentences: [] })
  await vi.advanceTimersByTimeAsync(0)
  expect(result()?.textContent).toBe(text)
  expect(result()?.querySelector('b')).toBeNull()
  expect(result()?.getAttribute('lang')).toBe('en')
})

test('keeps the old translation, dimmed, until the new one arrives', async () => {
  const { emit } = await start()
  await type('eins')
  await idle()
  emit({ type: 'text', seq: 1, text: 'one', doubts: [] })
  emit({ type: 'finished', seq: 1, tokens_per_second: 1, sentences: [] })
  await type('zwei')
  await idle()
  expect(result()?.textContent).toBe('one')
  expect(result()?.classList).toContain('stale')
  emit({ type: 'text', seq: 2, text: 'two', doubts: [] })
  await vi.advanceTimersByTimeAsync(0)
  expect(result()?.textContent).toBe('two')
  expect(result()?.classList).not.toContain('stale')
})

test('marks uncertain words and lists their other options', async () => {
  const { emit } = await start()
  await type('Bring die Zeichnungen')
  await idle()
  const doubts = [{ start: 10, end: 18, alternatives: ['plans', 'maps'], probability: 0.4 }]
  emit({ type: 'text', seq: 1, text: 'Bring the drawings', doubts })
  await vi.advanceTimersByTimeAsync(0)
  const word = result()?.querySelector('.doubt')
  expect(word?.textContent).toBe('drawings')
  expect(word?.getAttribute('title')).toBe('Low confidence (40%). Other options: plans, maps')
  const button = screen.getByRole('button', { name: '1 uncertain word' })
  await fireEvent.click(button)
  expect(button.getAttribute('aria-expanded')).toBe('true')
  expect(document.getElementById('doubts')?.textContent).toContain('plans, maps')
})

test('Esc stops and keeps what is there', async () => {
  const { emit, stop } = await start()
  await type('eins zwei')
  await idle()
  emit({ type: 'text', seq: 1, text: 'one', doubts: [] })
  await fireEvent.keyDown(window, { key: 'Escape' })
  expect(stop).toHaveBeenCalledOnce()
  emit({ type: 'stopped', seq: 1 })
  await vi.advanceTimersByTimeAsync(0)
  expect(result()?.textContent).toBe('one')
  expect(screen.getByText('Stopped', { selector: 'span' })).toBeTruthy()
})

test('clearing the text stops and clears the translation', async () => {
  const { emit, stop, translate } = await start()
  await type('eins')
  await idle()
  emit({ type: 'text', seq: 1, text: 'one', doubts: [] })
  await fireEvent.click(screen.getByRole('button', { name: 'Clear' }))
  expect(stop).toHaveBeenCalledOnce()
  emit({ type: 'text', seq: 1, text: 'one more', doubts: [] })
  await idle()
  expect(editor().value).toBe('')
  expect(result()?.textContent).toBe('The translation appears here')
  expect(translate).toHaveBeenCalledOnce()
})

test('text can be typed while the models load; Rust translates it when they are ready', async () => {
  const { emit, translate } = await start({
    engine: { state: 'loading', stage: 'uploading', done: 1, total: 4 },
  })
  await type('Hallo')
  await idle()
  expect(translate.mock.calls).toEqual([[1, 'Hallo']])
  expect(screen.getByText('Copy to the GPU').getAttribute('aria-current')).toBe('step')
  emit({ type: 'engine', engine: READY, offer: OFFER, pair: { from: 'de', to: 'en' } })
  emit({ type: 'text', seq: 1, text: 'Hello', doubts: [] })
  await vi.advanceTimersByTimeAsync(0)
  expect(result()?.textContent).toBe('Hello')
  expect(translate).toHaveBeenCalledOnce()
})

test('a failure says what happened and what to do', async () => {
  const { emit, translate } = await start()
  await type('Hallo')
  await idle()
  const problem = { code: 'gpu_lost', message: 'the GPU was lost 3 times in a row', hint: 'Run `wasan gpu`.' }
  emit({ type: 'failed', seq: 1, problem })
  await vi.advanceTimersByTimeAsync(0)
  const card = screen.getByRole('alert')
  expect(card.dataset.code).toBe('gpu_lost')
  for (const said of ['stopped responding.', 'Update the graphics driver', 'lost 3 times', 'Choose an adapter…'])
    expect(card.textContent).toContain(said)
  expect(card.textContent).not.toContain('wasan')
  await fireEvent.click(screen.getByRole('button', { name: 'Translate again' }))
  expect(translate).toHaveBeenLastCalledWith(2, 'Hallo')
})

test('a failed engine can be started again, and translates what is there', async () => {
  const { restart, translate } = await start({
    engine: { state: 'failed', problem: { code: 'no_adapter', message: 'No GPU.', hint: '' } },
  })
  await type('Hallo')
  await fireEvent.click(screen.getByRole('button', { name: 'Start again' }))
  await vi.advanceTimersByTimeAsync(0)
  expect(restart).toHaveBeenCalledOnce()
  expect(translate.mock.calls).toEqual([[1, 'Hallo']])
})

test('announces start and end, never the stream', async () => {
  const { emit } = await start()
  const status = screen.getByRole('status')
  await type('Hallo')
  await idle()
  expect(status.textContent).toBe('Translating')
  emit({ type: 'text', seq: 1, text: 'Hello', doubts: [] })
  await vi.advanceTimersByTimeAsync(0)
  expect(status.textContent).toBe('Translating')
  expect(result()?.closest('[aria-live]')).toBeNull()
  emit({ type: 'finished', seq: 1, tokens_per_second: 1, sentences: [] })
  await vi.advanceTimersByTimeAsync(0)
  expect(status.textContent).toBe('Done')
})

test('Ctrl+Shift+C copies; Paste inserts at the caret', async () => {
  const clipboard = { writeText: vi.fn(async () => {}), readText: vi.fn(async () => ' Welt') }
  vi.stubGlobal('navigator', { languages: ['en'], clipboard })
  const { emit, translate } = await start()
  await type('Hallo')
  await fireEvent.click(screen.getByRole('button', { name: 'Paste' }))
  await idle()
  expect(translate).toHaveBeenLastCalledWith(1, 'Hallo Welt')
  emit({ type: 'text', seq: 1, text: 'Hello world', doubts: [] })
  await fireEvent.keyDown(window, { key: 'C', ctrlKey: true, shiftKey: true })
  expect(clipboard.writeText).toHaveBeenCalledWith('Hello world')
  vi.unstubAllGlobals()
})

test('a detected language is shown as a hint, and one click switches to it', async () => {
  const { detect, setPair, translate } = await start()
  detect.mockResolvedValueOnce('en')
  await type('The house is old.')
  await idle()
  expect(detect).toHaveBeenCalledWith('The house is old.')
  expect(screen.getByText('Detected: English')).toBeTruthy()
  expect(setPair, 'nothing is imposed').not.toHaveBeenCalled()
  detect.mockResolvedValueOnce('en')
  await fireEvent.click(screen.getByRole('button', { name: 'Translate from English' }))
  expect(setPair).toHaveBeenCalledWith({ from: 'en', to: 'de' })
  await vi.advanceTimersByTimeAsync(0)
  expect(translate).toHaveBeenLastCalledWith(2, 'The house is old.')
  expect(screen.queryByText('Detected: English')).toBeNull()
})

test('the detected language of an earlier text is not shown for a later one', async () => {
  const { detect } = await start()
  let answer: (code: string | null) => void = () => {}
  detect.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  await type('The house is old.')
  await idle()
  await type('Das Haus ist alt.')
  await idle()
  answer('en')
  await vi.advanceTimersByTimeAsync(0)
  expect(screen.queryByText(/Detected:/)).toBeNull()
})

test('the language of a text is detected where that is chosen; a short one is in the language chosen last', async () => {
  const { detect, setPair, setPreferences, translate } = await start()
  const from = (name: string) => screen.getByRole('button', { name: `Translate from: ${name}` })
  const choose = async (wanted: string) => {
    await fireEvent.keyDown(window, { key: 'l', ctrlKey: true })
    await fireEvent.click(screen.getByRole('option', { name: wanted }))
  }
  await choose('Detect language')
  expect(setPreferences).toHaveBeenLastCalledWith(expect.objectContaining({ detect: true }))
  expect(from('Detect language')).toBeTruthy()

  detect.mockResolvedValueOnce('en')
  await type('The house is old.')
  await idle()
  expect(setPair.mock.calls).toEqual([[{ from: 'en', to: 'de' }]])
  expect(translate.mock.calls).toEqual([[1, 'The house is old.']])
  expect(setPair.mock.invocationCallOrder[0]).toBeLessThan(translate.mock.invocationCallOrder[0]!)
  expect(from('English (detected)')).toBeTruthy()
  await type('The house is old. OK')
  await idle()
  expect(setPair, 'what was certain before stays').toHaveBeenCalledOnce()
  expect(screen.queryByText(/^Detected:/), 'there is nothing to switch to').toBeNull()

  await type('')
  await type('OK')
  await idle()
  expect(setPair).toHaveBeenLastCalledWith({ from: 'de', to: 'en' })
  expect(translate).toHaveBeenLastCalledWith(4, 'OK')
  expect(from('Detect language')).toBeTruthy()
  await choose('English English')
  expect(setPreferences).toHaveBeenLastCalledWith(expect.objectContaining({ detect: false }))
  expect(from('English')).toBeTruthy()
})

test('a text that was changed while its language is detected is not translated', async () => {
  const { detect, translate } = await start({ preferences: { ...DEFAULTS, detect: true } })
  let answer: (code: string | null) => void = () => {}
  detect.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  await type('The house')
  await idle()
  await type('Das Haus')
  await idle()
  answer('en')
  await vi.advanceTimersByTimeAsync(0)
  expect(translate.mock.calls).toEqual([[2, 'Das Haus']])
})
