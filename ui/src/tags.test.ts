import { expect, test } from 'vitest'
import type { Mark } from './bridge'
import { fixes } from './fixes'
import { missing, movable, split, withMark } from './tags'
import { segment } from './testing'

const mark = (kind: Mark['kind'], start = 0, end = 1): Mark => ({ start, end, kind, label: '' })
const MARKS = [mark('paired'), mark('locked'), mark('paired'), mark('void')]

/** The texts of crates/translation/src/tags.rs. */
test('tags are read as Rust reads them', () => {
  const tags = (text: string) => split(text, 'sehr gut', MARKS).tags.map(({ kind, number, at }) => `${kind} ${number} ${at}`)
  expect(split('so <1>very <2>good</2></1><3/>', 'sehr gut', MARKS).text).toBe('so very good')
  expect(tags('so <1>very <2>good</2></1><3/>')).toEqual(['open 1 3', 'open 2 8', 'close 2 12', 'close 1 12', 'void 3 12'])
  for (const text of ['a < b <b> <9>c</9> <> </> <1x>', '<0>a</0>', 'a <', '</1/>'])
    expect(split(text, 'x', MARKS), text).toEqual({ text, tags: [] })
  expect(split('see <1>here</1>', 'see <1>', MARKS).text).toBe('see <1>here')
})

test('a mark is put around a selection and taken away from where it was', () => {
  const [first, , third] = movable(MARKS) as [never, never, never]
  expect(withMark('a <1>b</1> c', [10, 12], first)).toEqual({ text: 'a b<1> c</1>', selection: [6, 8] })
  expect(withMark('a b', [2, 3], first)).toEqual({ text: 'a <1>b</1>', selection: [5, 6] })
  expect(withMark('<3/>a b', [7, 7], third)).toEqual({ text: 'a b<3/>', selection: [7, 7] })
})

test('a finding offers what repairs it, until that is done', () => {
  const one = segment(0, {
    target: 'He has 4 left.',
    reasons: [
      { kind: 'number', text: '300' },
      { kind: 'new_number', text: '4' },
      { kind: 'tag', text: '**x**' },
      { kind: 'short' },
    ],
    spans: [{ ...mark('paired'), label: '**' }],
    tagged: { source: '<1>S</1>atz', target: 'He has 4 left.' },
  })
  expect(fixes(one).map(({ label }) => label)).toEqual(['Insert 300', 'Show 4', 'Put in 1 bold'])
  expect(fixes(one, 'He has <1>300</1> left.')).toEqual([])
  expect(missing('<1>a</1>', one)).toEqual([])
})
