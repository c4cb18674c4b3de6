import { fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import App from '../App.svelte'
import { DEFAULTS } from '../settings.svelte'
import { rust } from '../testing'

const [GERMAN, ENGLISH] = [
  { from: 'de', to: 'en' },
  { from: 'en', to: 'de' },
]
const TEXTS = [
  { id: 2, pair: ENGLISH, source: 'Where?', target: 'Wo?', translated_s: 1_790_000_000 },
  { id: 1, pair: GERMAN, source: 'Es regnet.', target: 'It rains.', translated_s: 1_790_000_000 },
]

async function start(rest = {}) {
  const backend = rust(rest)
  backend.history.mockImplementation(async (wanted) => TEXTS.filter(({ source }) => source.includes(wanted)))
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  return backend
}

const open = () => fireEvent.keyDown(window, { key: 'h', ctrlKey: true })
const press = async (name: string | RegExp) => fireEvent.click(await screen.findByRole('button', { name }))

test('a text is found and gone on with, in its languages', async () => {
  const { history, setPair, translate } = await start()
  await open()
  const search = screen.getByRole('searchbox', { name: 'Find a text' })
  await waitFor(() => expect(document.activeElement).toBe(search))
  await fireEvent.input(search, { target: { value: 'Where' } })
  await waitFor(() => expect(screen.queryByText('Es regnet.')).toBeNull())
  expect(history).toHaveBeenLastCalledWith('Where')
  await press(/^Where\? /)
  await waitFor(() => expect(setPair).toHaveBeenCalledWith(ENGLISH))
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Text in English' }).value).toBe('Where?')
  expect(screen.getByText('Wo?'), 'what it was translated to is there at once').toBeTruthy()
  await waitFor(() => expect(translate).toHaveBeenCalledWith(expect.any(Number), 'Where?'))
})

test('one text is removed, or all after a question', async () => {
  const { forgetText } = await start()
  await open()
  await press('Remove Es regnet.')
  expect(forgetText).toHaveBeenCalledWith(1)
  await press('Clear the history…')
  await press('Keep')
  await press('Clear the history…')
  await press('Delete')
  expect(forgetText.mock.calls).toEqual([[1], [null]])
})

test('a history that is off says so, and is turned on', async () => {
  const { setPreferences } = await start({ preferences: { ...DEFAULTS, history: false } })
  await open()
  expect(await screen.findByText('New texts are not kept.')).toBeTruthy()
  await press('Keep a history of typed texts')
  expect(setPreferences).toHaveBeenCalledWith(DEFAULTS)
  expect(screen.queryByText('New texts are not kept.')).toBeNull()
  await fireEvent.keyDown(window, { key: 'Escape' })
  expect(await screen.findByRole('textbox', { name: 'Text in German' })).toBeTruthy()
})

test('the window starts with the last text if the user wants it', async () => {
  const { translate } = await start({ preferences: { ...DEFAULTS, last_session: true } })
  await waitFor(() => expect(translate).toHaveBeenCalledWith(expect.any(Number), 'Where?'))
  expect(screen.getByRole<HTMLTextAreaElement>('textbox').value).toBe('Where?')
})
