import { expect, test } from 'vitest'
import * as bridge from './bridge'
import { Session } from './state.svelte'
import { OFFER, READY, row, rust, snapshot } from './testing'

test('an event that overtakes the snapshot is not undone by it', async () => {
  const { subscribe } = rust()
  subscribe.mockImplementation(async (listen) => {
    listen({ type: 'engine', engine: READY, offer: OFFER, pair: { from: 'en', to: 'ja' } })
    listen({ type: 'row', row: row({ state: 'done' }) })
    const engine: bridge.Engine = { state: 'loading', stage: 'warming_up', done: 0, total: 1 }
    return snapshot({ engine, rows: [row()] })
  })
  const session = new Session()
  await session.start()
  expect(session.engine.state).toBe('ready')
  expect(session.pair).toEqual({ from: 'en', to: 'ja' })
  expect(session.rows.map((one) => one.state)).toEqual(['done'])
})

test('a drop that is refused is shown', async () => {
  const { emit } = rust()
  const session = new Session()
  await session.start()
  emit({ type: 'refused', problem: { code: 'no_pair', message: 'No pair.', hint: 'Choose.' } })
  expect(session.notices.map(({ code }) => code)).toEqual(['no_pair'])
  emit({ type: 'refused', problem: { code: 'no_pair', message: 'No pair.', hint: 'Choose.' } })
  emit({ type: 'refused', problem: { code: 'folder', message: 'No folder.', hint: '' } })
  expect(session.notices.map(({ code }) => code), 'each once').toEqual(['no_pair', 'folder'])
  session.dismiss(session.notices[0]!)
  expect(session.notices.map(({ code }) => code)).toEqual(['folder'])
})
