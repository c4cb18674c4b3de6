// Words for models: roles, languages, fit.
import type { Fit, Pair, Problem } from './bridge'
import { size } from './format'
import { knows, languageName, t } from './words.svelte'

/** What a term of a recipe stands for. */
export const term = (term: string): string => (knows(`term-${term}`) ? t(`term-${term}`) : term)

const SHOWN = 6

/** The languages of the current pair first, then the others, the rest counted. */
export function languagesInWords(codes: string[], pair: Pair | null): string {
  if (!codes.length) return t('languages-unknown')
  const near = codes.filter((code) => code === pair?.from || code === pair?.to)
  const names = [...near, ...codes.filter((code) => !near.includes(code))].map(languageName)
  const rest = names.length - SHOWN
  if (rest <= 1) return names.join(', ')
  return t('languages-more', { languages: names.slice(0, SHOWN).join(', '), n: rest })
}

/** "needs 6.6 GB of 8 GB GPU memory" */
export function fitInWords(fit: Fit | null): string {
  if (!fit) return t('fit-no-adapter')
  const { verdict, weights, cache, buffers, available, shared, instead } = fit
  const needed = size(weights + cache + buffers)
  if (available === null) return t('fit-unknown', { needed })
  const words = { needed, available: size(available), shared: shared ? 'yes' : 'no' }
  if (verdict === 'does_not_fit')
    return t('fit-not', words) + (instead ? t('fit-instead', { title: instead }) : '')
  return t('fit-needs', words) + (verdict === 'tight' ? t('fit-close') : '')
}

export const role = (role: string): string =>
  role === 'large' || role === 'other' ? t(`role-${role}`) : t('role-specialist', { language: languageName(role) })

/** Whether models with less memory would help. */
export const outOfMemory = (problem: Problem): boolean => problem.code === 'out_of_memory'
