import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import App from '../App.svelte'
import { rust } from '../testing'

async function start(rest = {}) {
  const backend = rust(rest)
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  return backend
}

const press = (key: string, modifiers = {}) =>
  fireEvent.keyDown(document.activeElement ?? window, { key, ...modifiers })

test('Ctrl+L opens the source menu; typing filters, Enter takes, focus returns', async () => {
  const { setPair } = await start()
  await press('l', { ctrlKey: true })
  const filter = screen.getByRole('combobox', { name: 'Translate from' })
  expect(document.activeElement).toBe(filter)
  expect(screen.getAllByRole('option').map((one) => one.textContent?.trim())).toEqual([
    'Detect language',
    'English English',
    'German Deutsch',
  ])
  await fireEvent.input(filter, { target: { value: 'eng' } })
  expect(screen.getAllByRole('option')).toHaveLength(1)
  await press('Enter')
  // German to English becomes English to the first target that English has.
  expect(setPair).toHaveBeenCalledWith({ from: 'en', to: 'de' })
  const button = await screen.findByRole('button', { name: 'Translate from: English' })
  expect(document.activeElement).toBe(button)
  expect(screen.queryByRole('listbox')).toBeNull()
})

test('the code of a language finds it, also where another name begins like it', async () => {
  const { setPair } = await start({ pair: { from: 'de', to: 'en' } })
  await press('l', { ctrlKey: true })
  await fireEvent.input(screen.getByRole('combobox'), { target: { value: 'de' } })
  expect(screen.getAllByRole('option')).toHaveLength(2)
  await press('Enter')
  expect(setPair).toHaveBeenCalledWith({ from: 'de', to: 'en' })
})

test('the target menu offers what the source can do, found by endonym too', async () => {
  const { setPair } = rust({ pair: { from: 'en', to: 'de' } })
  render(App)
  await screen.findByRole('button', { name: 'Translate to: German' })
  await press('L', { ctrlKey: true, shiftKey: true })
  const filter = screen.getByRole('combobox', { name: 'Translate to' })
  expect(screen.getAllByRole('option')).toHaveLength(2)
  await press('ArrowDown')
  expect(screen.getByRole('option', { selected: true }).textContent).toContain('Japanese')
  await fireEvent.input(filter, { target: { value: '日' } })
  await fireEvent.click(screen.getByRole('option'))
  expect(setPair).toHaveBeenCalledWith({ from: 'en', to: 'ja' })
})

test('Escape closes a menu without choosing or stopping', async () => {
  const { setPair, stop } = await start()
  await press('L', { ctrlKey: true, shiftKey: true })
  const filter = screen.getByRole('combobox', { name: 'Translate to' })
  const list = within(screen.getByRole('listbox'))
  expect(list.getByRole('option', { selected: true }).textContent).toContain('English')
  expect(filter.getAttribute('aria-activedescendant')).toBe(
    list.getByRole('option', { selected: true }).id,
  )
  await press('Escape')
  expect(screen.queryByRole('listbox')).toBeNull()
  expect(setPair).not.toHaveBeenCalled()
  expect(stop).not.toHaveBeenCalled()
})

test('swapping turns the finished translation into the text', async () => {
  const { emit, setPair, translate } = await start()
  const editor = screen.getByRole<HTMLTextAreaElement>('textbox')
  await fireEvent.input(editor, { target: { value: 'Hallo' } })
  await press('Enter', { ctrlKey: true })
  emit({ type: 'text', seq: 1, text: 'Hello', doubts: [] })
  emit({ type: 'finished', seq: 1, tokens_per_second: 1, sentences: [] })
  await press('S', { ctrlKey: true, shiftKey: true })
  expect(setPair).toHaveBeenCalledWith({ from: 'en', to: 'de' })
  await waitFor(() => expect(translate).toHaveBeenLastCalledWith(2, 'Hello'))
  expect(editor.value).toBe('Hello')
})

test('no swap where the models cannot do the way back', async () => {
  const backend = rust({ pair: { from: 'en', to: 'ja' } })
  render(App)
  await screen.findByRole('button', { name: 'Translate to: Japanese' })
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Swap languages' }).disabled).toBe(true)
  await press('S', { ctrlKey: true, shiftKey: true })
  expect(backend.setPair).not.toHaveBeenCalled()
})

test('recent pairs are one click away, except the present one and those not offered', async () => {
  const { setPair } = await start({
    recent: [
      { from: 'de', to: 'en' },
      { from: 'en', to: 'ja' },
      { from: 'fr', to: 'en' },
    ],
  })
  const chips = within(screen.getByRole('group', { name: 'Recent pairs' })).getAllByRole('button')
  expect(chips.map((chip) => chip.textContent?.trim())).toEqual(['English → Japanese'])
  await fireEvent.click(chips[0]!)
  expect(setPair).toHaveBeenCalledWith({ from: 'en', to: 'ja' })
})

test('a refused command is shown and can be dismissed', async () => {
  const { setPair } = await start()
  setPair.mockRejectedValue({ code: 'unknown_pair', message: 'Not offered.', hint: 'Choose another.' })
  await press('S', { ctrlKey: true, shiftKey: true })
  const card = await screen.findByRole('alert')
  expect(card.dataset.code).toBe('unknown_pair')
  await fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }))
  expect(screen.queryByRole('alert')).toBeNull()
})
