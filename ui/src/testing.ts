// Shared by the panel tests: a fake Rust backend under the control of the test.
import { vi } from 'vitest'
import * as bridge from './bridge'
import * as exportsBridge from './bridge-exports'
import * as modelsBridge from './bridge-models'
import * as settingsBridge from './bridge-settings'
import * as textsBridge from './bridge-texts'
import { DEFAULTS } from './settings.svelte'
import type { Draft, Engine, Models, PublishedSet, Work, Event, Offer, Row, Segment, Snapshot } from './bridge'

export const READY: Engine = {
  state: 'ready',
  adapter: 'Test GPU',
  software: false,
  recipe: 'L + src + tgt',
  memory: 3e9,
  demonstration: false,
  aligns: true,
  models: [
    { term: 'L', name: 'Large', bits: 'q4' },
    { term: 'src', name: 'German', bits: 'q8' },
    { term: 'tgt', name: 'English', bits: 'f16' },
  ],
}

export const OFFER: Offer = {
  languages: [
    { code: 'de', name: 'German', endonym: 'Deutsch' },
    { code: 'en', name: 'English', endonym: 'English' },
    { code: 'ja', name: 'Japanese', endonym: '日本語' },
  ],
  demonstrations: [],
  pairs: [
    { from: 'de', to: 'en' },
    { from: 'en', to: 'de' },
    { from: 'en', to: 'ja' },
  ],
}

export function snapshot(rest: Partial<Snapshot> = {}): Snapshot {
  return {
    engine: READY,
    offer: OFFER,
    pair: { from: 'de', to: 'en' },
    recent: [],
    rows: [],
    formats: ['Word', 'Markdown'],
    preferences: DEFAULTS,
    output_folder: null,
    notice: null,
    ...rest,
  }
}

export function row(rest: Partial<Row> = {}): Row {
  return {
    id: 1,
    name: 'letter.md',
    pair: { from: 'de', to: 'en' },
    looks_like: null,
    columns: [],
    state: 'waiting',
    done: 0,
    total: 0,
    tokens_per_second: 0,
    eta_s: null,
    to_review: 0,
    terms: { met: 0, missed: 0 },
    output: null,
    demonstration: false,
    left_alone: {},
    drafts: 0,
    problem: null,
    ...rest,
  }
}

export function segment(index: number, rest: Partial<Segment> = {}): Segment {
  return {
    index,
    block: index,
    source: `Satz ${index}`,
    target: `Sentence ${index}`,
    status: 'done',
    reasons: [],
    spans: [],
    tagged: null,
    terms: { met: [], missed: [] },
    quality: null,
    ...rest,
  }
}

export function set(rest: Partial<PublishedSet> = {}): PublishedSet {
  return {
    id: 'europe',
    title: 'Europe',
    single: false,
    languages: ['de', 'en', 'ja'],
    notes: 'For Europe.',
    members: [
      {
        term: 'L',
        repository: 'org/large',
        file: 'large.gguf',
        bytes: 5e9,
        licence: 'MIT',
        gated: false,
        notes: '',
        installed: null,
      },
    ],
    licences: [{ id: 'MIT', title: 'MIT License', limits_use: false }],
    download_bytes: 5e9,
    peak_bytes: 10e9,
    disk_bytes: 5.1e9,
    fit: {
      verdict: 'fits',
      weights: 5e9,
      cache: 1e9,
      buffers: 0.5e9,
      available: 16e9,
      shared: false,
      tokens_per_second: 40,
      instead: null,
    },
    installed: false,
    ...rest,
  }
}

export function models(rest: Partial<Models> = {}): Models {
  return {
    sets: [set()],
    installed: [],
    found: [],
    recipes: [],
    works: [],
    candidate: null,
    disk_used: 0,
    disk_free: 100e9,
    languages: OFFER.languages,
    ...rest,
  }
}

export const work = (state: Work['state']): Work => ({ id: 'europe', title: 'Europe', state })

/** Replaces every command of the Models page by a spy; `models` sends these. */
export function rustModels(emit: (event: Event) => void, rest: Partial<Models> = {}) {
  const spy = <K extends keyof typeof modelsBridge>(name: K) =>
    vi.spyOn(modelsBridge, name).mockResolvedValue(undefined as never)
  return {
    models: vi.spyOn(modelsBridge, 'models').mockImplementation(async () => {
      emit({ type: 'models', models: models(rest) })
    }),
    lookAtModels: spy('lookAtModels'),
    getSet: spy('getSet'),
    pauseWork: spy('pauseWork'),
    cancelWork: spy('cancelWork'),
    dismissWork: spy('dismissWork'),
    testSet: spy('testSet'),
    removeSet: spy('removeSet'),
    removeModel: spy('removeModel'),
    openModelPage: spy('openModelPage'),
    openLicence: spy('openLicence'),
    revealModels: spy('revealModels'),
    chooseModelFile: spy('chooseModelFile'),
    chooseModelFolder: spy('chooseModelFolder'),
    chooseFound: spy('chooseFound'),
    importModel: spy('importModel'),
    dismissCandidate: spy('dismissCandidate'),
    setRecipe: spy('setRecipe'),
  }
}

/** Replaces every command by a spy; returns the spies, and `emit`, which sends an event. */
export function rust(rest: Partial<Snapshot> = {}) {
  let listen: (event: Event) => void = () => {
    throw new Error('the window has not subscribed')
  }
  const rows = new Map((rest.rows ?? []).map((row) => [row.id, row]))
  const kept = new Map<number, Draft[]>()
  const emit = (event: Event) => {
    if (event.type === 'row') rows.set(event.row.id, event.row)
    if (event.type === 'gone') kept.delete(event.id)
    listen(event)
  }
  return {
    emit,
    subscribe: vi.spyOn(bridge, 'subscribe').mockImplementation(async (listener) => {
      listen = listener
      return snapshot(rest)
    }),
    setPair: vi.spyOn(bridge, 'setPair').mockImplementation(async (pair) => [pair]),
    translate: vi.spyOn(bridge, 'translate').mockResolvedValue(),
    stop: vi.spyOn(bridge, 'stop').mockResolvedValue(),
    detect: vi.spyOn(bridge, 'detect').mockResolvedValue(null),
    chooseFiles: vi.spyOn(bridge, 'chooseFiles').mockResolvedValue(),
    chooseFolder: vi.spyOn(bridge, 'chooseFolder').mockResolvedValue(),
    setRowPair: vi.spyOn(bridge, 'setRowPair').mockResolvedValue(),
    pause: vi.spyOn(bridge, 'pause').mockResolvedValue(),
    resume: vi.spyOn(bridge, 'resume').mockResolvedValue(),
    cancel: vi.spyOn(bridge, 'cancel').mockResolvedValue(),
    remove: vi.spyOn(bridge, 'remove').mockResolvedValue(),
    open: vi.spyOn(bridge, 'open').mockResolvedValue(),
    reveal: vi.spyOn(bridge, 'reveal').mockResolvedValue(),
    segments: vi.spyOn(bridge, 'segments').mockResolvedValue([]),
    documentTerms: vi.spyOn(bridge, 'documentTerms').mockResolvedValue([]),
    setDocumentTerm: vi.spyOn(bridge, 'setDocumentTerm'),
    suggestions: vi.spyOn(bridge, 'suggestions').mockResolvedValue([]),
    edit: vi.spyOn(bridge, 'edit').mockImplementation(async (_, index, target) => [
      segment(index, { target, status: 'edited' }),
    ]),
    drafts: vi.spyOn(bridge, 'drafts').mockImplementation(async (id) => kept.get(id) ?? []),
    keepDrafts: vi.spyOn(bridge, 'keepDrafts').mockImplementation(async (id, drafts) => {
      kept.set(id, drafts)
      const row = rows.get(id)
      if (row) emit({ type: 'row', row: { ...row, drafts: drafts.length } })
    }),
    close: vi.spyOn(bridge, 'close').mockResolvedValue(),
    chooseColumns: vi.spyOn(exportsBridge, 'chooseColumns').mockResolvedValue(),
    correctionsAtRisk: vi.spyOn(exportsBridge, 'correctionsAtRisk').mockResolvedValue(0),
    exportBeside: vi.spyOn(exportsBridge, 'exportBeside').mockResolvedValue('letter.en.md.de-en.html'),
    exportDocument: vi.spyOn(exportsBridge, 'exportDocument').mockResolvedValue(null),
    translateBack: vi.spyOn(textsBridge, 'translateBack').mockResolvedValue(),
    typedSentences: vi.spyOn(textsBridge, 'typedSentences').mockResolvedValue([]),
    history: vi.spyOn(textsBridge, 'history').mockResolvedValue([]),
    forgetText: vi.spyOn(textsBridge, 'forgetText').mockResolvedValue(),
    editUnit: vi.spyOn(settingsBridge, 'editUnit').mockResolvedValue(),
    setPreferences: vi.spyOn(settingsBridge, 'setPreferences').mockResolvedValue(),
    restart: vi.spyOn(bridge, 'restart').mockResolvedValue(),
  }
}
