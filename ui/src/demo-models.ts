// The models of the fake backend in demo.ts.
import type { Candidate, DirectionReport, Fit, Models, PublishedSet, SetMember, Work, WorkState } from './bridge'

const GB = 1e9

const LANGUAGES = (
  'bg Bulgarian|ca Catalan|zh Chinese|hr Croatian|cs Czech|da Danish|nl Dutch|en English|et Estonian|fi Finnish|' +
  'fr French|de German|el Greek|hu Hungarian|it Italian|ja Japanese|ko Korean|lv Latvian|lt Lithuanian|pl Polish|' +
  'pt Portuguese|ro Romanian|ru Russian|sk Slovak|sl Slovenian|es Spanish|sv Swedish|tr Turkish|uk Ukrainian'
)
  .split('|')
  .map((line) => line.split(' ') as [string, string])
  .map(([code, name]) => ({ code, name, endonym: name }))

const EUROPE = LANGUAGES.map(({ code }) => code)

const member = (term: string, repository: string, file: string, gb: number, rest: Partial<SetMember> = {}): SetMember => ({
  term,
  repository,
  file,
  bytes: gb * GB,
  licence: 'Apache-2.0',
  notes: '',
  gated: false,
  installed: null,
  ...rest,
})

const fit = (verdict: Fit['verdict'], gb: number, available: number | null = 8 * GB): Fit => ({
  verdict,
  weights: gb * 0.86 * GB,
  cache: gb * 0.1 * GB,
  buffers: gb * 0.04 * GB,
  available,
  shared: false,
  tokens_per_second: 300 / gb,
  instead: verdict === 'does_not_fit' ? 'Llama 3.2, 3B' : null,
})

const set = (id: string, title: string, members: SetMember[], rest: Partial<PublishedSet>): PublishedSet => {
  const bytes = members.filter((one) => !one.installed).reduce((sum, one) => sum + one.bytes, 0)
  return {
    id,
    title,
    single: members.length === 1,
    languages: ['ja', 'en'],
    notes: '',
    members,
    download_bytes: bytes,
    peak_bytes: bytes * 2,
    disk_bytes: bytes * 1.02,
    licences: [...new Set(members.map((one) => one.licence))].map((id) => ({ id, title: TITLES[id] ?? id, limits_use: id.startsWith('llama') })),
    fit: fit('fits', 4),
    installed: members.every((one) => one.installed),
    ...rest,
  }
}

const TITLES: Record<string, string> = {
  MIT: 'MIT License',
  'Apache-2.0': 'Apache License 2.0',
  'llama3.1': 'Llama 3.1 Community License',
  'llama3.2': 'Llama 3.2 Community License',
}

const LLAMA = { licence: 'llama3.2' }

export const SETS: PublishedSet[] = [
  set(
    'japanese',
    'Japanese ↔ English',
    [
      member('L', 'mmnga/sarashina2.2-3b-instruct-v0.1-gguf', 'sarashina2.2-3b-instruct-v0.1-Q8_0.gguf', 3.57, { licence: 'MIT' }),
      member('mt', 'mmnga-o/CAT-Translate-1.4b-gguf', 'CAT-Translate-1.4b-Q8_0.gguf', 1.498, { licence: 'MIT' }),
      member('base', 'mradermacher/sarashina2.2-1b-GGUF', 'sarashina2.2-1b.Q8_0.gguf', 1.498, { licence: 'MIT' }),
    ],
    { notes: 'A translation model steers a larger one: what its training added is added to the large model.', fit: fit('tight', 7.1) },
  ),
  set(
    'europe',
    'Europe',
    [
      member('L', 'bartowski/EuroLLM-9B-Instruct-GGUF', 'EuroLLM-9B-Instruct-Q4_K_M.gguf', 5.58),
      member('S', 'mradermacher/EuroLLM-1.7B-Instruct-GGUF', 'EuroLLM-1.7B-Instruct.Q8_0.gguf', 1.764),
    ],
    { languages: EUROPE, fit: fit('does_not_fit', 9.4), notes: 'All languages of the European Union and eleven more.' },
  ),
  set(
    'llama-3b',
    'Llama 3.2, 3B',
    [
      member('L', 'unsloth/Llama-3.2-3B-Instruct-GGUF', 'Llama-3.2-3B-Instruct-Q4_K_M.gguf', 2.02, LLAMA),
      member('S', 'unsloth/Llama-3.2-1B-Instruct-GGUF', 'Llama-3.2-1B-Instruct-Q4_K_M.gguf', 0.808, LLAMA),
    ],
    { languages: ['en', 'de', 'fr', 'it', 'pt', 'es'], fit: fit('fits', 3.6) },
  ),
  set(
    'llama-gated',
    'Llama 3.1, 8B, from its maker',
    [member('L', 'meta-llama/Llama-3.1-8B-Instruct', 'model.gguf', 4.92, { licence: 'llama3.1', gated: true }), member('S', 'meta-llama/Llama-3.2-1B-Instruct', 'small.gguf', 0.81, { ...LLAMA, gated: true })],
    { languages: ['en', 'de', 'fr'], fit: fit('unknown', 7.7, null) },
  ),
  set('cat-0.8b', 'CAT-Translate 0.8B', [member('L', 'mmnga-o/CAT-Translate-0.8b-gguf', 'CAT-Translate-0.8b-Q8_0.gguf', 0.845, { licence: 'MIT' })], {
    fit: fit('fits', 1.3),
  }),
]

const BUILT_IN = ['starter-large large', 'starter-small-de de', 'starter-small-en en', 'starter-small-ja ja'].map((line) => {
  const [name, role] = line.split(' ') as [string, string]
  return {
    name,
    role,
    languages: ['de', 'en', 'ja'],
    licence: 'MIT OR Apache-2.0',
    repository: null,
    commit: null,
    base: null,
    bits: 'q8',
    bytes: 4e6,
    built_in: true,
    broken: null,
  }
})

const pairs = ['de en', 'en de', 'ja en', 'en ja'].map((line) => {
  const [from, to] = line.split(' ') as [string, string]
  return { from, to }
})

export const MODELS: Models = {
  sets: SETS,
  installed: BUILT_IN,
  found: [],
  recipes: pairs.map((pair) => ({
    pair,
    current: 'starter',
    choices: [{ id: 'starter', label: 'Built in', sum: 'L + src + tgt', demonstration: true }],
  })),
  works: [],
  candidate: null,
  disk_used: 0,
  disk_free: 182 * GB,
  languages: LANGUAGES,
}

const direction = (from: string, to: string, chrf: number, verdict: DirectionReport['verdict']): DirectionReport => ({
  pair: { from, to },
  chrf,
  tokens_per_second: 68.2,
  verdict,
  remarks: verdict === 'broken' ? ['The output is not a translation. Likely causes: a prompt that the model does not know, a tokenizer that is not its own, a damaged file.'] : [],
  sentences: [
    {
      source: 'Der Vertrag verlängert sich um ein Jahr.',
      translation: 'The contract is extended by one year.',
      reference: 'The contract is renewed for one year.',
    },
  ],
})

const FILES = [
  { name: 'Llama-3.2-3B-Instruct-Q4_K_M.gguf', done: 2.02 * GB, total: 2.02 * GB },
  { name: 'Llama-3.2-1B-Instruct-Q4_K_M.gguf', done: 0.31 * GB, total: 0.808 * GB },
]

export const STATES: Record<string, WorkState> = {
  downloading: { state: 'downloading', done: 2.33 * GB, total: 2.828 * GB, bytes_per_second: 11.4e6, eta_s: 44, files: FILES },
  waiting: { state: 'waiting', reason: 'rate_limit', seconds: 56, done: 2.33 * GB, total: 2.828 * GB },
  verifying: { state: 'verifying', file: FILES[0]!.name, done: 1.2 * GB, total: 2.02 * GB },
  paused: { state: 'paused', done: 2.33 * GB, total: 2.828 * GB },
  importing: { state: 'importing', model: 'llama-3.2-3b-instruct', done: 0.7 * GB, total: 2.02 * GB },
  testing: { state: 'testing', done: 12, total: 20 },
  ready: { state: 'ready', directions: [direction('de', 'en', 63.4, 'works'), direction('en', 'de', 60.1, 'works')] },
  broken: { state: 'ready', directions: [direction('de', 'en', 4.2, 'broken'), direction('en', 'de', 31.7, 'weak')] },
  gated: {
    state: 'failed',
    page: true,
    done: 0,
    total: 0,
    problem: { code: 'gated', message: 'meta-llama/Llama-3.1-8B-Instruct asks for an agreement before its files can be downloaded', hint: '' },
  },
  full: {
    state: 'failed',
    page: false,
    done: 2.33 * GB,
    total: 2.828 * GB,
    problem: { code: 'disk_full', message: 'The disk is full: 498 MB more are needed, 12 MB are free.', hint: 'Free some space, then resume.' },
  },
}

const CANDIDATE: Candidate = {
  id: 1,
  name: 'Qwen2.5-3B-Instruct-Q4_K_M',
  file: 'Qwen2.5-3B-Instruct-Q4_K_M.gguf',
  source_bytes: 1.93 * GB,
  import_bytes: 1.98 * GB,
  languages: [],
  role: 'large',
  licence: null,
  adapter: null,
  problem: null,
}

const adapter = (names: string[]): Candidate => ({
  ...CANDIDATE,
  name: 'german-letters',
  file: 'german-letters',
  source_bytes: 22e6,
  import_bytes: 45e6,
  adapter: { bases: names.map((name) => ({ name, languages: ['en', 'de'] })), base_name: 'meta-llama/Llama-3.2-3B-Instruct' },
})

/** The page of a scene: first, a state of STATES, installed, found, import, adapter, adapter-none. */
export function modelsOf(scene: string): Models {
  const state = STATES[scene]
  if (state) {
    const id = scene === 'gated' ? 'llama-gated' : 'llama-3b'
    const title = SETS.find((one) => one.id === id)!.title
    return { ...MODELS, sets: [...SETS].sort((a) => (a.id === id ? -1 : 0)), works: [{ id, title, state } satisfies Work], disk_used: 2.33 * GB }
  }
  if (['installed', 'found', 'import', 'adapter', 'adapter-none'].includes(scene)) {
    const names = ['llama-3.2-3b-instruct', 'llama-3.2-1b-instruct']
    const sets = SETS.map((one) =>
      one.id === 'llama-3b'
        ? { ...one, installed: true, download_bytes: 0, members: one.members.map((m, index) => ({ ...m, installed: names[index]! })) }
        : one,
    )
    const choices = [
      { id: 'llama-3b', label: 'Llama 3.2, 3B', sum: 'L + 0.5*S', demonstration: false },
      { id: 'L', label: 'llama-3.2-3b-instruct alone', sum: 'L', demonstration: false },
      { id: 'starter', label: 'Built in', sum: 'L + src + tgt', demonstration: true },
    ]
    return {
      ...MODELS,
      sets,
      installed: [
        ...names.map((name, index) => ({
          ...BUILT_IN[0]!,
          name,
          role: index ? 'other' : 'large',
          languages: ['en', 'de', 'fr', 'it', 'pt', 'es'],
          licence: 'llama3.2',
          repository: SETS[2]!.members[index]!.repository,
          commit: '9e6a1b0c3d4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b',
          bits: 'Q4_K, Q6_K',
          bytes: index ? 0.8 * GB : 2.02 * GB,
          built_in: false,
        })),
        ...BUILT_IN,
      ],
      found: [
        { id: '1', name: 'Qwen2.5-3B-Instruct-Q4_K_M.gguf', program: 'lm_studio', bytes: 1.93 * GB, set: null, problem: null },
        { id: '2', name: 'gemma3:4b', program: 'ollama', bytes: 3.3 * GB, set: null, problem: 'Mixture-of-experts models are not supported: qwen3moe' },
      ],
      recipes: pairs.map((pair) => ({ pair, current: 'llama-3b', choices })),
      disk_used: 2.82 * GB,
      candidate: { import: CANDIDATE, adapter: adapter(names), 'adapter-none': adapter([]) }[scene] ?? null,
    }
  }
  return MODELS
}
