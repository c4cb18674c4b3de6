// A scripted Rust side for `npm run dev` in a browser. `?show=` picks a scene:
// ready (default), loading, failed, problem, queue, software.
import { mockIPC } from '@tauri-apps/api/mocks'
import type { Channel } from '@tauri-apps/api/core'
import type { Engine, Event, Offer, Pair, Row, Snapshot } from './bridge'

const LANGUAGES = [
  ['de', 'German', 'Deutsch'],
  ['en', 'English', 'English'],
  ['ja', 'Japanese', '日本語'],
  ['fr', 'French', 'français'],
] as const

const OFFER: Offer = {
  languages: LANGUAGES.map(([code, name, endonym]) => ({ code, name, endonym })),
  pairs: LANGUAGES.flatMap(([from]) =>
    LANGUAGES.filter(([to]) => to !== from).map(([to]) => ({ from, to })),
  ),
}

const READY = {
  state: 'ready',
  adapter: 'NVIDIA GeForce RTX 4060',
  software: false,
  recipe: 'L + 0.5·src + 0.5·tgt',
  models: [
    { term: 'L', name: 'Llama 3.2 1B', bits: 'q4' },
    { term: 'src', name: 'German 15M', bits: 'q8' },
    { term: 'tgt', name: 'English 15M', bits: 'q8' },
  ],
} satisfies Engine

const SOFTWARE: Engine = { ...READY, adapter: 'llvmpipe (LLVM 15.0.6, 256 bits)', software: true }

const ANSWER =
  'Good morning! The little tea house by the river opens at eight. Bring the drawings of the three circles; we will measure them together and have breakfast afterwards.'

const row = (id: number, name: string, rest: Partial<Row>): Row => ({
  id,
  name,
  pair: { from: 'de', to: 'en' },
  state: 'waiting',
  done: 0,
  total: 0,
  tokens_per_second: 0,
  eta_s: null,
  to_review: 0,
  output: null,
  problem: null,
  ...rest,
})

const ROWS: Row[] = [
  row(1, 'Teehaus am Fluss.md', {
    state: 'translating',
    done: 412,
    total: 1980,
    tokens_per_second: 38.2,
    eta_s: 371,
  }),
  row(2, 'Mietvertrag mit einem wirklich sehr langen Namen, zweite Fassung.txt', {}),
  row(3, 'Brief.txt', { state: 'done', done: 24, total: 24, to_review: 3, output: 'Brief.en.txt' }),
  row(4, 'Bild.txt', {
    state: 'failed',
    problem: {
      code: 'not_text',
      message: 'This file is not text: Bild.txt',
      hint: 'Save it as UTF-8 text and add it again.',
    },
  }),
  row(5, 'Film.srt', { state: 'cancelled', done: 12, total: 700 }),
]

const FAILED: Engine = {
  state: 'failed',
  problem: {
    code: 'no_adapter',
    message: 'No graphics adapter with Vulkan was found.',
    hint: 'Install a graphics driver with Vulkan, or Mesa’s software one, and start again.',
  },
}

export function answer(): void {
  const scene = new URLSearchParams(location.search).get('show') ?? 'ready'
  const engine: Engine =
    scene === 'loading'
      ? { state: 'loading', stage: 'uploading', done: 610, total: 980 }
      : scene === 'failed'
        ? FAILED
        : scene === 'software'
          ? SOFTWARE
          : READY
  let say: (event: Event) => void = () => {}
  let timer: ReturnType<typeof setInterval> | undefined
  let latest = 0

  function translate(seq: number): void {
    clearInterval(timer)
    latest = seq
    let words = 0
    const all = ANSWER.split(/(?<= )/)
    timer = setInterval(() => {
      words += 1
      const text = all.slice(0, words).join('')
      const start = text.indexOf('drawings')
      const doubts =
        start < 0
          ? []
          : [{ start, end: start + 8, alternatives: ['sketches', 'plans'], probability: 0.41 }]
      say({ type: 'text', seq, text, doubts })
      if (words < all.length) return
      clearInterval(timer)
      say({ type: 'finished', seq, tokens_per_second: 41.7 })
    }, 40)
  }

  const commands: Record<string, (args: Record<string, unknown>) => unknown> = {
    subscribe({ channel }): Snapshot {
      say = (event) => (channel as Channel<Event>).onmessage(event)
      return {
        engine,
        offer: OFFER,
        pair: { from: 'de', to: 'en' },
        recent: [
          { from: 'en', to: 'ja' },
          { from: 'fr', to: 'de' },
        ],
        rows: scene === 'queue' ? ROWS : [],
        formats: ['txt', 'md', 'srt'],
      }
    },
    set_pair: (pair) => [pair as unknown as Pair, { from: 'en', to: 'ja' }],
    translate({ seq }) {
      if (scene === 'problem')
        say({
          type: 'failed',
          seq: seq as number,
          problem: {
            code: 'device_lost',
            message: 'The graphics adapter stopped answering.',
            hint: 'The models were loaded again.',
          },
        })
      else translate(seq as number)
    },
    stop() {
      clearInterval(timer)
      say({ type: 'stopped', seq: latest })
    },
    remove: ({ id }) => say({ type: 'gone', id: id as number }),
    choose_files: () => ROWS.forEach((row) => say({ type: 'row', row })),
  }
  mockIPC((command, args) => commands[command]?.((args ?? {}) as Record<string, unknown>))
}
