import { clearMocks, mockIPC } from '@tauri-apps/api/mocks'
import { afterEach, expect, test } from 'vitest'
import * as bridge from './bridge'
import * as exports from './bridge-exports'
import * as models from './bridge-models'
import * as settings from './bridge-settings'
import * as texts from './bridge-texts'
import * as words from './bridge-words'
import { DEFAULTS } from './settings.svelte'

afterEach(clearMocks)

test('every command goes out under its name with its arguments, and none carries a path', async () => {
  const sent: unknown[] = []
  mockIPC((command, args) => {
    sent.push([command, args])
  })
  await bridge.setPair({ from: 'de', to: 'en' })
  await bridge.translate(7, 'Hallo')
  await bridge.stop()
  await bridge.detect('Hallo')
  await bridge.chooseFiles('Choose')
  await bridge.chooseFolder('Choose')
  await bridge.setRowPair(3, { from: 'ja', to: 'en' })
  for (const command of ['pause', 'resume'] as const) await bridge[command](null)
  for (const command of ['pause', 'resume', 'cancel', 'remove', 'open', 'reveal'] as const)
    await bridge[command](3)
  await bridge.segments(3)
  await bridge.documentTerms(3)
  await bridge.setDocumentTerm(3, { source: 'Vertrag', target: 'lease' })
  await bridge.suggestions(3, 5)
  await bridge.edit(3, 5, 'Hello', true)
  await exports.chooseColumns(3, [0, 2])
  await exports.correctionsAtRisk(3)
  await exports.exportBeside(3)
  await exports.exportDocument(3, 'memory', 'Choose')
  await bridge.drafts(3)
  await bridge.keepDrafts(3, [])
  await bridge.close()
  await bridge.restart()
  await words.nextWords('Ja. Nein.', 1, 'N')
  await words.beginWith('Ja. Nein.', 1, 'Not')
  expect(sent).toEqual([
    ['set_pair', { from: 'de', to: 'en' }],
    ['translate', { seq: 7, text: 'Hallo' }],
    ['stop', {}],
    ['detect', { text: 'Hallo' }],
    ['choose_files', { title: 'Choose' }],
    ['choose_folder', { title: 'Choose' }],
    ['set_row_pair', { id: 3, from: 'ja', to: 'en' }],
    ...['pause', 'resume'].map((command) => [command, { id: null }]),
    ...['pause', 'resume', 'cancel', 'remove', 'open', 'reveal'].map((command) => [command, { id: 3 }]),
    ['segments', { id: 3 }],
    ['document_terms', { id: 3 }],
    ['set_document_term', { id: 3, term: { source: 'Vertrag', target: 'lease' } }],
    ['suggestions', { id: 3, index: 5 }],
    ['edit', { id: 3, index: 5, text: 'Hello', equal: true }],
    ['choose_columns', { id: 3, columns: [0, 2] }],
    ['corrections_at_risk', { id: 3 }],
    ['export_beside', { id: 3 }],
    ['export_document', { id: 3, kind: 'memory', title: 'Choose' }],
    ['drafts', { id: 3 }],
    ['keep_drafts', { id: 3, drafts: [] }],
    ['close', {}],
    ['restart', {}],
    ['next_words', { text: 'Ja. Nein.', sentence: 1, kept: 'N' }],
    ['begin_with', { text: 'Ja. Nein.', sentence: 1, beginning: 'Not' }],
  ])
})

test('every command of typed text goes out under its name', async () => {
  const sent: unknown[] = []
  mockIPC((command, args) => {
    sent.push([command, args])
  })
  await texts.translateBack(7, 'Hello')
  await texts.typedSentences()
  await texts.history('a')
  await texts.forgetText(3)
  expect(sent).toEqual([
    ['translate_back', { seq: 7, text: 'Hello' }],
    ['typed_sentences', {}],
    ['history', { text: 'a' }],
    ['forget_text', { id: 3 }],
  ])
})

test('every command of the Models page goes out under its name, and none carries a path or an address', async () => {
  const sent: unknown[] = []
  mockIPC((command, args) => {
    sent.push([command, args])
  })
  const plain = ['models', 'lookAtModels', 'revealModels'] as const
  for (const command of plain) await models[command]()
  const titled = ['chooseModelFile', 'chooseModelFolder'] as const
  for (const command of titled) await models[command]('Choose')
  const named = ['getSet', 'pauseWork', 'cancelWork', 'dismissWork', 'testSet', 'removeSet', 'openModelPage', 'openLicence', 'chooseFound'] as const
  for (const command of named) await models[command]('europe')
  await models.removeModel('mine')
  await models.importModel(7, 'mine', 'de', ['de', 'en'], 'large')
  await models.dismissCandidate(7)
  await models.setRecipe({ from: 'de', to: 'en' }, 'L')
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  expect(sent).toEqual([
    ...plain.map((command) => [snake(command), {}]),
    ...titled.map((command) => [snake(command), { title: 'Choose' }]),
    ...named.map((command) => [snake(command), { id: 'europe' }]),
    ['remove_model', { name: 'mine' }],
    ['import_model', { id: 7, name: 'mine', role: 'de', languages: ['de', 'en'], base: 'large' }],
    ['dismiss_candidate', { id: 7 }],
    ['set_recipe', { from: 'de', to: 'en', recipe: 'L' }],
  ])
})

test('every command of the settings goes out under its name, and none carries a path', async () => {
  const sent: unknown[] = []
  mockIPC((command, args) => {
    sent.push([command, args])
  })
  const pair = { from: 'de', to: 'en' }
  await settings.setPreferences(DEFAULTS)
  await settings.chooseOutputFolder('Choose')
  await settings.clearOutputFolder()
  await settings.adapters()
  await settings.measureSpeed()
  await settings.terms(pair)
  await settings.addTerm(pair, { source: 'Haus', target: 'house' }, null)
  await settings.removeTerms(pair, 'Haus')
  for (const command of ['importTerms', 'exportTerms', 'importMemory', 'exportMemory'] as const)
    await settings[command](pair, 'Choose')
  await settings.memoryPairs()
  await settings.searchMemory(pair, 'Haus')
  await settings.editUnit(pair, 'Haus', 'house')
  await settings.removeUnit(pair, 'Haus')
  await settings.clearMemory(pair)
  await settings.places()
  await settings.showPlace('data')
  expect(sent).toEqual([
    ['set_preferences', { preferences: DEFAULTS }],
    ['choose_output_folder', { title: 'Choose' }],
    ['clear_output_folder', {}],
    ['adapters', {}],
    ['measure_speed', {}],
    ['terms', pair],
    ['add_term', { ...pair, term: { source: 'Haus', target: 'house' }, before: null }],
    ['remove_terms', { ...pair, source: 'Haus' }],
    ...['import_terms', 'export_terms', 'import_memory', 'export_memory'].map((name) => [name, { ...pair, title: 'Choose' }]),
    ['memory_pairs', {}],
    ['search_memory', { ...pair, text: 'Haus' }],
    ['edit_unit', { ...pair, source: 'Haus', target: 'house' }],
    ['remove_unit', { ...pair, source: 'Haus' }],
    ['clear_memory', pair],
    ['places', {}],
    ['show_place', { kind: 'data' }],
  ])
})

test('subscribing hands over a channel and returns the snapshot', async () => {
  let channel: { onmessage: (event: bridge.Event) => void } | undefined
  mockIPC((_, args) => {
    channel = (args as { channel: NonNullable<typeof channel> }).channel
    return { rows: [] }
  })
  const received: bridge.Event[] = []
  expect(await bridge.subscribe((event) => received.push(event))).toEqual({ rows: [] })
  channel?.onmessage({ type: 'gone', id: 4 })
  expect(received).toEqual([{ type: 'gone', id: 4 }])
})

test('any other rejection is converted to a problem', () => {
  const problem = { code: 'busy', message: 'Busy.', hint: 'Wait.' }
  expect(bridge.asProblem(problem)).toBe(problem)
  expect(bridge.asProblem('command open not allowed')).toMatchObject({
    code: 'bridge',
    message: 'command open not allowed',
  })
})
