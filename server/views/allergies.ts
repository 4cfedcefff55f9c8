import { codesOf } from './concept.ts'
import type { EntryOf } from './entries/entries.ts'
import { isKeyOf } from './fields.ts'
import type { Reading } from './page.ts'
import { nameOf } from './plain-name.ts'

type Allergy = EntryOf<'AllergyIntolerance'>

/** One allergy or intolerance, with its reactions in words. */
export interface AllergyLine {
  id: string
  name: string
  clinical: string | undefined
  /** The next reaction can be dangerous to life. */
  isDangerous: boolean
  kind: string | undefined
  reactions: readonly string[]
  since: string | undefined
  /** When it is not simply active. */
  status: string | undefined
  notes: readonly string[]
}

/** Records that say that there is none, by SNOMED CT code: https://hl7.org/fhir/R4/allergyintolerance.html#9.1.2.2 */
const noneKnown = {
  '716186003': 'allergies.noneKnown',
  '160244002': 'allergies.noneKnown',
  '409137002': 'allergies.noDrug',
  '429625007': 'allergies.noFood',
  '428607008': 'allergies.noEnvironment',
  '716220001': 'allergies.noAnimal',
  '428197003': 'allergies.noInsect',
  '1003774007': 'allergies.noLatex',
} as const

/** The allergies that matter, dangerous ones first; those that are over; and what the record says is not there. */
export function allergiesOf(entries: readonly Allergy[], reading: Reading) {
  const counting = entries.filter(
    ({ verificationStatus: status }) => status !== 'refuted' && status !== 'entered-in-error',
  )
  const negations = counting.filter((entry) => isActive(entry) && negationOf(entry) !== undefined)
  const positive = counting.filter((entry) => negationOf(entry) === undefined)
  const active = groupByName(positive.filter(isActive), reading)
  const keys = new Set(negations.flatMap((entry) => negationOf(entry) ?? []))
  // Who has an allergy cannot have none.
  if (active.length > 0) keys.delete('allergies.noneKnown')
  return {
    active: active.toSorted((one, other) => Number(other.isDangerous) - Number(one.isDangerous)),
    past: groupByName(
      positive.filter((entry) => !isActive(entry)),
      reading,
    ),
    none: [...keys].map((key) => reading.words(key)),
    /** Nothing is known, which is not the same as none. */
    isUnknown: active.length === 0 && keys.size === 0,
  }
}

function negationOf({ what }: Allergy) {
  const code = codesOf(what).find((each) => isKeyOf(noneKnown, each))
  return code === undefined ? undefined : noneKnown[code]
}

function isActive({ clinicalStatus }: Allergy): boolean {
  return clinicalStatus !== 'inactive' && clinicalStatus !== 'resolved'
}

/** The same thing once: the most dangerous record of it speaks, with the reactions of all. */
function groupByName(entries: readonly Allergy[], reading: Reading): AllergyLine[] {
  const nameIn = (entry: Allergy) => nameOf(entry.what, reading.language)?.name.toLowerCase() ?? entry.id
  return [...Map.groupBy(entries, nameIn).values()].flatMap((group) => {
    const shown = group.find(isDangerous) ?? group[0]
    return shown ? [lineOf(shown, group, reading)] : []
  })
}

function isDangerous({ criticality, reactions }: Allergy): boolean {
  return criticality === 'high' || reactions.some(({ severity }) => severity === 'severe')
}

const kinds = { allergy: 'allergies.allergy', intolerance: 'allergies.intolerance' } as const
const severities = {
  mild: 'allergies.mild',
  moderate: 'allergies.moderate',
  severe: 'allergies.severe',
} as const

function lineOf(shown: Allergy, group: readonly Allergy[], { language, words }: Reading): AllergyLine {
  const name = nameOf(shown.what, language)
  const { kind, verificationStatus, clinicalStatus } = shown
  const reactions = group.flatMap((entry) =>
    entry.reactions.flatMap(({ manifestations, severity }) => {
      const known = isKeyOf(severities, severity) ? severity : undefined
      return manifestations.flatMap((each) => {
        const reaction = nameOf(each, language)?.name
        if (reaction === undefined) return []
        return known === undefined ? [reaction] : [words(severities[known], { reaction })]
      })
    }),
  )
  return {
    id: shown.id,
    name: name?.name ?? words('shared.unnamed'),
    clinical: name?.clinical,
    isDangerous: isDangerous(shown),
    kind: isKeyOf(kinds, kind) ? words(kinds[kind]) : undefined,
    reactions: [...new Set(reactions)].slice(0, 10),
    since: shown.onset ?? shown.date,
    status: isActive(shown)
      ? verificationStatus === 'unconfirmed'
        ? words('allergies.unconfirmed')
        : undefined
      : words(clinicalStatus === 'resolved' ? 'allergies.resolved' : 'allergies.inactive'),
    notes: shown.notes.slice(0, 5),
  }
}
