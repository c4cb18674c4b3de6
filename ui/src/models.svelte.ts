// State of the Models page.
import * as bridge from './bridge-models'
import { asProblem, type Pair, type Problem } from './bridge'
import { t } from './words.svelte'
import type { Candidate, Models, PublishedSet, Work, WorkState } from './bridge-models'

const EMPTY: Models = {
  sets: [],
  installed: [],
  found: [],
  recipes: [],
  works: [],
  candidate: null,
  disk_used: 0,
  disk_free: null,
  languages: [],
}

const BUSY: WorkState['state'][] = ['queued', 'downloading', 'waiting', 'verifying', 'importing', 'testing']

/** Whether it goes on without the user. */
export const isBusy = (work: Work): boolean => BUSY.includes(work.state.state)

/** States whose begin is said to screen readers. */
const SAID: WorkState['state'][] = ['downloading', 'paused', 'importing', 'testing', 'ready', 'failed']

const knows = (set: PublishedSet, pair: Pair | null): boolean =>
  pair === null || (set.languages.includes(pair.from) && set.languages.includes(pair.to))

export class ModelsPage {
  all: Models = $state.raw(EMPTY)
  works: Work[] = $state([])
  candidate: Candidate | null = $state.raw(null)
  /** False until Rust has answered once. */
  known = $state(false)

  #notify: (problem: Problem) => void
  #announce: (text: string) => void

  constructor(notify: (problem: Problem) => void, announce: (text: string) => void) {
    this.#notify = notify
    this.#announce = announce
  }

  /** Looks for models that another program has imported. */
  look = (): void => void this.#run(bridge.lookAtModels())

  /** Asks for everything; it comes as an event. */
  refresh = (): void => void this.#run(bridge.models())

  show(models: Models): void {
    this.all = models
    this.works = models.works
    this.candidate = models.candidate
    this.known = true
  }

  work(id: string): Work | undefined {
    return this.works.find((work) => work.id === id)
  }

  /** Work on models that belong to no published set. */
  get imports(): Work[] {
    return this.works.filter((work) => this.all.sets.every((set) => set.id !== work.id))
  }

  get busy(): number {
    return this.works.filter(isBusy).length
  }

  /** Sets that know the pair first, in the catalogue's order. */
  ordered(pair: Pair | null): PublishedSet[] {
    return [...this.all.sets].sort((a, b) => Number(!knows(a, pair)) - Number(!knows(b, pair)))
  }

  /** The first set that knows the pair and fits, else the first single model that does. */
  recommended(pair: Pair | null): PublishedSet | undefined {
    const fitting = this.all.sets.filter((set) => set.fit?.verdict === 'fits' && knows(set, pair))
    return fitting.find((set) => !set.single) ?? fitting[0]
  }

  changed(work: Work): void {
    const at = this.works.findIndex((one) => one.id === work.id)
    const before = this.works[at]
    if (before) this.works[at] = work
    else this.works.push(work)
    const { state } = work.state
    if (before?.state.state !== state && SAID.includes(state)) this.#announce(t(`said-${state}`, { title: work.title }))
  }

  gone(id: string): void {
    this.works = this.works.filter((work) => work.id !== id)
  }

  get = (id: string): void => void this.#run(bridge.getSet(id))
  pause = (id: string): void => void this.#run(bridge.pauseWork(id))
  cancel = (id: string): void => void this.#run(bridge.cancelWork(id))
  dismiss = (id: string): void => void this.#run(bridge.dismissWork(id))
  test = (id: string): void => void this.#run(bridge.testSet(id))
  removeSet = (id: string): void => void this.#run(bridge.removeSet(id))
  removeModel = (name: string): void => void this.#run(bridge.removeModel(name))
  openLicence = (id: string): void => void this.#run(bridge.openLicence(id))
  openPage = (id: string): void => void this.#run(bridge.openModelPage(id))
  reveal = (): void => void this.#run(bridge.revealModels())
  chooseFile = (): void => void this.#run(bridge.chooseModelFile(t('dialog-model')))
  chooseFolder = (): void => void this.#run(bridge.chooseModelFolder(t('dialog-model-folder')))
  chooseFound = (id: string): void => void this.#run(bridge.chooseFound(id))
  setRecipe = (pair: { from: string; to: string }, id: string): void =>
    void this.#run(bridge.setRecipe(pair, id))

  import(name: string, role: string, languages: string[], base: string | null): void {
    const { candidate } = this
    if (!candidate) return
    this.candidate = null
    void this.#run(bridge.importModel(candidate.id, name, role, languages, base))
  }

  dismissCandidate(): void {
    const { candidate } = this
    this.candidate = null
    if (candidate) void this.#run(bridge.dismissCandidate(candidate.id))
  }

  async #run(command: Promise<void>): Promise<void> {
    try {
      await command
    } catch (reason) {
      this.#notify(asProblem(reason))
    }
  }
}
