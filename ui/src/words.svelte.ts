// The words of the window: a catalogue a language in words/, in the format of Project Fluent.
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle'

/** Languages of the interface, each by its own name. */
export const INTERFACE = { en: 'English', de: 'Deutsch', ja: '日本語' } as const
export type Locale = keyof typeof INTERFACE

export type Arguments = Record<string, FluentVariable>

const FILES = import.meta.glob<string>('./words/*/*.ftl', { query: '?raw', import: 'default', eager: true })

export const isLocale = (code: string): code is Locale => code in INTERFACE

function catalogue(locale: Locale): FluentBundle {
  const bundle = new FluentBundle(locale, { useIsolating: false })
  for (const [path, text] of Object.entries(FILES))
    if (path.startsWith(`./words/${locale}/`)) bundle.addResource(new FluentResource(text))
  return bundle
}

const bundles: Partial<Record<Locale, FluentBundle>> = {}
let chosen: Locale = $state('en')

const bundle = (): FluentBundle => (bundles[chosen] ??= catalogue(chosen))

/** The first language of the system that the window speaks, else English. */
export function systemLocale(wanted: readonly string[] = navigator.languages): Locale {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLocale) ?? 'en'
}

/** Chooses the interface's language; null: the system's. */
export function speak(language: string | null): void {
  chosen = language && isLocale(language) ? language : systemLocale()
  document.documentElement.lang = chosen
}

/** The interface's language. */
export const locale = (): Locale => chosen

/** Whether the catalogue has a message. */
export const knows = (id: string): boolean => bundle().hasMessage(id)

/**
 * A message, or an attribute of one ("problem-read.hint"). Numbers among the arguments are written as the language
 * does. A message that is missing shows its name; development and tests fail.
 */
export function t(id: string, args: Arguments = {}): string {
  const [name = '', attribute] = id.split('.')
  const message = bundle().getMessage(name)
  const pattern = attribute ? message?.attributes[attribute] : message?.value
  const errors: Error[] = []
  const text = pattern ? bundle().formatPattern(pattern, args, errors) : id
  if (import.meta.env.DEV && (!pattern || errors.length)) throw errors[0] ?? new Error(`no words for ${id} in ${chosen}`)
  return text
}

/** Name of a language in the interface's language. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(chosen, { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

/** "German → English" */
export const pairInWords = ({ from, to }: { from: string; to: string }): string =>
  t('pair-in-words', { from: languageName(from), to: languageName(to) })

/** Keys as the interface's language names them: "Ctrl+Shift+S". */
export const keys = (names: string): string =>
  names
    .split('+')
    .map((name) => (knows(`key-${name.toLowerCase()}`) ? t(`key-${name.toLowerCase()}`) : name))
    .join('+')
