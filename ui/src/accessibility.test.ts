import { fireEvent, render, screen } from '@testing-library/svelte'
import axe from 'axe-core'
import { expect, test, vi } from 'vitest'
import App from './App.svelte'
import * as bridge from './bridge-settings'
import * as words from './bridge-words'
import { SOURCE, TRANSLATION, nextWords, sentencesOf } from './demo-words'
import { PAGES } from './settings.svelte'
import { models, row, rust, rustModels, segment } from './testing'

const ROWS = [
  row({ state: 'translating', done: 3, total: 9, eta_s: 4, tokens_per_second: 3 }),
  row({ id: 2, name: 'held.md', state: 'held', looks_like: 'en' }),
  row({ id: 6, name: 'table.csv', state: 'held', columns: [{ title: 'note', sample: 'Satz', chosen: true }] }),
  row({ id: 3, name: 'failed.md', state: 'failed', problem: { code: 'gpu', message: 'no adapter', hint: '' } }),
  row({ id: 4, name: 'done.md', state: 'done', total: 2, to_review: 1, demonstration: true, output: 'done.en.md' }),
  row({ id: 5, name: 'left.md', state: 'interrupted', done: 1, total: 2 }),
]

async function faults(): Promise<string[]> {
  // jsdom has no layout: contrast.test.ts checks the colours.
  const { violations } = await axe.run(document, { rules: { 'color-contrast': { enabled: false } } })
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(' | ')}`)
}

test('axe-core finds no fault in any view', async () => {
  document.title = 'Wasan'
  // axe-core draws letters to find icon fonts; jsdom has no canvas.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null)
  vi.spyOn(bridge, 'terms').mockResolvedValue([{ source: 'Haus', target: 'house' }])
  vi.spyOn(bridge, 'memoryPairs').mockResolvedValue([])
  vi.spyOn(bridge, 'searchMemory').mockResolvedValue([
    { source: 'Haus', target: 'house', origin: 'edited', uses: 1, used_s: 1 },
  ])
  vi.spyOn(bridge, 'places').mockResolvedValue([{ kind: 'data', path: '/data', bytes: 1 }])
  const backend = rust({ rows: ROWS })
  rustModels(backend.emit, models())
  backend.typedSentences.mockResolvedValue([{ source: 'Satz', target: 'Sentence', translated: true }])
  const pair = { from: 'de', to: 'en' }
  backend.history.mockResolvedValue([{ id: 1, pair, source: 'Haus', target: 'house', translated_s: 1 }])
  const quality = { score: 0.1, grade: 'poor' as const, calibrated: true }
  backend.segments.mockResolvedValue([segment(0, { status: 'doubtful', quality }), segment(1)])
  backend.suggestions.mockResolvedValue([{ source: 'Satz', target: 'Sentence', percent: 90, origin: 'edited' }])
  render(App)
  await screen.findByRole('button', { name: 'Translate from: German' })
  await fireEvent.keyDown(window, { key: '1', ctrlKey: true })
  await screen.findByRole('textbox')
  expect(await faults(), 'text').toEqual([])
  await fireEvent.input(screen.getByRole('textbox'), { target: { value: 'Satz' } })
  await fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
  backend.emit({ type: 'text', seq: 1, text: 'Sentence', doubts: [] })
  backend.emit({ type: 'progress', seq: 1, done: 3, total: 9, eta_s: 4 })
  backend.emit({ type: 'finished', seq: 1, tokens_per_second: 3, sentences: [] })
  for (const name of ['Correct', 'Translate back', /^Pin:/])
    await fireEvent.click(await screen.findByRole('button', { name }))
  await screen.findByRole('textbox', { name: 'Translation of: Satz' })
  expect(await faults(), 'below a translation').toEqual([])
  vi.spyOn(words, 'nextWords').mockImplementation(async (_, sentence, kept) => nextWords(sentence, kept))
  await fireEvent.input(screen.getByRole('textbox', { name: /^Text in/ }), { target: { value: SOURCE } })
  await fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
  backend.emit({ type: 'text', seq: 2, text: TRANSLATION, doubts: [] })
  backend.emit({ type: 'finished', seq: 2, tokens_per_second: 1, sentences: sentencesOf(SOURCE) })
  await fireEvent.click(await screen.findByRole('button', { name: '1 sentence to check' }))
  expect(await faults(), 'sentences to check').toEqual([])
  await fireEvent.click(screen.getByText('drawings'))
  await screen.findByRole('table')
  expect(await faults(), 'a word').toEqual([])
  await fireEvent.keyDown(window, { key: 'h', ctrlKey: true })
  await screen.findByRole('button', { name: /^Haus/ })
  expect(await faults(), 'history').toEqual([])
  await fireEvent.keyDown(window, { key: '2', ctrlKey: true })
  await fireEvent.click(screen.getByRole('button', { name: 'Export' }))
  expect(await faults(), 'documents').toEqual([])
  await fireEvent.click(screen.getByRole('button', { name: 'Review' }))
  await screen.findByLabelText('Segments')
  await fireEvent.keyDown(document.activeElement!, { key: 'Enter' })
  await screen.findByText('90 % corrected')
  expect(await faults(), 'review').toEqual([])
  await fireEvent.keyDown(window, { key: ',', ctrlKey: true })
  for (const page of PAGES) {
    await fireEvent.click(document.getElementById(`settings-${page}`)!)
    expect(await faults(), page).toEqual([])
  }
}, 300_000)
