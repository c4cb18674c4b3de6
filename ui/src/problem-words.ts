// What the window says about a problem, decided by its code. Rust's hints are for the command line.
import type { Problem } from './bridge'
import type { SettingsPage } from './settings.svelte'
import { knows, t } from './words.svelte'

/** Context key of the function that opens a page of the settings. */
export const OPEN_SETTINGS = Symbol('open settings')
export type OpenSettings = (page: SettingsPage) => void

/** Pages of the settings where a problem can be solved. */
const PAGES: Record<string, 'models' | 'hardware'> = {
  gpu: 'hardware',
  gpu_lost: 'hardware',
  engine: 'models',
  missing_model: 'models',
  model: 'models',
  no_model: 'models',
  no_models: 'models',
  not_installed: 'models',
  pair_not_offered: 'models',
  prompt: 'models',
  recipe: 'models',
  unknown_model: 'models',
  unknown_set: 'models',
  vocabularies: 'models',
}

export const pageFor = ({ code }: Problem): 'models' | 'hardware' | undefined => PAGES[code]

export interface ProblemWords {
  title: string
  /** Rust's message, which names the file or the cause. */
  detail: string | null
  hint: string | null
}

/** A message without what it says of the command line; null if nothing else is left. */
function withoutCommands(message: string): string | null {
  const rest = message
    .replace(/,? or (?:use|import it with) `wasan[^`]*`/g, '')
    .replace(/;[^;]*`wasan[^`]*`[^:;]*/g, '')
  return rest && !rest.includes('`wasan') ? rest : null
}

export function problemWords({ code, message }: Problem): ProblemWords {
  const id = `problem-${code}`
  if (!knows(id)) return { title: withoutCommands(message) ?? code, detail: null, hint: null }
  return { title: t(id), detail: withoutCommands(message), hint: t(`${id}.hint`) }
}
