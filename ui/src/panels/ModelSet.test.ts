import { fireEvent, render, screen, within } from '@testing-library/svelte'
import { expect, test, vi } from 'vitest'
import type { Fit, Models, Work } from '../bridge'
import { fitInWords, languagesInWords } from '../model-words'
import { Session } from '../state.svelte'
import { models, rust, rustModels, set, work } from '../testing'
import ModelsPanel from './ModelsPanel.svelte'

async function show(rest: Partial<Models> = {}) {
  const window = rust()
  const backend = { ...window, ...rustModels(window.emit, rest) }
  const session = new Session()
  await session.start()
  render(ModelsPanel, { session })
  const card = within(await screen.findByRole('listitem', { name: /Europe/ }))
  return { ...backend, card, session }
}

const at = (state: Work['state'], rest: Partial<Models> = {}) => show({ works: [work(state)], ...rest })

test('a set says what it takes, and is downloaded after a question', async () => {
  const { card, getSet, openLicence } = await show()
  expect(card.getByText('5 GB to download')).toBeTruthy()
  expect(card.getByText('about 40 tokens/s (estimate)')).toBeTruthy()
  expect(card.getByText('needs 6.5 GB of 16 GB GPU memory', { exact: false })).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Get' }))
  expect(card.getByText('Download 5 GB in 1 file? The models then take 5.1 GB of disk space.')).toBeTruthy()
  expect(card.getByText(/Licence: MIT License\./)).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Read it in the browser' }))
  expect(openLicence).toHaveBeenCalledWith('MIT')
  const later = card.getByRole('button', { name: 'Not now' })
  expect(later.ownerDocument.activeElement, 'Enter alone downloads nothing').toBe(later)
  await fireEvent.keyDown(later, { key: 'Escape' })
  expect(getSet).not.toHaveBeenCalled()
  await fireEvent.click(card.getByRole('button', { name: 'Get' }))
  await fireEvent.click(card.getByRole('button', { name: 'Download 5 GB' }))
  expect(getSet).toHaveBeenCalledWith('europe')
})

test('a set that does not fit, and a disk that is too small, are said before the download', async () => {
  const fit: Fit = { ...set().fit!, verdict: 'does_not_fit', available: 4e9, instead: 'Small' }
  const { card } = await show({ sets: [set({ fit })], disk_free: 9e9 })
  expect(card.getByText('Does not fit:')).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Get' }))
  expect(card.getByText(/will not load on this computer/)).toBeTruthy()
})

test('free disk space is compared with what is needed for a while', async () => {
  const { card } = await show({ disk_free: 9e9 })
  await fireEvent.click(card.getByRole('button', { name: 'Get' }))
  expect(card.getByText(/10 GB of disk space are needed for a while, 9 GB are free/)).toBeTruthy()
})

test('fit and languages in words', () => {
  const fit = set().fit!
  expect(fitInWords({ ...fit, verdict: 'tight', available: 7e9 })).toBe(
    'needs 6.5 GB of 7 GB GPU memory; close other programs that use it',
  )
  expect(fitInWords({ ...fit, verdict: 'does_not_fit', available: 4e9, shared: true, instead: 'Small' })).toBe(
    'needs 6.5 GB, there are 4 GB of memory, shared with the system; “Small” fits',
  )
  expect(fitInWords({ ...fit, verdict: 'unknown', available: null })).toContain('does not say')
  expect(fitInWords(null)).toBe('no graphics adapter was found')
  const codes = ['cs', 'da', 'nl', 'fi', 'fr', 'it', 'ja', 'de', 'en']
  expect(languagesInWords(codes, { from: 'de', to: 'en' })).toBe('German, English, Czech, Danish, Dutch, Finnish and 3 more')
  expect(languagesInWords([], null)).toBe('Languages unknown')
})

test('a download shows bytes, speed, time left and files, and can be paused', async () => {
  const files = [
    { name: 'a.gguf', done: 2e9, total: 2e9 },
    { name: 'b.gguf', done: 0, total: 3e9 },
  ]
  const state = { state: 'downloading', done: 2e9, total: 5e9, bytes_per_second: 10e6, eta_s: 300, files } as const
  const { card, pauseWork, cancelWork } = await at({ ...state, files: [...files] })
  const bar = card.getByRole<HTMLProgressElement>('progressbar', { name: 'Downloading: Europe' })
  expect(bar.getAttribute('aria-valuetext')).toBe('2 GB of 5 GB, 10 MB/s, 5 min left')
  const shown = within(card.getByRole('list', { name: 'Files of Europe' })).getAllByRole('listitem')
  expect(shown.map((one) => one.textContent?.replace(/\s+/g, ' ').trim())).toEqual(['a.gguf 2 GB', 'b.gguf 0 B of 3 GB'])
  await fireEvent.click(card.getByRole('button', { name: 'Pause' }))
  expect(pauseWork).toHaveBeenCalledWith('europe')
  await fireEvent.click(card.getByRole('button', { name: 'Cancel' }))
  expect(card.getByText('Cancel and delete the 2 GB that have arrived?')).toBeTruthy()
  expect(cancelWork).not.toHaveBeenCalled()
  await fireEvent.click(card.getByRole('button', { name: 'Delete' }))
  expect(cancelWork).toHaveBeenCalledWith('europe')
})

test('a paused download of an earlier run is resumed', async () => {
  const { card, getSet, emit } = await at({ state: 'paused', done: 2e9, total: 5e9 })
  expect(card.queryByRole('button', { name: 'Get' })).toBeNull()
  await fireEvent.click(card.getByRole('button', { name: 'Resume' }))
  expect(getSet).toHaveBeenCalledWith('europe')
  emit({ type: 'work', work: work({ state: 'verifying', file: 'a.gguf', done: 1e9, total: 5e9 }) })
  expect(await card.findByText('Verifying')).toBeTruthy()
  emit({ type: 'work', work: work({ state: 'importing', model: 'large', done: 1e9, total: 5e9 }) })
  expect(await card.findByText('Importing large')).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Cancel' }))
  expect(card.getByText('Cancel and delete what was downloaded and is not imported yet?')).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Keep' }))
  emit({ type: 'work', work: work({ state: 'testing', done: 10, total: 20 }) })
  expect(await card.findByText('10 / 20 sentences')).toBeTruthy()
  expect(card.queryByRole('button', { name: 'Pause' })).toBeNull()
  emit({ type: 'work_gone', id: 'europe' })
  expect(await card.findByRole('button', { name: 'Get' })).toBeTruthy()
})

test('a wait counts down', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  const { card } = await at({ state: 'waiting', reason: 'rate_limit', seconds: 55, done: 1e9, total: 5e9 })
  expect(card.getByText(/The server asks for a pause; going on in 5[45] s/)).toBeTruthy()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(card.getByText(/The server asks for a pause; going on in 4[45] s/)).toBeTruthy()
  vi.useRealTimers()
})

test('a gated model has three steps, and its page opens only by a click', async () => {
  const problem = { code: 'gated', message: 'The owner asks for an agreement.', hint: '' }
  const { card, openModelPage, getSet } = await at({ state: 'failed', problem, page: true, done: 0, total: 0 })
  expect(within(card.getByRole('alert')).getAllByRole('listitem')).toHaveLength(3)
  expect(openModelPage).not.toHaveBeenCalled()
  await fireEvent.click(card.getByRole('button', { name: 'Open the page' }))
  expect(openModelPage).toHaveBeenCalledWith('europe')
  await fireEvent.click(card.getByRole('button', { name: 'Try again' }))
  expect(getSet).toHaveBeenCalledWith('europe')
})

test('a failure keeps what has arrived, and says so', async () => {
  const problem = { code: 'disk_full', message: 'The disk is full.', hint: 'Free some space.' }
  const { card, getSet, cancelWork } = await at({ state: 'failed', problem, page: false, done: 2e9, total: 5e9 })
  expect(card.getByRole('alert').dataset.code).toBe('disk_full')
  expect(card.getByText('2 GB of 5 GB are kept.')).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Resume' }))
  expect(getSet).toHaveBeenCalledWith('europe')
  await fireEvent.click(card.getByRole('button', { name: 'Delete what has arrived…' }))
  await fireEvent.click(card.getByRole('button', { name: 'Delete' }))
  expect(cancelWork).toHaveBeenCalledWith('europe')
})

const direction = {
  pair: { from: 'de', to: 'en' },
  chrf: 61.25,
  tokens_per_second: 40,
  verdict: 'works',
  remarks: [],
  sentences: [{ source: 'Satz', translation: 'Sentence', reference: 'A sentence' }],
} as const

test('a test shows chrF and speed a direction', async () => {
  const { card, dismissWork } = await at({ state: 'ready', directions: [{ ...direction, remarks: [], sentences: [...direction.sentences] }] })
  const cells = within(card.getByRole('table')).getAllByRole('cell')
  expect(cells.map((cell) => cell.textContent?.trim())).toEqual(['61.3', '40 tokens/s', 'Works'])
  await fireEvent.click(card.getByRole('button', { name: 'Dismiss' }))
  expect(dismissWork).toHaveBeenCalledWith('europe')
})

test('a broken test is said before anybody trusts the models', async () => {
  const remarks = ['The output is not a translation.']
  const { card } = await at({ state: 'ready', directions: [{ ...direction, verdict: 'broken', remarks, sentences: [] }] })
  expect(card.getByText('Something is broken: do not trust these models.')).toBeTruthy()
  expect(card.getByText(remarks[0]!)).toBeTruthy()
})

test('an installed set is tested again, and removed after a question', async () => {
  const { card, testSet, removeSet } = await show({ sets: [set({ installed: true, download_bytes: 0 })] })
  expect(card.getByText('Installed')).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Test' }))
  expect(testSet).toHaveBeenCalledWith('europe')
  await fireEvent.click(card.getByRole('button', { name: 'Remove' }))
  expect(card.getByText('Remove Europe and free 5.1 GB?')).toBeTruthy()
  await fireEvent.click(card.getByRole('button', { name: 'Remove' }))
  expect(removeSet).toHaveBeenCalledWith('europe')
})

test('work is announced when its state begins', async () => {
  const { session, emit } = await show({ sets: models().sets })
  emit({ type: 'work', work: work({ state: 'paused', done: 1, total: 2 }) })
  expect(session.announcement.trim()).toBe('Europe is paused')
  emit({ type: 'work', work: work({ state: 'ready', directions: [] }) })
  expect(session.announcement.trim()).toBe('Europe is ready')
})
