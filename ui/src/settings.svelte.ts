// State of the settings: which page is shown, and what the user prefers.
import * as bridge from './bridge-settings'
import { asProblem, type Problem } from './bridge'
import type { Preferences } from './bridge-settings'
import { speak, t } from './words.svelte'

export const PAGES = ['models', 'general', 'glossary', 'memory', 'hardware', 'privacy', 'about'] as const
export type SettingsPage = (typeof PAGES)[number]

/** In percent. */
export const TEXT_SIZES = [100, 115, 130, 150, 200]

export const DEFAULTS: Preferences = {
  language: null,
  theme: 'system',
  text_size: 100,
  detect: false,
  quality: 'fast',
  memory: true,
  history: true,
  last_session: false,
  names: 'dot',
  adapter: null,
  confirm_close: true,
}

export class Settings {
  page: SettingsPage = $state('models')
  preferences: Preferences = $state.raw(DEFAULTS)
  /** Where translations go, for display; null: beside their sources. */
  outputFolder: string | null = $state(null)

  #notify: (problem: Problem) => void

  constructor(notify: (problem: Problem) => void) {
    this.#notify = notify
  }

  /** Shows the window as the preferences say; Rust zooms it. */
  show(preferences: Preferences): void {
    this.preferences = preferences
    const { dataset } = document.documentElement
    speak(preferences.language)
    dataset.theme = preferences.theme
  }

  /** Changes some preferences and stores them. */
  prefer(change: Partial<Preferences>): void {
    this.show({ ...this.preferences, ...change })
    void this.run(bridge.setPreferences(this.preferences))
  }

  /** The next larger or smaller text; 0: the usual one. */
  zoom(step: 1 | -1 | 0): void {
    const at = Math.max(0, TEXT_SIZES.indexOf(this.preferences.text_size))
    const text_size = TEXT_SIZES[step === 0 ? 0 : at + step]
    if (text_size) this.prefer({ text_size })
  }

  async chooseOutputFolder(): Promise<void> {
    const folder = await this.run(bridge.chooseOutputFolder(t('dialog-output')))
    if (folder !== undefined) this.outputFolder = folder
  }

  async clearOutputFolder(): Promise<void> {
    if ((await this.run(bridge.clearOutputFolder())) !== undefined) this.outputFolder = null
  }

  /** What a command answers; undefined after a problem, which is shown. */
  async run<T>(command: Promise<T>): Promise<T | undefined> {
    try {
      // Commands without an answer give null.
      return (await command) ?? (null as T)
    } catch (reason) {
      this.#notify(asProblem(reason))
      return undefined
    }
  }
}
