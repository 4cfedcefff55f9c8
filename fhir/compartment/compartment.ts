import type { Resource } from 'fhir/r4'
import { parseReference } from '../reference.ts'
import { type Membership, memberships } from './about-the-patient.ts'

/** Whom a record is about, as far as it says so itself. */
export interface Subjects {
  patientIds: string[]
  /** `Type/id` of other records: whoever those are about, this one is about too. */
  through: string[]
  /** What the record is when no patient is found. */
  otherwise: Membership['otherwise']
}

/** Undefined for a type that is not a storable R4 type. */
export function findSubjects(resource: Resource): Subjects | undefined {
  const membership = memberships.get(resource.resourceType)
  if (!membership) return undefined
  if (resource.resourceType === 'Patient')
    return { patientIds: resource.id === undefined ? [] : [resource.id], through: [], otherwise: 'refused' }
  const { elements, through = [], otherwise } = membership
  const named = elements.flatMap((path) => referencesAt(resource, path.split('.')))
  const patientIds = named.flatMap((reference) => (reference.type === 'Patient' ? [reference.id] : []))
  const others = through
    .flatMap((path) => referencesAt(resource, path.split('.')))
    .flatMap((reference) => (reference.type === 'Patient' ? [] : [`${reference.type}/${reference.id}`]))
  return { patientIds: [...new Set(patientIds)], through: [...new Set(others)], otherwise }
}

/** The elements that could have named the patient, for the reason of a refusal: `subject`. */
export function describeSubjectElements(type: string): string {
  return memberships.get(type)?.elements.join(' or ') ?? ''
}

/** Whether records of this type can be read because a readable record cites them. */
export function isCitable(type: string): boolean {
  return memberships.get(type)?.otherwise === 'shared'
}

/** Whether records of this type can be read because a readable record has them as attachment. */
export function isAttachable(type: string): boolean {
  return memberships.get(type)?.otherwise === 'attached'
}

/** Whether records of this type can be about a patient. */
export function canBeAboutPatient(type: string): boolean {
  return type === 'Patient' || (memberships.get(type)?.elements.length ?? 0) > 0
}

/** Whether records of this type can be about no patient at all. */
export function canBeAboutNobody(type: string): boolean {
  const membership = memberships.get(type)
  return membership !== undefined && membership.otherwise !== 'refused'
}

/**
 * The one element by which records of a type are about a patient, when it is `subject` or `patient` and nothing else puts
 * them into a compartment: then being in the compartment and naming the patient there are the same.
 */
export function onlySubjectElement(type: string): 'subject' | 'patient' | undefined {
  const { elements = [], through = [] } = memberships.get(type) ?? {}
  const [element] = elements
  if (elements.length !== 1 || through.length > 0) return undefined
  return element === 'subject' || element === 'patient' ? element : undefined
}

function referencesAt(value: unknown, path: string[]): Array<{ type: string; id: string }> {
  if (Array.isArray(value)) return value.flatMap((each) => referencesAt(each, path))
  if (typeof value !== 'object' || value === null) return []
  const [first, ...rest] = path
  if (first !== undefined) return referencesAt((value as Record<string, unknown>)[first], rest)
  const parsed = parseReference((value as { reference?: unknown }).reference)
  return parsed.kind === 'relative' ? [{ type: parsed.type, id: parsed.id }] : []
}
