import { expect, test } from 'vitest'
import type { Mark } from './bridge'
import { inTarget, named, pills, type Piece } from './pills'

const mark = (start: number, end: number, kind: Mark['kind'], label = ''): Mark => ({
  start,
  end,
  kind,
  label,
})

/** As one line: ⟨bold⟩text⟨/bold⟩, ⟨footnote.⟩, {locked}. */
const line = (pieces: Piece[]) =>
  pieces
    .map(({ kind, text }) =>
      kind === 'text'
        ? text
        : { open: `⟨${text}⟩`, close: `⟨/${text}⟩`, void: `⟨${text}.⟩`, locked: `{${text}}` }[kind],
    )
    .join('')

test('markup has a display name', () => {
  const names = ['**', '<strong class="x">', '*', '[', '![', '[^', '`', '<a href="x">', '<img src=x>', '']
  expect(names.map((label) => named(mark(0, 1, 'paired', label)))).toEqual([
    'bold',
    'bold',
    'italic',
    'link',
    'image',
    'footnote',
    'code',
    'link',
    'image',
    'style',
  ])
  expect(named(mark(0, 1, 'locked', '<b2>'))).toBe('not translated')
})

test('pills stand where the markup stood', () => {
  const text = 'Drei Kreise berühren sich'
  expect(line(pills(text, [mark(0, 4, 'paired', '**'), mark(11, 11, 'void', '[^1]')]))).toBe(
    '⟨bold⟩Drei⟨/bold⟩ Kreise⟨footnote.⟩ berühren sich',
  )
  expect(line(pills(text, [mark(0, 25, 'paired', '*'), mark(5, 11, 'paired', '[')]))).toBe(
    '⟨italic⟩Drei ⟨link⟩Kreise⟨/link⟩ berühren sich⟨/italic⟩',
  )
  expect(line(pills(text, [mark(5, 11, 'locked', '`')]))).toBe('Drei {Kreise} berühren sich')
  expect(line(pills(text, []))).toBe(text)
  expect(pills('', [])).toEqual([])
})

test('one mark ends before the next begins', () => {
  expect(line(pills('ab', [mark(0, 1, 'paired', '**'), mark(1, 2, 'paired', '*')]))).toBe(
    '⟨bold⟩a⟨/bold⟩⟨italic⟩b⟨/italic⟩',
  )
})

test('marks outside the text or crossed lose no text', () => {
  expect(line(pills('abc', [mark(2, 9, 'paired', '*'), mark(-1, 2, 'locked'), mark(2, 1, 'void')]))).toBe('abc')
  expect(line(pills('abcd', [mark(0, 3, 'locked', '`'), mark(1, 4, 'paired', '*')]))).toBe(
    '{abc}d⟨/italic⟩',
  )
})

test('locked texts are found again in a translation, each once', () => {
  const source = 'Mit %s und %s'
  const marks = [mark(4, 6, 'locked', '%s'), mark(11, 13, 'locked', '%s')]
  expect(line(inTarget('With %s and %s or %s', source, marks))).toBe('With {%s} and {%s} or %s')
  expect(line(inTarget('With none', source, marks))).toBe('With none')
  expect(line(inTarget('%s', source, marks))).toBe('{%s}')
})
