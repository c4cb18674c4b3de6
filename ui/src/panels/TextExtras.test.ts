import { fireEvent, render, screen, within } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import App from '../App.svelte'
import { DEFAULTS } from '../settings.svelte'
import { rust } from '../testing'

const PAIR = { from: 'de', to: 'en' }

async function translated(source: string, text: string, rest = {}) {
  const backend = rust(rest)
  const { unmount } = render(App)
  await screen.findByRole('button', { name: /^Translate from: (German|English)/ })
  const type = async (source: string, text: string) => {
    await fireEvent.input(screen.getByRole('textbox', { name: /^Text in/ }), { target: { value: source } })
    await fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
    const seq = backend.translate.mock.calls.at(-1)![0]
    backend.emit({ type: 'text', seq, text, doubts: [] })
    backend.emit({ type: 'finished', seq, tokens_per_second: 3, sentences: [] })
    await screen.findByText(text)
    return seq
  }
  await type(source, text)
  return { ...backend, type, unmount }
}

const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole('button', { name }))

test('a long text shows how far it is, a short one does not', async () => {
  const { emit, type } = await translated('Eins.', 'One.')
  await fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
  emit({ type: 'progress', seq: 2, done: 1, total: 2, eta_s: null })
  expect(screen.queryByRole('progressbar')).toBeNull()
  emit({ type: 'progress', seq: 1, done: 3, total: 12, eta_s: 8 })
  expect(screen.queryByRole('progressbar'), 'of an earlier text').toBeNull()
  emit({ type: 'progress', seq: 2, done: 3, total: 12, eta_s: 8 })
  const bar = await screen.findByRole<HTMLProgressElement>('progressbar', { name: 'Progress of the translation' })
  expect([bar.value, bar.max]).toEqual([3, 12])
  expect(screen.getByText('3 / 12 · 8 s left')).toBeTruthy()
  await type('Zwei.', 'Two.')
  expect(screen.queryByRole('progressbar')).toBeNull()
})

test('a translation is translated back on demand, marked as such, and goes with it', async () => {
  const { emit, translateBack, type } = await translated('Es regnet.', 'It is raining.')
  await press('Translate back')
  expect(translateBack.mock.calls[0]?.[1]).toBe('It is raining.')
  const seq = translateBack.mock.calls[0]![0]
  emit({ type: 'back', seq: seq - 1, text: 'alt', done: true, problem: null })
  emit({ type: 'back', seq, text: 'Es reg', done: false, problem: null })
  emit({ type: 'back', seq, text: 'Es regnet jetzt.', done: true, problem: null })
  const back = within(await screen.findByRole('region', { name: 'Translated back' }))
  const text = await back.findByText('Es regnet jetzt.')
  expect([text.lang, text.getAttribute('aria-busy')]).toEqual(['de', 'false'])
  expect(back.getByText(/^By the same models/)).toBeTruthy()
  await type('Es schneit.', 'It snows.')
  expect(screen.queryByRole('region', { name: 'Translated back' })).toBeNull()
  await press('Translate back')
  const again = translateBack.mock.calls[1]![0]
  emit({ type: 'back', seq: again, text: null, done: true, problem: { code: 'read', message: 'x', hint: '' } })
  await press('Try again')
  expect(translateBack).toHaveBeenCalledTimes(3)
  await press('Close the back-translation')
  expect(screen.queryByRole('region', { name: 'Translated back' })).toBeNull()
})

test('there is no way back where no model translates it', async () => {
  await translated('Hello', 'こんにちは', { pair: { from: 'en', to: 'ja' } })
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Translate back' })
  expect([button.disabled, button.title]).toEqual([true, 'No model here translates in the other direction'])
})

test('a sentence is corrected, which the memory learns and the text is translated with', async () => {
  const sentences = [
    { source: 'Es regnet.', target: 'It rains.', translated: true },
    { source: '123', target: '123', translated: false },
  ]
  const { editUnit, translate, typedSentences, unmount } = await translated('Es regnet. 123', 'It rains. 123')
  typedSentences.mockResolvedValue(sentences)
  await press('Correct')
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Translation of: Es regnet.' })
  expect(screen.queryByRole('textbox', { name: 'Translation of: 123' }), 'nothing to translate').toBeNull()
  expect(screen.queryByRole('button', { name: 'Save' }), 'nothing is changed').toBeNull()
  await fireEvent.input(field, { target: { value: ' It’s raining. ' } })
  await fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true })
  await vi.waitFor(() => expect(editUnit.mock.calls).toEqual([[PAIR, 'Es regnet.', 'It’s raining.']]))
  await vi.waitFor(() => expect(translate).toHaveBeenCalledTimes(2))
  await fireEvent.keyDown(field, { key: 'Escape' })
  expect(screen.queryByRole('region', { name: 'Correct' })).toBeNull()
  unmount()
  const off = await translated('Es regnet.', 'It rains.', { preferences: { ...DEFAULTS, memory: false } })
  off.typedSentences.mockResolvedValue(sentences)
  await press('Correct')
  await press('Use the translation memory')
  expect(off.setPreferences).toHaveBeenCalledWith({ ...DEFAULTS, memory: true })
})

test('a pinned translation stays while another text is typed', async () => {
  const write = vi.fn().mockResolvedValue(undefined)
  vi.stubGlobal('navigator', { ...navigator, languages: ['en'], clipboard: { writeText: write } })
  const { type } = await translated('Eins.', 'One.')
  await press(/^Pin:/)
  await type('Zwei.', 'Two.')
  const pinned = within(screen.getByRole('region', { name: 'Pinned' }))
  expect(pinned.getByText('One.')).toBeTruthy()
  await press('Copy the translation of: Eins.')
  expect(write).toHaveBeenCalledWith('One.')
  await press('Unpin: Eins.')
  expect(screen.queryByRole('region', { name: 'Pinned' })).toBeNull()
  vi.unstubAllGlobals()
})
