// Words for models: roles, languages, fit.
import type { Fit, Pair, Problem, WorkState } from './bridge'
import { size } from './format'

/** What a term of a recipe stands for. */
export const TERMS: Record<string, string> = {
  L: 'Large model',
  src: 'Specialist, source language',
  tgt: 'Specialist, target language',
  mt: 'Tuned for translation',
  base: 'Subtracted: the tuned model’s base',
}

export const VERDICT: Record<Fit['verdict'], string> = {
  fits: 'Fits',
  tight: 'Tight',
  does_not_fit: 'Does not fit',
  unknown: 'Memory unknown',
}

const SHOWN = 6

/** The languages of the current pair first, then the others, the rest counted. */
export function languagesInWords(
  codes: string[],
  name: (code: string) => string,
  pair: Pair | null,
): string {
  if (!codes.length) return 'Languages unknown'
  const near = codes.filter((code) => code === pair?.from || code === pair?.to)
  const names = [...near, ...codes.filter((code) => !near.includes(code))].map(name)
  const rest = names.length - SHOWN
  if (rest <= 1) return names.join(', ')
  return `${names.slice(0, SHOWN).join(', ')} and ${rest} more`
}

/** "needs 6.6 GB of 8 GB GPU memory" */
export function fitInWords(fit: Fit | null): string {
  if (!fit) return 'no graphics adapter was found'
  const { verdict, weights, cache, buffers, available, shared, instead } = fit
  const needed = size(weights + cache + buffers)
  const memory = shared ? 'memory, shared with the system' : 'GPU memory'
  if (available === null) return `needs ${needed}; the system does not say how much there is`
  if (verdict === 'does_not_fit') {
    const other = instead ? `; “${instead}” fits` : ''
    return `needs ${needed}, there are ${size(available)} of ${memory}${other}`
  }
  const advice = verdict === 'tight' ? '; close other programs that use it' : ''
  return `needs ${needed} of ${size(available)} ${memory}${advice}`
}

export const role = (role: string, name: (code: string) => string): string => {
  if (role === 'large') return 'large model'
  if (role === 'other') return 'no role'
  return `specialist for ${name(role)}`
}

/** A state in one word or two. */
export const WORK: Record<WorkState['state'], string> = {
  queued: 'waiting',
  downloading: 'downloading',
  waiting: 'waiting',
  verifying: 'verifying',
  paused: 'paused',
  importing: 'importing',
  testing: 'testing',
  ready: 'ready',
  failed: 'failed',
}

/** Whether models with less memory would help. */
export const outOfMemory = (problem: Problem): boolean => problem.code === 'out_of_memory'
