import type { Resource } from 'fhir/r4'
import { parseReference } from '../reference.ts'
import { type Membership, memberships } from './about-the-patient.ts'

/** The patients whom a record itself names. */
export interface Subjects {
  patientIds: string[]
  /** `Type/id` of other records. This record is also about the patients of those. */
  through: string[]
  /** What the record is when no patient is found. */
  otherwise: Membership['otherwise']
  /**
   * Whether it is about something else than a patient: a group, a device, the owner of an identifier, or nobody (decision 0022).
   */
  isAboutOthers: boolean
}

/** Undefined for a type that is not a storable R4 type. */
export function findSubjects(resource: Resource): Subjects | undefined {
  const membership = memberships.get(resource.resourceType)
  if (!membership) return undefined
  if (resource.resourceType === 'Patient')
    return {
      patientIds: resource.id === undefined ? [] : [resource.id],
      through: [],
      otherwise: 'refused',
      isAboutOthers: false,
    }
  const { elements, through = [], otherwise, mayBeAbsent = false } = membership
  const holders = elements.flatMap((path) => valuesAt(resource, path.split('.')))
  const named = holders.flatMap(relativeIn)
  const patientIds = named.flatMap((reference) => (reference.type === 'Patient' ? [reference.id] : []))
  const others = through
    .flatMap((path) => valuesAt(resource, path.split('.')).flatMap(relativeIn))
    // The way goes through one record, not through two: a record about a Provenance names nobody.
    .flatMap(({ type, id }) => (type === 'Patient' || isAboutThrough(type) ? [] : [`${type}/${id}`]))
  const isAboutOthers =
    holders.length === 0 ? mayBeAbsent : patientIds.length === 0 && holders.every(namesOther)
  return { patientIds: [...new Set(patientIds)], through: [...new Set(others)], otherwise, isAboutOthers }
}

/**
 * The compartment of the records that a practice keeps about others than patients. It stands on the practice's own panel like
 * that of a patient, and on no other panel. No record can have an id of this form.
 */
export function compartmentOfPractice(practiceId: string): string {
  return `@${practiceId}`
}

export function isCompartmentOfPractice(patientId: string): boolean {
  return patientId.startsWith('@')
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

/** The elements by which records of a type are about the patients of other records. */
export function throughElements(type: string): readonly string[] {
  return memberships.get(type)?.through ?? []
}

/** The types of records that are about the patients of other records. */
export const typesAboutThrough: readonly string[] = [...memberships]
  .filter(([, { through = [] }]) => through.length > 0)
  .map(([type]) => type)

function isAboutThrough(type: string): boolean {
  return throughElements(type).length > 0
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
 * The one element by which records of a type are about a patient. It is undefined unless that is `subject` or `patient` and
 * nothing else puts records of the type into a compartment. Then each record in the compartment names the patient there.
 */
export function onlySubjectElement(type: string): 'subject' | 'patient' | undefined {
  const { elements = [], through = [] } = memberships.get(type) ?? {}
  const [element] = elements
  if (elements.length !== 1 || through.length > 0) return undefined
  return element === 'subject' || element === 'patient' ? element : undefined
}

/** The References at a path. */
function valuesAt(value: unknown, path: string[]): Fields[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, path))
  if (typeof value !== 'object' || value === null) return []
  const [first, ...rest] = path
  return first === undefined ? [value as Fields] : valuesAt((value as Fields)[first], rest)
}

type Fields = Record<string, unknown>

function relativeIn({ reference }: Fields): Array<{ type: string; id: string }> {
  const parsed = parseReference(reference)
  return parsed.kind === 'relative' ? [{ type: parsed.type, id: parsed.id }] : []
}

/**
 * Whether a Reference certainly names no patient, or names somebody by an identifier or a text alone. A Reference that merely
 * could not be resolved is not among them, because a patient would lose the record.
 */
function namesOther({ reference, identifier, display, type }: Fields): boolean {
  const parsed = parseReference(reference)
  if (parsed.kind === 'none')
    return (typeof identifier === 'object' && identifier !== null) || typeof display === 'string'
  if (parsed.kind === 'relative') return parsed.type !== 'Patient'
  if (parsed.kind === 'contained') return true
  const named = parsed.kind === 'foreign' ? (typeOfAddress(parsed.text) ?? type) : undefined
  return typeof named === 'string' && named !== 'Patient'
}

/** `https://a.example/fhir/Group/1` */
function typeOfAddress(text: string): string | undefined {
  return /^https?:\/\/.*\/([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/.exec(text)?.[1]
}
