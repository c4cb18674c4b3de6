import { fireEvent, render, screen, within } from '@testing-library/svelte'
import { expect, test } from 'vitest'
import type { Engine } from '../bridge'
import { Session } from '../state.svelte'
import { READY, row, rust, snapshot, work } from '../testing'
import StatusBar from './StatusBar.svelte'

async function show(rest = {}) {
  rust(rest)
  const session = new Session()
  await session.start()
  render(StatusBar, { session })
  return within(screen.getByRole('contentinfo', { name: 'Status' }))
}

test('names the three models with their bits, the recipe and the adapter', async () => {
  const bar = await show()
  expect(bar.getAllByRole('listitem').map((one) => one.textContent?.replace(/\s+/g, ' ').trim())).toEqual([
    'L Large q4',
    'Ssrc German q8',
    'Stgt English f16',
  ])
  expect(bar.getByText('L + src + tgt')).toBeTruthy()
  expect(bar.getByText('Test GPU')).toBeTruthy()
  expect(bar.queryByText(/Warning/)).toBeNull()
})

test('warns, in words too, when the adapter is the processor', async () => {
  const bar = await show({ engine: { ...READY, software: true } })
  expect(bar.getByText('Warning, no GPU in use:')).toBeTruthy()
})

test('adds up the speed of the documents in work', async () => {
  const working = { state: 'translating' as const, tokens_per_second: 20 }
  const rows = [row(working), row({ ...working, id: 2 }), row({ id: 3, state: 'done', tokens_per_second: 9 })]
  const bar = await show(snapshot({ rows }))
  expect(bar.getByText('40 tokens/s')).toBeTruthy()
})

test('says how far the models are', async () => {
  const bar = await show({ engine: { state: 'loading', stage: 'reading', done: 1, total: 3 } })
  expect(bar.getByText('Loading models… 33%')).toBeTruthy()
})

test('built-in models are called a demonstration, which leads to the models', async () => {
  rust({ engine: { ...READY, demonstration: true } as Engine })
  const session = new Session()
  await session.start()
  render(StatusBar, { session })
  await fireEvent.click(screen.getByRole('button', { name: 'Demonstration' }))
  expect([session.tab, session.settings.page]).toEqual(['settings', 'models'])
})

test('work on models is shown on every page', async () => {
  const { emit } = rust()
  const session = new Session()
  await session.start()
  render(StatusBar, { session })
  emit({ type: 'work', work: work({ state: 'paused', done: 1, total: 4 }) })
  expect(screen.queryByRole('button')).toBeNull()
  emit({ type: 'work', work: work({ state: 'importing', model: 'large', done: 1, total: 4 }) })
  expect(await screen.findByRole('button', { name: 'Europe: importing 25%' })).toBeTruthy()
})

test('a window that cannot reach Rust says so', async () => {
  const { subscribe } = rust()
  subscribe.mockRejectedValue('no channel')
  const session = new Session()
  await session.start()
  render(StatusBar, { session })
  expect(screen.getByText('Models are not loaded')).toBeTruthy()
  expect(session.engine).toMatchObject({ state: 'failed', problem: { code: 'bridge', message: 'no channel' } })
})
