// The part of the interface to Rust that the Models page uses. The other side is src-tauri/src/models/page.rs and
// commands.rs; generated/bridge-samples.ts checks the types. Sizes are in bytes.
import { invoke } from '@tauri-apps/api/core'
import type { Language, Pair, Problem } from './bridge'

export type Verdict = 'fits' | 'tight' | 'does_not_fit' | 'unknown'

/** Why a download pauses and goes on by itself. */
export type WaitReason = 'rate_limit' | 'network' | 'stalled'

/** Memory that a set takes, and whether this computer has it. */
export interface Fit {
  verdict: Verdict
  weights: number
  cache: number
  buffers: number
  /** Null if the system does not say. */
  available: number | null
  /** The models share the computer's memory: there is no GPU memory of its own. */
  shared: boolean
  /** Estimated tokens a second of one sentence; null if unknown. */
  tokens_per_second: number | null
  /** If it does not fit: title of the set for these languages that does. */
  instead: string | null
}

export interface Licence {
  id: string
  title: string
  /** It limits who may use the model, or for what. */
  limits_use: boolean
}

/** A model of a published set. */
export interface SetMember {
  /** Its term in the recipe: "L", "src", "mt". */
  term: string
  /** Hugging Face repository: "org/name". */
  repository: string
  file: string
  bytes: number
  licence: string
  /** Its owner asks for an account and an agreement. */
  gated: boolean
  notes: string
  /** Name of the installed model, if there is one. */
  installed: string | null
}

/** A published set, or a single model for weak computers. */
export interface PublishedSet {
  id: string
  title: string
  single: boolean
  languages: string[]
  notes: string
  members: SetMember[]
  /** The different licences of its models. */
  licences: Licence[]
  /** Still to download; 0 if it is installed. */
  download_bytes: number
  /** Free disk space that getting it needs for a while. */
  peak_bytes: number
  /** What its installed models take; those that are missing included. */
  disk_bytes: number
  /** Null without a graphics adapter. */
  fit: Fit | null
  installed: boolean
}

export interface InstalledModel {
  name: string
  /** "large", "other", or the language of a specialist. */
  role: string
  /** Empty: unknown. */
  languages: string[]
  licence: string | null
  repository: string | null
  commit: string | null
  /** Name of the model that it is a LoRA adapter of. */
  base: string | null
  bits: string
  bytes: number
  built_in: boolean
  /** Why it cannot be used. */
  broken: string | null
}

/** A model of another program on this computer. */
export interface FoundModel {
  id: string
  name: string
  program: 'hub' | 'lm_studio' | 'ollama'
  bytes: number
  /** Title of a published set that has this model. */
  set: string | null
  /** Why it cannot be imported. */
  problem: string | null
}

/** A sum of models that translates a pair. */
export interface RecipeChoice {
  id: string
  label: string
  sum: string
  /** It uses built-in models, which only demonstrate. */
  demonstration: boolean
}

export interface PairRecipes {
  pair: Pair
  current: string
  choices: RecipeChoice[]
}

/** A file or folder that the user chose or dropped, before it is imported. */
export interface Candidate {
  id: number
  /** Proposed name of the model. */
  name: string
  /** File or folder name. */
  file: string
  source_bytes: number
  /** Size of the repacked copy. */
  import_bytes: number
  /** Empty: unknown, to be asked for. */
  languages: string[]
  /** "large", "other", or a language. */
  role: string
  licence: string | null
  /** What else is asked of a LoRA adapter. */
  adapter: LoraAdapter | null
  problem: Problem | null
}

export interface LoraAdapter {
  /** The installed models that it fits, the likeliest first; with their languages, which it has too unless it names others. */
  bases: { name: string; languages: string[] }[]
  /** What its files call its base. */
  base_name: string | null
}

export interface FileProgress {
  name: string
  done: number
  total: number
}

/** Ten sentences of one direction. */
export interface DirectionReport {
  pair: Pair
  /** 0 to 100. */
  chrf: number
  tokens_per_second: number
  /** Weak: as small models do, or larger ones with an unsuitable prompt. */
  verdict: 'works' | 'weak' | 'broken'
  /** What else is wrong. */
  remarks: string[]
  sentences: TestedSentence[]
}

export interface TestedSentence {
  source: string
  translation: string
  /** The known translation. */
  reference: string
}

/** Progress of getting, importing or testing a set or model. */
export type WorkState =
  | { state: 'queued' }
  | {
      state: 'downloading'
      done: number
      total: number
      bytes_per_second: number
      eta_s: number | null
      files: FileProgress[]
    }
  | {
      state: 'waiting'
      reason: WaitReason
      seconds: number
      done: number
      total: number
    }
  | { state: 'verifying'; file: string; done: number; total: number }
  | { state: 'paused'; done: number; total: number }
  | { state: 'importing'; model: string; done: number; total: number }
  /** In sentences. */
  | { state: 'testing'; done: number; total: number }
  | { state: 'ready'; directions: DirectionReport[] }
  /** `page`: the owner's page can be opened. */
  | { state: 'failed'; problem: Problem; page: boolean; done: number; total: number }

/** Work on a published set, or on an imported model. */
export interface Work {
  /** The set's id, or the model's name. */
  id: string
  title: string
  state: WorkState
}

export interface Models {
  sets: PublishedSet[]
  installed: InstalledModel[]
  found: FoundModel[]
  recipes: PairRecipes[]
  works: Work[]
  candidate: Candidate | null
  /** Disk space that installed models and unfinished downloads take. */
  disk_used: number
  disk_free: number | null
  /** Every language that a model can have. */
  languages: Language[]
}

/** Reads sets, installed and found models; the event `models` brings them. */
export const models = (): Promise<void> => invoke('models')
/** Reads them again if another program has changed something; the event `models` then brings them. */
export const lookAtModels = (): Promise<void> => invoke('look_at_models')
/** Downloads, imports and tests a set; resumes what is paused or failed. */
export const getSet = (id: string): Promise<void> => invoke('get_set', { id })
/** Stops a download and keeps what has arrived. */
export const pauseWork = (id: string): Promise<void> => invoke('pause_work', { id })
/** Stops work and deletes what has arrived. */
export const cancelWork = (id: string): Promise<void> => invoke('cancel_work', { id })
/** Removes a result or failure from the page. */
export const dismissWork = (id: string): Promise<void> => invoke('dismiss_work', { id })
/** Translates ten sentences a direction with an installed set. */
export const testSet = (id: string): Promise<void> => invoke('test_set', { id })
/** Removes the models of a set that no other installed set uses. */
export const removeSet = (id: string): Promise<void> => invoke('remove_set', { id })
export const removeModel = (name: string): Promise<void> => invoke('remove_model', { name })
/** Opens the page of a set's gated model in the user's browser. */
export const openModelPage = (id: string): Promise<void> => invoke('open_model_page', { id })
/** Opens the text of a licence in the user's browser. */
export const openLicence = (id: string): Promise<void> => invoke('open_licence', { id })
/** Opens the folder of the installed models. */
export const revealModels = (): Promise<void> => invoke('reveal_models')
/** Open a dialog; the choice becomes the candidate. */
export const chooseModelFile = (title: string): Promise<void> => invoke('choose_model_file', { title })
export const chooseModelFolder = (title: string): Promise<void> => invoke('choose_model_folder', { title })
/** A found model becomes the candidate. */
export const chooseFound = (id: string): Promise<void> => invoke('choose_found', { id })
/** Imports the candidate; a LoRA adapter over its base. */
export const importModel = (
  id: number,
  name: string,
  role: string,
  languages: string[],
  base: string | null,
): Promise<void> => invoke('import_model', { id, name, role, languages, base })
export const dismissCandidate = (id: number): Promise<void> => invoke('dismiss_candidate', { id })
/** Chooses what translates a pair. */
export const setRecipe = (pair: Pair, recipe: string): Promise<void> => invoke('set_recipe', { ...pair, recipe })
