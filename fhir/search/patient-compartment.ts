import { findParameter } from './parameters.ts'
import table from './patient-compartment.json' with { type: 'json' }
import type { Condition, SearchValue } from './search-query.ts'

const codesByType = new Map<string, string[]>(Object.entries(table))

/** The types that the standard has in the compartment of a patient: https://hl7.org/fhir/R4/compartmentdefinition-patient.html */
export const patientCompartmentTypes: readonly string[] = [...codesByType.keys()]

/**
 * The condition that a record of the type is in the compartment of this patient as the standard defines it: one of several
 * references names the patient, also as performer or subscriber. It narrows a search. Another place decides what may be read
 * (decision 0003). Undefined for a type that is in no such compartment.
 */
export function inPatientCompartment(type: string, patientId: string): Condition | undefined {
  const codes = codesByType.get(type)
  if (!codes) return undefined
  const conditions = codes.flatMap((code) =>
    conditionOn(type, code, { type: 'reference', targets: [`Patient/${patientId}`] }),
  )
  // The patient's own record is in the compartment, and so are the Patient records that link to it.
  if (type === 'Patient')
    conditions.push(...conditionOn(type, '_id', { type: 'token', system: undefined, code: patientId }))
  const [only, another] = conditions
  return only && !another ? only : { kind: 'or', conditions }
}

function conditionOn(type: string, code: string, value: SearchValue): Condition[] {
  const parameter = findParameter(type, code)
  return parameter ? [{ kind: 'parameter', parameter, modifier: undefined, values: [value] }] : []
}
