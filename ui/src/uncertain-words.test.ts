import { expect, test } from 'vitest'
import { explain, runs } from './uncertain-words'

const doubt = (start: number, end: number) => ({
  start,
  end,
  alternatives: ['a', 'b'],
  probability: 0.414,
})

test('cuts the text at its doubts and loses nothing', () => {
  const pieces = runs('ein 😀 Haus', [doubt(7, 11), doubt(4, 6)])
  expect(pieces.map((piece) => piece.text)).toEqual(['ein ', '😀', ' ', 'Haus'])
  expect(pieces.map((piece) => !!piece.doubt)).toEqual([false, true, false, true])
})

test('leaves out doubts that do not fit the text', () => {
  const pieces = runs('abcdef', [doubt(2, 4), doubt(3, 5), doubt(5, 9), doubt(5, 5)])
  expect(pieces.map((piece) => piece.text)).toEqual(['ab', 'cd', 'ef'])
  expect(runs('', [doubt(0, 1)])).toEqual([])
})

test('explains a doubt in words', () => {
  expect(explain(doubt(0, 1))).toBe('Low confidence (41%). Other options: a, b')
  expect(explain({ ...doubt(0, 1), alternatives: [] })).toBe('Low confidence (41%).')
})
