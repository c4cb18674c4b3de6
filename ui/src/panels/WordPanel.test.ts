import { fireEvent, render, screen } from '@testing-library/svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import App from '../App.svelte'
import * as bridge from '../bridge-words'
import type { BegunSentence, Engine, NextWords, MarkedSentence } from '../bridge'
import { IDLE_MS } from '../state.svelte'
import { OFFER, READY, rust } from '../testing'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const SOURCE = 'Das ist gut. Nein.'
const SENTENCES: MarkedSentence[] = [
  {
    index: 0,
    place: { source: [0, 12], target: [0, 13] },
    status: 'done',
    reasons: [],
    quality: { score: 0.9, grade: 'good', calibrated: true },
    words: [
      { text: 'That', start: 0, end: 4, source: [0, 3] },
      { text: 'is', start: 5, end: 7, source: [4, 7] },
      { text: 'good', start: 8, end: 12, source: [8, 11] },
    ],
  },
  {
    index: 1,
    place: { source: [13, 18], target: [14, 17] },
    status: 'doubtful',
    reasons: [{ kind: 'number', text: '300' }],
    quality: { score: 0.1, grade: 'poor', calibrated: true },
    words: [{ text: 'No', start: 0, end: 2, source: [0, 4] }],
  },
]
const NEXT: NextWords = {
  recipe: [['L', 1], ['src', 0.5], ['base', -1]],
  words: [
    { text: 'good', probability: 0.5, votes: [0.25, 0.75, null] },
    { text: 'fine', probability: 0.25, votes: [0.5, 0.125, 0.0625] },
  ],
}
const FINE: BegunSentence = {
  text: 'That is fine.',
  doubts: [],
  sentence: {
    ...SENTENCES[0]!,
    words: [...SENTENCES[0]!.words.slice(0, 2), { text: 'fine', start: 8, end: 12, source: null }],
  },
}

const editor = () => screen.getByRole<HTMLTextAreaElement>('textbox')
const result = () => document.querySelector<HTMLElement>('.text')!
const lit = (where: string) => [...document.querySelectorAll(`${where} .lit`)].map((one) => one.textContent)
const word = (text: string) => [...result().querySelectorAll<HTMLElement>('.word')].find((one) => one.textContent === text)!
const settle = () => vi.advanceTimersByTimeAsync(0)

async function translated() {
  const nextWords = vi.spyOn(bridge, 'nextWords').mockResolvedValue(NEXT)
  const beginWith = vi.spyOn(bridge, 'beginWith').mockResolvedValue(FINE)
  const backend = rust()
  render(App)
  await settle()
  await fireEvent.input(editor(), { target: { value: SOURCE } })
  await vi.advanceTimersByTimeAsync(IDLE_MS)
  backend.emit({ type: 'text', seq: 1, text: 'That is good. No.', doubts: [] })
  backend.emit({ type: 'finished', seq: 1, tokens_per_second: 1, sentences: SENTENCES })
  await settle()
  return { ...backend, nextWords, beginWith }
}

test('the word under the pointer and its partner are highlighted, in both directions', async () => {
  await translated()
  await fireEvent.mouseMove(word('good'))
  expect([lit('.text'), lit('.layer')]).toEqual([['good'], ['gut']])
  await fireEvent.mouseLeave(result())
  expect([lit('.text'), lit('.layer')]).toEqual([[], []])
  const behind = [...document.querySelectorAll<HTMLElement>('.layer [data-start]')]
  expect(behind.map((one) => one.textContent)).toEqual(['Das', 'ist', 'gut', 'Nein'])
  document.elementsFromPoint = () => [editor(), behind[3]!]
  await fireEvent.mouseMove(editor(), { clientX: 1, clientY: 1 })
  expect([lit('.text'), lit('.layer')]).toEqual([['No'], ['Nein']])
})

test('the caret in the source highlights too, and a change of the text ends it', async () => {
  const { translate } = await translated()
  editor().setSelectionRange(5, 5)
  await fireEvent.keyUp(editor(), { key: 'ArrowRight' })
  expect([lit('.text'), lit('.layer')]).toEqual([['is'], ['ist']])
  editor().setSelectionRange(0, 7)
  await fireEvent.keyUp(editor(), { key: 'ArrowRight', shiftKey: true })
  expect(lit('.text'), 'a selection').toEqual([])
  editor().setSelectionRange(5, 5)
  await fireEvent.keyUp(editor(), { key: 'ArrowLeft' })
  await fireEvent.input(editor(), { target: { value: `Und ${SOURCE}` } })
  expect([lit('.text'), lit('.layer')], 'the places are those of the old text').toEqual([[], []])
  await vi.advanceTimersByTimeAsync(IDLE_MS)
  expect(translate).toHaveBeenCalledTimes(2)
})

test('links that are only guessed are called so', async () => {
  const { emit } = await translated()
  await fireEvent.click(word('good'))
  await settle()
  const said = () => screen.getByRole('region', { name: /good/ }).textContent?.includes('Linked by order')
  expect(said()).toBe(false)
  emit({ type: 'engine', engine: { ...READY, aligns: false } as Engine, offer: OFFER, pair: { from: 'de', to: 'en' } })
  await settle()
  expect(said()).toBe(true)
})

test('the keys go from word to word, say its partner, and open the panel', async () => {
  const { nextWords } = await translated()
  result().focus()
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowRight'])
    await fireEvent.keyDown(result(), { key })
  expect([lit('.text'), lit('.layer')]).toEqual([['good'], ['gut']])
  expect(document.querySelector('.window > [role=status], p[role=status]')?.textContent).toContain('good, from gut')
  await fireEvent.keyDown(result(), { key: 'Enter' })
  await settle()
  expect(nextWords.mock.calls).toEqual([[SOURCE, 0, 'That is ']])
  const panel = screen.getByRole('region', { name: /good/ })
  expect(panel.contains(document.activeElement)).toBe(true)
  await fireEvent.keyDown(document.activeElement!, { key: 'Escape' })
  await settle()
  expect(screen.queryByRole('table')).toBeNull()
  expect(document.activeElement).toBe(result())
})

test('the panel shows what each model wanted and what the sum chose', async () => {
  await translated()
  await fireEvent.click(word('good'))
  await settle()
  const cells = [...screen.getByRole('table').querySelectorAll('tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim().replace(/\s+/g, ' ')),
  )
  expect(cells).toEqual([
    ['Word', 'Sum', 'L', '+ 0.5·Ssrc', '− Sbase'],
    ['good is in the text', '50%', '25%', '75%', '–'],
    ['fine', '25%', '50%', '13%', '6%'],
  ])
  // The favourites: the sum's, L's, that of src, that of base.
  const marked = [...document.querySelectorAll('.chosen, .wanted, .unwanted')]
  expect(marked.map((one) => `${one.className.split(' ')[1]} ${one.textContent.trim()}`)).toEqual([
    'sum 50%',
    'wanted 75%',
    'wanted 50%',
    'unwanted 6%',
  ])
})

test('choosing a word translates the rest anew, and undo brings back what was there', async () => {
  const { beginWith } = await translated()
  await fireEvent.click(word('good'))
  await settle()
  await fireEvent.click(screen.getByRole('button', { name: 'Use fine' }))
  await settle()
  expect(beginWith.mock.calls).toEqual([[SOURCE, 0, 'That is fine']])
  expect(result().textContent).toBe('That is fine. No.')
  await fireEvent.mouseMove(word('fine'))
  expect(lit('.layer'), 'it stands in the place of good').toEqual(['gut'])
  await fireEvent.mouseMove(word('No'))
  expect(lit('.layer'), 'what follows is still linked').toEqual(['Nein'])
  await fireEvent.click(screen.getByRole('button', { name: 'Undo choice' }))
  await settle()
  expect(result().textContent).toBe('That is good. No.')
  expect(screen.queryByRole('button', { name: 'Undo choice' })).toBeNull()
})

test('a choice stays while the text around it changes, until Ctrl+Z or another translation of its sentence', async () => {
  const { emit, beginWith } = await translated()
  const choose = async () => {
    await fireEvent.click(word('good'))
    await settle()
    await fireEvent.click(screen.getByRole('button', { name: 'Use fine' }))
    await settle()
  }
  const undo = async () => {
    await fireEvent.keyDown(result(), { key: 'z', ctrlKey: true })
    await settle()
  }
  let seq = 1
  const again = async (text: string) => {
    seq += 1
    await fireEvent.keyDown(editor(), { key: 'Enter', ctrlKey: true })
    emit({ type: 'text', seq, text, doubts: [] })
    emit({ type: 'finished', seq, tokens_per_second: 1, sentences: SENTENCES })
    await settle()
    return result().textContent
  }
  await choose()
  await undo()
  expect(result().textContent).toBe('That is good. No.')
  expect(await again('That is good. No.'), 'it was taken back').toBe('That is good. No.')
  await choose()
  expect(await again('That is good. Oh!'), 'the same of this sentence').toBe('That is fine. Oh!')
  await undo()
  expect(result().textContent).toBe('That is good. Oh!')
  await choose()
  expect(await again('That is nice. No.'), 'a correction').toBe('That is nice. No.')
  expect(screen.queryByRole('button', { name: 'Undo choice' })).toBeNull()
  expect(beginWith).toHaveBeenCalledTimes(3)
})

test('an answer for an earlier word is dropped, and a failure can be tried again', async () => {
  const { nextWords } = await translated()
  let answer: (next: NextWords) => void = () => {}
  nextWords.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  await fireEvent.click(word('good'))
  nextWords.mockRejectedValueOnce({ code: 'gpu_lost', message: 'lost', hint: '' })
  await fireEvent.click(word('No'))
  answer(NEXT)
  await settle()
  expect(screen.queryByRole('table')).toBeNull()
  expect(screen.getByRole('alert').dataset.code).toBe('gpu_lost')
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await settle()
  expect(nextWords.mock.calls.at(-1)).toEqual([SOURCE, 1, ''])
  expect(screen.getByRole('table')).toBeTruthy()
})

test('sentences to check are counted, marked in the text, and listed with their reasons in words', async () => {
  await translated()
  expect(word('No').classList).toContain('poor')
  expect(word('good').classList).not.toContain('poor')
  const button = screen.getByRole('button', { name: '1 sentence to check' })
  await fireEvent.click(button)
  expect(button.getAttribute('aria-expanded')).toBe('true')
  const list = document.getElementById('marks')!
  for (const said of ['No.', 'Probably wrong', 'Number missing: 300']) expect(list.textContent).toContain(said)
  await fireEvent.click(button)
  expect(document.getElementById('marks')).toBeNull()
})
