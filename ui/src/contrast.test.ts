import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Relative luminance of "#rrggbb" (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

test('texts and borders of controls stand out, light and dark', () => {
  const style = readFileSync('src/style.css', 'utf8')
  const tokens = new Map(
    [...style.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name!, [light!, dark!]]),
  )
  const faint: string[] = []
  const stands = (front: string, back: string, least: number) => {
    for (const theme of [0, 1]) {
      const [a, b] = [front, back].map((name) => luminance(tokens.get(name)![theme]!)) as [number, number]
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      if (contrast < least) faint.push(`${front} on ${back}, ${theme ? 'dark' : 'light'}: ${contrast.toFixed(2)}`)
    }
  }
  for (const back of ['paper', 'sheet', 'raised', 'wash'])
    for (const front of ['ink', 'ink-soft', 'indigo']) stands(front, back, 4.5)
  for (const name of ['moss', 'ochre', 'red']) {
    stands(name, `${name}-wash`, 4.5)
    stands(name, 'sheet', 4.5)
  }
  stands('on-indigo', 'indigo', 4.5)
  stands('ink', 'lit', 4.5)
  for (const back of ['paper', 'sheet']) for (const front of ['line-strong', 'indigo']) stands(front, back, 3)
  expect(faint).toEqual([])
})
