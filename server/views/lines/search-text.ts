import { languages } from '#words/languages.ts'
import { findPlainName } from '#words/plain-names/plain-names.ts'
import { wordsOf } from '#words/words.ts'
import { type Concept, clinicalNameOf } from '../concept.ts'
import type { Entry } from '../entries/entry.ts'
import { kindOf, type LineKind, lineKinds } from './kinds.ts'
import { conceptsOf } from './line.ts'

/** What a search compares: words in lower case without accents, a space before each. */
export interface SearchText {
  name: string
  all: string
}

/**
 * A text is made once for each entry, when the record is read (server/people/entry-cache.ts), and goes with it. It has the words of
 * each language: whoever reads Spanish may ask for what a doctor has said in English.
 */
const known = new WeakMap<Entry, SearchText>()

/** Words of a question that are looked for; others are left out. */
const mostWords = 8

/** Characters of what is searched in an entry. */
const longest = 2000

/** From its first letter or digit to its last, with what stands between them. */
const wholeWord = /[\p{L}\p{N}](?:\S*[\p{L}\p{N}%])?/gu

/** Small words that stand in dates and names: "marzo de 2024". */
const small = new Set(['de', 'del', 'of', 'the', 'la', 'el', 'in', 'en', 'y', 'and'])

/** The words of a question as `SearchText` has them: each finds the beginning of a word. Scripts without spaces are found anywhere. */
export function readWords(question: string): string[] {
  const words = [...(plain(question).match(wholeWord) ?? [])]
  const telling = words.filter((word) => !small.has(word))
  return (telling.length > 0 ? telling : words)
    .slice(0, mostWords)
    .map((word) =>
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word) ? word : ` ${word}`,
    )
}

export function searchText(entry: Entry): SearchText {
  const found = known.get(entry)
  if (found) return found
  const made = makeText(entry)
  known.set(entry, made)
  return made
}

function makeText(entry: Entry): SearchText {
  const parts = new Set([...kindWords[kindOf(entry)], ...dateWords(entry)])
  collect(entry, parts, 0)
  const name = wordsIn(conceptsOf(entry).flatMap(namesOf).join(' '))
  return { name, all: `${name}${wordsIn([...parts].join(' ').slice(0, longest))}` }
}

const kindWords = Object.fromEntries(
  lineKinds.map((kind) => [
    kind,
    languages.flatMap((language) =>
      [1, 2].map((count) => wordsOf(language)(`timeline.kinds.${kind}`, { count })),
    ),
  ]),
) as unknown as Readonly<Record<LineKind, readonly string[]>>

/** In all languages, and as the record has it. */
function namesOf(concept: Concept): string[] {
  const plain = languages.flatMap((language) => findPlainName(concept.codings, language)?.name ?? [])
  return [...plain, clinicalNameOf(concept) ?? '']
}

/** What says nothing to people, or is a name or date already. */
const left = new Set([
  'id',
  'type',
  'time',
  'date',
  'system',
  'visit',
  'results',
  'members',
  'binaryId',
  'contentType',
])

/** All texts and numbers of an entry: codes, what they are called, values, authors, notes. */
function collect(value: unknown, parts: Set<string>, depth: number): void {
  if (typeof value === 'string') parts.add(value)
  else if (typeof value === 'number') parts.add(String(value))
  else if (typeof value === 'object' && value !== null && depth < 6) {
    if (isConcept(value)) for (const name of namesOf(value)) parts.add(name)
    for (const [key, each] of Object.entries(value)) if (!left.has(key)) collect(each, parts, depth + 1)
  }
}

function isConcept(value: object): value is Concept {
  return 'codings' in value && 'text' in value
}

/** Of each month its name in each language. */
const months = Array.from({ length: 12 }, (_, month) =>
  languages.map((language) =>
    new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, month, 1)),
  ),
)

/** "2024-03-05", "March", "5": the parts by which people know a date. */
function dateWords({ date }: Entry): string[] {
  if (date === undefined) return []
  const [day = '', month = ''] = [date.slice(8, 10), date.slice(5, 7)]
  return [date.slice(0, 10), ...(months[Number(month) - 1] ?? []), day && String(Number(day))]
}

/** Each word after a space; those with marks inside as a whole, too: "2024-03-05" beside "2024", "03" and "05". */
function wordsIn(text: string): string {
  const bare = plain(text)
  const parts = bare.replaceAll(/[^\p{L}\p{N}.%]+/gu, ' ')
  const wholes = bare.match(/[\p{L}\p{N}]+(?:[^\p{L}\p{N}\s]+[\p{L}\p{N}%]+)+/gu) ?? []
  return parts.trim() === '' ? '' : ` ${parts} ${wholes.join(' ')}`
}

/** Lower case without accents; "5,4" is "5.4". */
function plain(text: string): string {
  const lower = text.toLowerCase()
  // Most text is ASCII, of which nothing has an accent.
  const bare = /[\u0080-\uffff]/.test(lower) ? lower.normalize('NFD').replaceAll(/\p{M}+/gu, '') : lower
  return bare.includes(',') ? bare.replaceAll(/(\d),(?=\d)/g, '$1.') : bare
}
