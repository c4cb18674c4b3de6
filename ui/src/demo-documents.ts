// The documents of the fake backend in demo.ts.
import type { Adapter, DocumentTerm, Place, Row, Segment, Suggestion, HistoryText } from './bridge'

export const FORMATS = [
  'CSV',
  'EPUB',
  'Excel',
  'HTML',
  'JSON',
  'Markdown',
  'OpenDocument text',
  'PDF, as Markdown',
  'plain text',
  'PowerPoint',
  'SubRip subtitles',
  'Word',
]

const row = (id: number, name: string, rest: Partial<Row>): Row => ({
  id,
  name,
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
})

const WORKING = { state: 'translating', looks_like: 'de' } as const

export const ROWS: Row[] = [
  row(1, 'Teehaus am Fluss.md', { ...WORKING, done: 412, total: 1980, tokens_per_second: 38.2, eta_s: 371 }),
  row(2, 'Jahresbericht.docx', { ...WORKING, done: 96, total: 140, tokens_per_second: 17.4, eta_s: 42 }),
  row(3, 'Vorstellung der drei Kreise.pptx', { ...WORKING, done: 3, total: 64, tokens_per_second: 9.1, eta_s: 118 }),
  row(4, 'Mietvertrag mit einem wirklich sehr langen Namen, zweite Fassung.odt', { looks_like: 'ja' }),
  row(5, 'Film.srt', { state: 'paused', done: 12, total: 700 }),
  row(6, 'Vertrag.docx', { state: 'done', done: 5000, total: 5000, to_review: 4, terms: { met: 1, missed: 1 }, output: 'Vertrag.en.docx' }),
  row(7, 'Brief.txt', { state: 'done', done: 9, total: 9, output: 'Brief.en.txt' }),
  row(8, 'Bild.txt', {
    state: 'failed',
    problem: {
      code: 'document',
      message: 'the file is not text: Bild.txt',
      hint: '',
    },
  }),
  row(10, 'Artikel.csv', {
    state: 'held',
    columns: [
      { title: 'Nummer', sample: '4711', chosen: false },
      { title: 'Name', sample: 'Teekanne aus Gusseisen', chosen: true },
      { title: 'Beschreibung', sample: 'Hält den Tee zwei Stunden lang warm.', chosen: true },
    ],
  }),
  row(11, '日記.txt', { state: 'held', looks_like: 'ja' }),
  row(9, 'Preise.xlsx', { state: 'cancelled', done: 12, total: 700 }),
]

export const INTERRUPTED: Row[] = [
  row(1, 'Teehaus am Fluss.md', { state: 'interrupted', done: 412, total: 1980 }),
  row(2, 'Jahresbericht.docx', { state: 'interrupted' }),
  row(3, 'Brief.txt', { state: 'done', done: 9, total: 9, output: 'Brief.en.txt' }),
]

const WRITTEN: [string, string, Partial<Segment>][] = [
  ['Mietvertrag über das Teehaus am Fluss', 'Lease of the tea house by the river', {}],
  [
    'Die Miete beträgt 1.250 Euro im Monat, fällig am dritten Werktag.',
    'The rent is due on the third working day of each month.',
    {
      status: 'doubtful',
      reasons: [{ kind: 'number', text: '1250' }],
      spans: [{ start: 18, end: 28, kind: 'paired', label: '**' }],
    },
  ],
  [
    'Der Vermieter trägt die Kosten der Instandhaltung.',
    'The owner bears the costs of maintenance.',
    { status: 'doubtful', reasons: [{ kind: 'term', text: 'landlord' }],
      terms: {
        met: [{ source: 'Kosten', target: 'costs' }],
        missed: [{ source: 'Vermieter', target: 'landlord' }],
      },
    },
  ],
  [
    'Näheres regelt die Hausordnung, die unter https://teehaus.example steht.',
    'Details are in the house rules at https://teehaus.example.',
    {
      status: 'doubtful',
      reasons: [{ kind: 'tag', text: '[' }],
      quality: { score: 0.12, grade: 'poor', calibrated: true },
      spans: [
        { start: 19, end: 30, kind: 'paired', label: '[' },
        { start: 42, end: 65, kind: 'locked', label: '' },
      ],
    },
  ],
  [
    'Setze {name} in das Feld ein und bestätige mit Eingabe.',
    'Setze {name} in das Feld ein und bestätige mit Eingabe.',
    {
      status: 'kept',
      reasons: [{ kind: 'copied' }],
      spans: [{ start: 6, end: 12, kind: 'locked', label: '{name}' }],
    },
  ],
  [
    'Der Mieter hat den Garten gepflegt zu übergeben.',
    'The tenant must hand over the garden in good order.',
    {
      status: 'edited',
      spans: [{ start: 19, end: 19, kind: 'void', label: '[^1]' }],
      tagged: {
        source: 'Der Mieter hat den <1/>Garten gepflegt zu übergeben.',
        target: 'The tenant must hand over the <1/>garden in good order.',
      },
    },
  ],
  ['Beide Parteien unterschreiben.', 'Both parties sign.', { status: 'reused' }],
]

export const SEGMENTS: Segment[] = Array.from({ length: 5000 }, (_, index) => {
  const [source, target, rest] = WRITTEN[index] ?? [
    `Dies ist der ${index + 1}. Satz des Vertrags.`,
    `This is sentence ${index + 1} of the contract.`,
    {},
  ]
  return { index, block: index, source, target, status: 'done', reasons: [], spans: [], tagged: null, terms: { met: [], missed: [] }, quality: null, ...rest }
})

export const TERMS: DocumentTerm[] = [
  { source: 'Mietvertrag', target: 'lease', segments: 9, before: 5, agreeing: 8 },
  { source: 'Hausverwaltung', target: 'property management', segments: 4, before: 3, agreeing: 4 },
]

export const SUGGESTIONS: Suggestion[] = [
  {
    source: 'Die Miete beträgt 1.100 Euro im Monat, fällig am dritten Werktag.',
    target: 'The rent is 1,100 euros a month, due on the third working day.',
    percent: 94,
    origin: 'edited',
  },
  {
    source: 'Die Miete beträgt 1.250 Euro im Monat, fällig am ersten Werktag.',
    target: 'The monthly rent of 1,250 euros is due on the first working day.',
    percent: 92,
    origin: 'imported',
  },
]

export const HISTORY: HistoryText[] = [
  ['Wo ist der Bahnhof?', 'Where is the station?'],
  ['Das kleine Teehaus am Fluss öffnet um acht.', 'The little tea house by the river opens at eight.'],
].map(([source = '', target = ''], index) => ({
  id: 2 - index,
  pair: { from: 'de', to: 'en' },
  source,
  target,
  translated_s: 1_790_000_000,
}))

export const PLACES: Place[] = [
  { kind: 'data', path: '/home/user/.local/share/wasan', bytes: 41e6 },
  { kind: 'models', path: '/home/user/.local/share/wasan/models', bytes: 2.82e9 },
  { kind: 'cache', path: '/home/user/.cache/wasan', bytes: 12e6 },
  { kind: 'settings', path: '/home/user/.config/wasan', bytes: 2_000 },
]

export const ADAPTER: Adapter = {
  name: 'NVIDIA GeForce RTX 4060',
  kind: 'discrete',
  backend: 'Vulkan',
  driver: 'NVIDIA 570.86',
  half: true,
  lanes: [32, 32],
  largest_buffer: 4.2e9,
  memory: 8e9,
  shares_memory: false,
  fault: null,
  test_s: 0.6,
}
