import { readFileSync, readdirSync } from 'node:fs'
import { Resource, parse, serialize, type Message } from '@fluent/syntax'
import { beforeEach, expect, test } from 'vitest'
import { samples } from './generated/bridge-samples'
import { problemWords } from './problem-words'
import { PAGES } from './settings.svelte'
import { INTERFACE, keys, knows, languageName, speak, systemLocale, t } from './words.svelte'

const LOCALES = Object.keys(INTERFACE)
const SOURCES = 'src'

/** Every file below a folder. */
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`)

function messages(locale: string): Map<string, Message> {
  const all = files(`${SOURCES}/words/${locale}`).flatMap((file) => {
    const { body } = parse(readFileSync(file, 'utf8'), {})
    expect(body.filter((entry) => entry.type === 'Junk'), file).toEqual([])
    return body.flatMap((entry) => (entry.type === 'Message' ? [[entry.id.name, entry as Message] as const] : []))
  })
  const ids = all.map(([id]) => id)
  expect(ids.filter((id, at) => ids.indexOf(id) !== at), `${locale}, twice`).toEqual([])
  return new Map(all)
}

/** The attributes and arguments of a message: what all languages must share. */
function shape(message: Message | undefined): string[] {
  if (!message) return ['missing']
  const text = serialize(new Resource([message]), {})
  const names = [...text.matchAll(/\$(\w+)/g)].map(([name]) => name)
  return [...new Set([...message.attributes.map(({ id }) => `.${id.name}`), ...names])].sort()
}

const code = files(SOURCES)
  .filter((file) => /\.(svelte|ts)$/.test(file) && !/\.test\.ts$|\/demo|\/generated\//.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')

beforeEach(() => speak('en'))

test('the catalogues have the same messages with the same arguments', () => {
  const english = messages('en')
  for (const locale of LOCALES) {
    const others = messages(locale)
    expect([...others.keys()].sort(), locale).toEqual([...english.keys()].sort())
    for (const [id, message] of english) expect(shape(others.get(id)), `${locale}: ${id}`).toEqual(shape(message))
  }
})

test('every message is used, and every word that is used is there', () => {
  const known = [...messages('en').keys()]
  const literal = [...code.matchAll(/\bt\(\s*(?:[^()'`]*\? )?'([\w-]+)'(?:\s*:\s*'([\w-]+)')?/g)].flatMap(([, one, other]) =>
    [one, other].filter((id) => id !== undefined),
  )
  expect(literal.length).toBeGreaterThan(200)
  expect(literal.filter((id) => !known.includes(id))).toEqual([])
  const prefixes = [...code.matchAll(/[`'(]([a-z]+(?:-[a-z]+)*-)\$\{/g)].map(([, prefix]) => prefix ?? '')
  // A name in a table is used where the table is.
  const used = (id: string) => code.includes(`'${id}'`) || prefixes.some((prefix) => id.startsWith(prefix))
  expect(known.filter((id) => !used(id))).toEqual([])
})

test('every kind that Rust sends has words', () => {
  const kinds = {
    row: samples.RowState,
    status: samples.SegmentStatus,
    reason: samples.Reason.map(({ kind }) => kind),
    mark: samples.Mark.map(({ kind }) => kind),
    grade: samples.QualityEstimate.map(({ grade }) => grade),
    origin: samples.Suggestion.map(({ origin }) => origin),
    unit: samples.MemoryUnit.map(({ origin }) => origin),
    verdict: samples.Verdict,
    loading: samples.Stage,
    wait: samples.WaitReason,
    theme: samples.Theme,
    quality: samples.Quality,
    adapter: samples.Adapter.map(({ kind }) => kind),
    'place-kept': samples.Place.map(({ kind }) => kind),
    settings: [...PAGES],
  }
  for (const [prefix, values] of Object.entries(kinds))
    expect(values.filter((value) => !knows(`${prefix}-${value}`)), prefix).toEqual([])
  const places = readFileSync('../crates/documents/src/left_alone.rs', 'utf8').match(/enum Place \{([^}]*)\}/)![1]!
  const names = [...places.matchAll(/^ {4}(\w+),/gm)].map(([, name]) =>
    name!.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase(),
  )
  expect(names.length).toBeGreaterThan(30)
  expect(names.filter((name) => !knows(`place-${name}`))).toEqual([])
})

test('every error of Rust has words, and no hint of the window is a command', () => {
  const rust = ['../crates/translation/src/error/problem.rs', '../crates/fetch/src/error.rs', '../src-tauri/src/error.rs']
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const codes = [...rust.matchAll(/(?:=>\s*\{?\s*\(?\s*|\(\s*|code: )"([a-z]+(?:_[a-z]+)*)"(?=[,.\s)])/g)].map(([, code]) => code!)
  expect(new Set(codes).size).toBeGreaterThan(60)
  for (const locale of LOCALES) {
    speak(locale)
    for (const code of codes) {
      const { title, hint } = problemWords({ code, message: 'x', hint: '`wasan gpu` --adapter' })
      expect(title, code).not.toBe('x')
      expect(`${title} ${hint}`, code).not.toMatch(/`|wasan |--\w/)
    }
  }
  expect(problemWords({ code: 'new', message: 'What happened.', hint: '`wasan`' })).toEqual({
    title: 'What happened.',
    detail: null,
    hint: null,
  })
})

test('a message loses what it says of the command line, and nothing else', () => {
  const detail = (message: string) => problemWords({ code: 'read', message, hint: '' }).detail
  expect(detail('Wasan does not read X; if it is plain text, rename it to .txt or use `wasan translate --format txt`: a.x')).toBe(
    'Wasan does not read X; if it is plain text, rename it to .txt: a.x',
  )
  expect(detail('no adapter matches; `wasan gpu` lists the adapters: RTX')).toBe('no adapter matches: RTX')
  expect(detail('`wasan`')).toBeNull()
  expect(detail('a `b`; c: d')).toBe('a `b`; c: d')
  const rust = ['documents/src/detect/kinds.rs', 'documents/src/error.rs', 'kernels/src/error.rs']
    .map((file) => readFileSync(`../crates/${file}`, 'utf8'))
    .join('\n')
  const texts = [...rust.replace(/\\\n\s*/g, '').matchAll(/"([^"\n]*`wasan[^"\n]*)"/g)].map(([, text]) => text!)
  expect(texts.length).toBeGreaterThan(5)
  for (const text of texts) expect(detail(`not read; ${text}: a.x`), text).not.toContain('`wasan')
})

test('the interface speaks the chosen language, else the first of the system that it knows', () => {
  expect(systemLocale(['fr-CH', 'de-AT', 'en'])).toBe('de')
  expect(systemLocale(['fr'])).toBe('en')
  const said = (language: string) => {
    speak(language)
    return [document.documentElement.lang, t('row-segments', { n: 1234 }), languageName('ja'), keys('Ctrl+Shift+S')]
  }
  expect(said('en')).toEqual(['en', '1,234 segments', 'Japanese', 'Ctrl+Shift+S'])
  expect(said('de')).toEqual(['de', '1.234 Segmente', 'Japanisch', 'Strg+Umschalt+S'])
  expect(said('ja')).toEqual(['ja', '1,234 文', '日本語', 'Ctrl+Shift+S'])
  speak('de')
  expect([t('row-segments', { n: 1 }), t('speed', { n: '3,5' })]).toEqual(['1 Segment', '3,5 Token/s'])
  expect(() => t('no-such-words')).toThrow()
})
