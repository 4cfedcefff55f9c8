import { fieldsOf, textOf } from '../fields.ts'
import { readAllergyIntolerance } from './allergy-intolerance.ts'
import { readCarePlan, readCareTeam, readCoverage, readGoal, readServiceRequest } from './care.ts'
import { readCondition } from './condition.ts'
import { readDiagnosticReport } from './diagnostic-report.ts'
import { readDocumentReference } from './document-reference.ts'
import { readEncounter } from './encounter.ts'
import { dateOf, type Entry } from './entry.ts'
import { readImmunization } from './immunization.ts'
import { readMedicationDispense, readMedicationRequest, readMedicationStatement } from './medication.ts'
import { readObservation } from './observation.ts'
import { readPatient } from './patient.ts'
import { readDevice, readProcedure } from './procedure.ts'
import { readMedication } from './shared-medication.ts'

/** How the records of each type are read. To show a further type, add a row. */
const readers = {
  Patient: readPatient,
  AllergyIntolerance: readAllergyIntolerance,
  CarePlan: readCarePlan,
  CareTeam: readCareTeam,
  Condition: readCondition,
  Coverage: readCoverage,
  Device: readDevice,
  DiagnosticReport: readDiagnosticReport,
  DocumentReference: readDocumentReference,
  Encounter: readEncounter,
  Goal: readGoal,
  Immunization: readImmunization,
  Medication: readMedication,
  MedicationDispense: readMedicationDispense,
  MedicationRequest: readMedicationRequest,
  MedicationStatement: readMedicationStatement,
  Observation: readObservation,
  Procedure: readProcedure,
  ServiceRequest: readServiceRequest,
}

/** The types that pages show. */
export type EntryType = keyof typeof readers

export const entryTypes = Object.keys(readers) as EntryType[]

/** The entries of each type, the newest first. */
export type Entries = {
  readonly [Type in EntryType]: ReadonlyArray<
    ReturnType<(typeof readers)[Type]> & Pick<Entry, 'type' | 'id' | 'updated'>
  >
}

export type EntryOf<Type extends EntryType> = Entries[Type][number]

/** One stored record as an entry of its type; undefined when it cannot be read. Throws nothing, whatever the text is. */
export function readEntry(type: EntryType, content: string): Entry | undefined {
  try {
    const fields = fieldsOf(JSON.parse(content))
    const id = textOf(fields.id)
    return id === undefined || fields.resourceType !== type
      ? undefined
      : { ...readers[type](fields), type, id, updated: dateOf(fieldsOf(fields.meta).lastUpdated).time }
  } catch {
    return undefined
  }
}

/** The entries by type, as the pages want them. Each list holds entries of its type, made by `readEntry`. */
export function groupEntries<Type extends EntryType>(
  lists: ReadonlyArray<readonly [Type, readonly Entry[]]>,
): Pick<Entries, Type> {
  return Object.fromEntries(lists) as unknown as Pick<Entries, Type>
}
