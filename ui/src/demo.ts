// A fake Rust backend for `npm run dev` in a browser. `?show=` picks a scene:
// ready (default), loading, failed, problem, queue, resume, review, software, demonstration; `?models=` one of the
// Models page: first (default), installed, import, adapter, adapter-none, or a state of demo-models.ts; `?language=` and `?theme=` as in the
// settings.
import { mockIPC } from '@tauri-apps/api/mocks'
import type { Channel } from '@tauri-apps/api/core'
import type { Engine, Event, Offer, Pair, Problem, Row, Snapshot, Term, Theme } from './bridge'
import { modelsOf } from './demo-models'
import { ADAPTER, FORMATS, HISTORY, INTERRUPTED, PLACES, ROWS, SEGMENTS, SUGGESTIONS, TERMS } from './demo-documents'
import { DOUBTS, TRANSLATION, begunSentence, nextWords, sentencesOf } from './demo-words'
import { DEFAULTS } from './settings.svelte'
import { isActive } from './rows'

const LANGUAGES = [
  ['de', 'German', 'Deutsch'],
  ['en', 'English', 'English'],
  ['ja', 'Japanese', '日本語'],
  ['fr', 'French', 'français'],
] as const

const OFFER: Offer = {
  languages: LANGUAGES.map(([code, name, endonym]) => ({ code, name, endonym })),
  demonstrations: [],
  pairs: LANGUAGES.flatMap(([from]) =>
    LANGUAGES.filter(([to]) => to !== from).map(([to]) => ({ from, to })),
  ),
}

const READY = {
  state: 'ready',
  adapter: 'NVIDIA GeForce RTX 4060',
  software: false,
  recipe: 'L + 0.5·src + 0.5·tgt',
  memory: 1.6e9,
  demonstration: false,
  aligns: true,
  models: [
    { term: 'L', name: 'Llama 3.2 1B', bits: 'q4' },
    { term: 'src', name: 'German 15M', bits: 'q8' },
    { term: 'tgt', name: 'English 15M', bits: 'q8' },
  ],
} satisfies Engine

const DEMONSTRATION: Engine = {
  ...READY,
  recipe: 'L + src + tgt',
  memory: 48e6,
  demonstration: true,
  models: ['large', 'small-de', 'small-en'].map((name, index) => ({
    term: ['L', 'src', 'tgt'][index]!,
    name: `starter-${name}`,
    bits: 'q8',
  })),
}

const SOFTWARE: Engine = { ...READY, adapter: 'llvmpipe (LLVM 15.0.6, 256 bits)', software: true }

const FAILED: Engine = {
  state: 'failed',
  problem: {
    code: 'gpu',
    message: 'no graphics adapter with Vulkan was found',
    hint: '',
  },
}

export function mockBackend(): void {
  const chosen = new URLSearchParams(location.search)
  const scene = chosen.get('show') ?? 'ready'
  const engine: Engine =
    scene === 'loading'
      ? { state: 'loading', stage: 'uploading', done: 610, total: 980 }
      : scene === 'failed'
        ? FAILED
        : scene === 'software'
          ? SOFTWARE
          : scene === 'demonstration'
            ? DEMONSTRATION
            : READY
  const models = modelsOf(chosen.get('models') ?? 'first')
  let rows =
    scene === 'queue' || scene === 'review' ? ROWS : scene === 'resume' ? INTERRUPTED : []
  let emit: (event: Event) => void = () => {}
  let timer: ReturnType<typeof setInterval> | undefined
  let latest = 0

  function translate(seq: number, source: string): void {
    clearInterval(timer)
    latest = seq
    let words = 0
    const all = TRANSLATION.split(/(?<= )/)
    timer = setInterval(() => {
      words += 1
      const text = all.slice(0, words).join('')
      emit({ type: 'text', seq, text, doubts: DOUBTS.filter(({ end }) => end <= text.length) })
      if (words < all.length) return
      clearInterval(timer)
      emit({ type: 'finished', seq, tokens_per_second: 41.7, sentences: sentencesOf(source) })
    }, 40)
  }

  function change(row: Row): void {
    rows = [...rows.filter((one) => one.id !== row.id), row]
    emit({ type: 'row', row })
  }

  /** Changes a row, or all that match. */
  function update(id: unknown, rest: Partial<Row>, fits: (row: Row) => boolean = () => true): void {
    const updated = rows.filter((row) => (id === null ? fits(row) && row.state !== 'done' : row.id === id))
    updated.forEach((row) => change({ ...row, ...rest, problem: null }))
  }

  const commands: Record<string, (args: Record<string, unknown>) => unknown> = {
    subscribe({ channel }): Snapshot {
      emit = (event) => (channel as Channel<Event>).onmessage(event)
      return {
        engine,
        offer: { ...OFFER, demonstrations: scene === 'demonstration' ? OFFER.pairs : [] },
        pair: { from: 'de', to: 'en' },
        recent: [
          { from: 'en', to: 'ja' },
          { from: 'fr', to: 'de' },
        ],
        rows,
        formats: FORMATS,
        preferences: { ...DEFAULTS, language: chosen.get('language'), theme: (chosen.get('theme') ?? 'system') as Theme },
        output_folder: null,
        notice: null,
      }
    },
    set_pair: (pair) => [pair as unknown as Pair, { from: 'en', to: 'ja' }],
    translate({ seq, text }) {
      if (scene === 'problem')
        emit({
          type: 'failed',
          seq: seq as number,
          problem: {
            code: 'gpu_lost',
            message: 'the device is lost',
            hint: '',
          },
        })
      else translate(seq as number, text as string)
    },
    stop() {
      clearInterval(timer)
      emit({ type: 'stopped', seq: latest })
    },
    next_words: ({ sentence, kept }) => nextWords(sentence as number, kept as string),
    begin_with: ({ sentence, beginning }) => begunSentence(sentence as number, beginning as string),
    detect: ({ text }) => (/[\u3040-\u30ff]/.test(text as string) ? 'ja' : null),
    choose_files: () => ROWS.forEach(change),
    choose_folder: () => ROWS.forEach(change),
    set_row_pair: ({ id, from, to }) => update(id, { pair: { from, to } as Pair }),
    pause: ({ id }) => update(id, { state: 'paused' }, isActive),
    resume: ({ id }) => update(id, { state: 'translating' }, (row) => !isActive(row)),
    cancel: ({ id }) => update(id, { state: 'cancelled' }),
    remove({ id }) {
      rows = rows.filter((row) => row.id !== id)
      emit({ type: 'gone', id: id as number })
    },
    translate_back: ({ seq }) => emit({ type: 'back', seq: seq as number, text: 'Guten Morgen!', done: true, problem: null }),
    typed_sentences: () => [{ source: 'Guten Morgen!', target: 'Good morning!', translated: true }],
    history: () => HISTORY,
    measure_speed: () => 41.7,
    places: () => PLACES,
    adapters: () => [ADAPTER],
    segments: () => SEGMENTS,
    drafts: () => [],
    terms: () => [{ source: 'Vermieter', target: 'landlord' }],
    memory_pairs: () => [{ pair: { from: 'de', to: 'en' }, units: SUGGESTIONS.length }],
    search_memory: () => SUGGESTIONS.map((unit) => ({ ...unit, uses: 2, used_s: 1_790_000_000 })),
    choose_columns({ id, columns }) {
      const chosen = columns as number[]
      const table = rows.find((row) => row.id === id)
      if (table) change({ ...table, columns: table.columns.map((one, at) => ({ ...one, chosen: chosen.includes(at) })) })
    },
    corrections_at_risk: () => 0,
    export_beside: () => 'Vertrag.en.docx.de-en.html',
    export_document: () => null,
    suggestions: () => SUGGESTIONS,
    document_terms: () => TERMS,
    set_document_term({ term }) {
      const { source, target } = term as Term
      const document_terms = TERMS.map((one) => (one.source === source ? { ...one, target } : one))
      return { document_terms, changed: [], lacking: 0, to_review: 4, terms: { met: 1, missed: 1 } }
    },
    models: () => emit({ type: 'models', models }),
    async edit({ index, text }) {
      const segment = SEGMENTS[index as number]
      const problem: Problem = {
        code: 'write',
        message: 'Cannot write the file (no space left on device): Vertrag.en.docx',
        hint: 'Check the free space; the file is unchanged.',
      }
      if (!segment || text === 'full') throw problem
      return [{ ...segment, target: text, status: 'edited', reasons: [] }]
    },
  }
  mockIPC((command, args) => commands[command]?.((args ?? {}) as Record<string, unknown>))
}
