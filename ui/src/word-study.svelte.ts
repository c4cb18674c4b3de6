// Words of the translation of typed text: which is looked at, what else could stand there, what was chosen.
import { asProblem, type BegunSentence, type NextWords, type Problem, type Range } from './bridge'
import * as bridge from './bridge-words'
import type { Session } from './state.svelte'
import { before, neighbour, same, sourceOf, withKept, withSentence, wordOf, wordsFrom } from './typed-words'
import type { Translation, WordAt } from './typed-words'
import { t } from './words.svelte'

/** A sentence with a chosen word, and the models' own translation in whose place it is. */
interface Chosen {
  own: string
  begun: BegunSentence
}

/** What a choice is taken back to. */
interface Step {
  translation: Translation
  chosen: Map<string, Chosen>
}

export class WordStudy {
  /** The word that the pointer or the keys are on. */
  at: WordAt | null = $state.raw(null)
  /** The offset in the source that the pointer or the caret is on. */
  offset: number | null = $state(null)
  /** The word that is looked at closely. */
  open: WordAt | null = $state.raw(null)
  /** What may stand there; null until it is known. */
  next: NextWords | null = $state.raw(null)
  problem: Problem | null = $state.raw(null)
  /** Another word was chosen, and the rest of the sentence is being translated. */
  choosing = $state(false)
  // The chosen sentences by pair and source: they stay where the text around them changes.
  #chosen = new Map<string, Chosen>()
  // Translations before each choice, the last one last, with what was chosen then, and what the last choice made.
  #before: Step[] = $state.raw([])
  #made: string | null = $state.raw(null)
  #asked = 0

  constructor(readonly session: Session) {}

  /** The words can be looked at: the translation is finished and that of the text as it is. */
  get ready(): boolean {
    const { status, stale, of, sentences } = this.session.translation
    return status === 'done' && !stale && of === this.session.source && sentences.length > 0
  }

  get #sentences() {
    return this.ready ? this.session.translation.sentences : []
  }

  /** The words of the translation that are highlighted. */
  get lit(): WordAt[] {
    const at = this.at ?? (this.offset === null ? this.open : null)
    if (at) return [at]
    return this.offset === null ? [] : wordsFrom(this.#sentences, this.offset)
  }

  /** The words of the source that are highlighted. */
  get litSource(): Range[] {
    return this.lit.map((word) => sourceOf(this.#sentences, word)).filter((range) => range !== null)
  }

  isLit = (word: WordAt | undefined): boolean => this.lit.some((one) => same(one, word))

  /** Goes to the next word by the keys, and says it. */
  move(step: 1 | -1): void {
    if (!this.ready) return
    this.offset = null
    this.at = neighbour(this.#sentences, this.at ?? this.open, step)
    const word = wordOf(this.#sentences, this.at)
    if (!word) return
    const source = sourceOf(this.#sentences, this.at)
    const from = source && this.session.source.slice(...source)
    this.session.announce(from ? t('said-word-from', { word: word.text, from }) : word.text)
  }

  /** Looks closely at a word. */
  async look(at: WordAt): Promise<void> {
    const { translation, source } = this.session
    const sentence = translation.sentences[at.sentence]
    if (!this.ready || !sentence) return
    const asked = ++this.#asked
    Object.assign(this, { open: at, at, next: null, problem: null })
    try {
      const next = await bridge.nextWords(source, sentence.index, before(translation, at))
      if (asked === this.#asked) this.next = next
    } catch (reason) {
      if (asked === this.#asked) this.problem = asProblem(reason)
    }
  }

  close(): void {
    this.#asked += 1
    this.open = null
    this.choosing = false
  }

  /** Puts a word in the place of the one looked at and translates the rest of the sentence anew. */
  async choose(word: string): Promise<void> {
    const { translation, source } = this.session
    const at = this.open
    const sentence = at && translation.sentences[at.sentence]
    if (!sentence || !this.ready || this.choosing) return
    const asked = ++this.#asked
    this.choosing = true
    try {
      const begun = await bridge.beginWith(source, sentence.index, before(translation, at) + word)
      if (asked !== this.#asked || this.session.translation !== translation) return
      const whole = withKept(translation, at, begun)
      const key = this.#key(sentence.place.source)
      const own = this.#chosen.get(key)?.own ?? translation.text.slice(...sentence.place.target)
      this.#remember(this.canUndo ? this.#before : [])
      this.#chosen.set(key, { own, begun: whole })
      this.#show(withSentence(translation, at.sentence, whole))
      this.session.announce(t('said-chosen', { text: begun.text }))
      this.close()
    } catch (reason) {
      if (asked === this.#asked) this.problem = asProblem(reason)
    } finally {
      if (asked === this.#asked) this.choosing = false
    }
  }

  /** There is a choice to take back. */
  get canUndo(): boolean {
    return this.#before.length > 0 && this.ready && this.session.translation.text === this.#made
  }

  undo(): void {
    const last = this.canUndo && this.#before.at(-1)
    if (!last) return
    this.close()
    this.#before = this.#before.slice(0, -1)
    this.#chosen = last.chosen
    this.#show(last.translation)
    this.session.announce(t('said-undone'))
  }

  /** Puts chosen sentences into a new translation in which the models say of them what they said before. */
  keep(): void {
    if (!this.ready || !this.#chosen.size) return
    const { translation } = this.session
    const kept = translation.sentences.reduce((all: Translation, { place }, index) => {
      const chosen = this.#chosen.get(this.#key(place.source))
      const is = chosen?.own === translation.text.slice(...place.target)
      return chosen && is ? withSentence(all, index, chosen.begun) : all
    }, translation)
    if (kept === translation) return
    this.#remember([])
    // Taking it back gives up all choices.
    this.#before[0]?.chosen.clear()
    this.#show(kept)
  }

  #key = ([start, end]: Range): string =>
    `${this.session.pair?.from} ${this.session.pair?.to} ${this.session.source.slice(start, end)}`

  #remember(earlier: Step[]): void {
    const { text, doubts, sentences } = this.session.translation
    this.#before = [...earlier, { translation: { text, doubts, sentences }, chosen: new Map(this.#chosen) }]
  }

  #show(translation: Translation): void {
    this.#made = translation.text
    this.session.translation = { ...this.session.translation, ...translation }
  }
}
