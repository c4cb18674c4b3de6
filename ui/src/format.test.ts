import { expect, test } from 'vitest'
import { left, progress, size, speed, why } from './format'
import { t } from './words.svelte'

test('formats numbers and times', () => {
  expect(t('characters', { n: 1 })).toBe('1 character')
  expect(t('characters', { n: 1204 })).toBe('1,204 characters')
  expect(speed(3.25)).toBe('3.3 tokens/s')
  expect(speed(41.7)).toBe('42 tokens/s')
  expect(left(0.2)).toBe('1 s left')
  expect(left(371)).toBe('6 min left')
  expect(left(5400)).toBe('1.5 h left')
  expect([0, 999, 1000, 5_582_838_496, 999_700].map(size)).toEqual(['0 B', '999 B', '1 kB', '5.58 GB', '1 MB'])
  expect(progress(412, 1980)).toBe('412 / 1,980')
})

test('formats findings', () => {
  expect(why({ kind: 'repeated' })).toBe('Repeats itself')
  expect(why({ kind: 'new_number', text: '300' })).toBe('New number: 300')
  expect(why({ kind: 'tag', text: '<a href="x">' })).toBe('Formatting: link')
  const field = '<w:r><w:fldChar/></w:r><w:r><w:t>7</w:t></w:r>'
  expect(why({ kind: 'tag', text: field })).toBe('Formatting: field')
  const run = '<a:r><a:rPr/><a:t>two  words</a:t></a:r>'
  expect(why({ kind: 'tag', text: run })).toBe('Formatting: two words')
  expect(why({ kind: 'tag', text: '<w:x/>' })).toBe('Formatting: markup')
  expect(why({ kind: 'tag', text: '' })).toBe('Formatting')
})
