import { isAllergicToPenicillin } from './allergies.ts'
import { yearsBetween } from './calendar.ts'
import type { Chart } from './chart.ts'
import { addDiagnosis } from './conditions.ts'
import { addVisitNote } from './documents.ts'
import { type ShortIllness, type ShortIllnessName, shortIllnesses } from './illnesses.ts'
import { addShortMedication } from './medications.ts'
import type { MedicineName } from './medicine-list.ts'
import { addProvenance } from './provenance.ts'
import type { Dice } from './random-source.ts'
import { addVisit, type Visit } from './visits.ts'
import { addVitalSigns, type Measured } from './vital-signs.ts'

/** A visit for a passing illness: found, treated, over. */
export function addShortIllness(
  chart: Chart,
  dice: Dice,
  { name, day, measured }: { name: ShortIllnessName; day: Date; measured: Measured },
): void {
  const illness: ShortIllness = shortIllnesses[name]
  if (day >= chart.asOf) return
  const visit = addVisit(chart, dice, { kind: 'symptom', day, reason: illness.snomed })
  if (!visit) return
  const before = chart.records.length - 1
  const reason = addDiagnosis(chart, illness, visit)
  addVitalSigns(chart, visit, { ...measured, temperature: dice.between(...illness.fever) })
  if (illness.needsAntibiotic) addShortMedication(chart, { name: antibioticFor(chart, visit), reason, visit })
  const found = `Found: ${(illness.snomed[2] ?? illness.snomed[1]).toLowerCase()}.`
  addVisitNote(chart, visit, [
    `${chart.person.given} came because of a health problem.`,
    found,
    illness.advice,
  ])
  addProvenance(chart, visit, chart.records.slice(before))
}

function antibioticFor(chart: Chart, visit: Visit): MedicineName {
  if (isAllergicToPenicillin(chart)) return 'azithromycin'
  return yearsBetween(chart.person.birth, visit.date) < 12 ? 'amoxicillinForChildren' : 'amoxicillin'
}
