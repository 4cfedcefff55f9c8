import type { EntryOf } from './entries/entries.ts'
import { isKeyOf } from './fields.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'

/** One condition, however often visits noted it. */
export interface ConditionLine {
  id: string
  name: string
  clinical: string | undefined
  /** As the record writes it. */
  since: string | undefined
  until: string | undefined
  /** In words, when it is not simply active or past. */
  status: string | undefined
  /** How many records say so. */
  times: number
}

/** Active first, since when; what is past behind; what does not count apart. */
export const conditionsPage = definePage({
  types: ['Condition'],
  view({ Condition: entries }, reading) {
    const counting = entries.filter((entry) => !isVoid(entry))
    const lines = groupByName(counting, reading)
    return {
      active: lines.filter(({ isActive }) => isActive).map(({ line }) => line),
      past: lines.filter(({ isActive }) => !isActive).map(({ line }) => line),
      notCounted: entries.filter(isVoid).map((entry) => lineOf([entry], entry, reading)),
    }
  },
})

type Condition = EntryOf<'Condition'>

/** Ruled out or entered by mistake. */
function isVoid({ verificationStatus }: Condition): boolean {
  return verificationStatus === 'refuted' || verificationStatus === 'entered-in-error'
}

/** The state after its latest entry decides: a cold of every winter is one line, active while one of them is. */
function groupByName(entries: readonly Condition[], reading: Reading) {
  const groups = new Map<string, Condition[]>()
  for (const entry of entries) {
    const key = nameOf(entry.what, reading.language)?.name.toLowerCase() ?? entry.id
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
  return [...groups.values()].flatMap((group) => {
    const shown = group.find(isActive) ?? group[0]
    return shown ? [{ isActive: isActive(shown), line: lineOf(group, shown, reading) }] : []
  })
}

function isActive({ clinicalStatus, end }: Condition): boolean {
  if (clinicalStatus === undefined) return end === undefined
  return clinicalStatus === 'active' || clinicalStatus === 'recurrence' || clinicalStatus === 'relapse'
}

function lineOf(group: readonly Condition[], shown: Condition, { language, words }: Reading): ConditionLine {
  const name = nameOf(shown.what, language)
  return {
    id: shown.id,
    name: name?.name ?? words('shared.unnamed'),
    clinical: name?.clinical,
    since: shown.onset ?? shown.date,
    until: shown.end,
    status: statusOf(shown, words),
    times: group.length,
  }
}

const clinicalWords = {
  recurrence: 'conditions.recurrence',
  relapse: 'conditions.relapse',
  inactive: 'conditions.inactive',
  remission: 'conditions.remission',
  resolved: 'conditions.resolved',
} as const

function statusOf(
  { clinicalStatus, verificationStatus }: Condition,
  words: Reading['words'],
): string | undefined {
  if (verificationStatus === 'refuted') return words('conditions.refuted')
  if (verificationStatus === 'entered-in-error') return words('conditions.enteredInError')
  if (
    verificationStatus === 'unconfirmed' ||
    verificationStatus === 'provisional' ||
    verificationStatus === 'differential'
  )
    return words('conditions.unconfirmed')
  return isKeyOf(clinicalWords, clinicalStatus) ? words(clinicalWords[clinicalStatus]) : undefined
}
