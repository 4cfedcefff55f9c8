import type { Resource } from 'fhir/r4'
import {
  compartmentOfPractice,
  describeSubjectElements,
  findSubjects,
  type Subjects,
} from '#fhir/compartment/compartment.ts'
import type { TimeRange } from '#fhir/dates.ts'
import { isResourceId, localizeReferences } from '#fhir/reference.ts'
import { type IndexValue, indexValuesOf } from '#fhir/search/index-values.ts'
import { type ContentParts, splitContent } from '#fhir/stored-text.ts'
import { whenItHappened } from '#fhir/when-it-happened.ts'
import { findCitations } from './cited-records.ts'

/** How a version comes to be: https://hl7.org/fhir/R4/http.html#history */
export type WriteMethod = 'POST' | 'PUT' | 'PATCH'

/** A resource with everything that the store derives from it without the database. */
export interface PreparedRecord {
  practiceId: string
  type: string
  id: string
  subjects: Subjects
  date: TimeRange | undefined
  /** Shared records that it cites, and those attached to it, each once. */
  citations: Array<{ type: string; id: string }>
  /** The values that search compares. */
  values: readonly IndexValue[]
  parts: ContentParts
  /** The stored text without its version. */
  resource: Resource
  method: WriteMethod
  /** `Type/id` as it was sent. The record has another id when another practice has this one (own-ids.ts). */
  sentAs: string
}

export interface Refusal {
  reference: string
  reason: string
  /** FHIRPath of the element at fault. Undefined when the whole record is at fault. */
  expression?: string
}

interface PrepareDeps {
  makeId(): string
  /** Addresses of our own API: a reference below them means a record here, and is kept as `Type/id`. */
  bases: readonly string[]
}

/** Never throws. A fault of the resource becomes the reason of a refusal. */
export function prepareRecord(
  practiceId: string,
  resource: Resource,
  deps: PrepareDeps,
): PreparedRecord | Refusal {
  try {
    return prepareFlatRecord(practiceId, resource, deps)
  } catch (error) {
    // The stack has no room for so many levels.
    if (!(error instanceof RangeError)) throw error
    return { reference: `${resource.resourceType}/${resource.id}`, reason: 'It is nested too deeply.' }
  }
}

function prepareFlatRecord(
  practiceId: string,
  resource: Resource,
  { makeId, bases }: PrepareDeps,
): PreparedRecord | Refusal {
  const type = resource?.resourceType
  if (typeof type !== 'string' || type === '')
    return {
      reference: '(no resourceType)',
      reason: 'It has no resourceType, so it is not a FHIR resource.',
      expression: 'Resource.resourceType',
    }
  const id = resource.id ?? makeId()
  const reference = `${type}/${id}`
  if (!isResourceId(id))
    return {
      reference,
      reason: 'Its id is not 1 to 64 letters, digits, hyphens and points.',
      expression: `${type}.id`,
    }
  const withId = localizeReferences(resource.id === undefined ? { ...resource, id } : resource, bases)
  const subjects = findSubjects(withId)
  if (!subjects)
    return {
      reference,
      reason: `${type} is not a type of FHIR R4 that can be stored.`,
      expression: 'Resource.resourceType',
    }
  const part = findSubsetted(resource)
  if (part !== undefined)
    return {
      reference,
      reason:
        'Its tag SUBSETTED says that it is a part of a record: storing it would lose the rest. Read the whole, or take the tag out.',
      expression: `${type}.meta.tag[${part}]`,
    }
  if (subjects.otherwise === 'refused' && subjects.isAboutOthers)
    subjects.patientIds.push(compartmentOfPractice(practiceId))
  if (subjects.otherwise === 'refused' && subjects.patientIds.length === 0)
    return {
      reference,
      reason: `It names no patient: ${describeSubjectElements(type)} must be a reference like Patient/ID, or name a group, a device or the like.`,
      expression: `${type}.${describeSubjectElements(type)}`,
    }
  return {
    practiceId,
    type,
    id,
    sentAs: reference,
    subjects,
    date: whenItHappened(withId),
    citations: findCitations(withId),
    values: indexValuesOf(withId),
    parts: splitContent(withId),
    resource: withId,
    method: resource.id === undefined ? 'POST' : 'PUT',
  }
}

/** The place of the tag that marks an incomplete record (https://hl7.org/fhir/R4/search.html#summary). */
function findSubsetted({ meta }: Resource): number | undefined {
  const tags: unknown = meta?.tag
  const at = Array.isArray(tags)
    ? tags.findIndex((tag: { system?: unknown; code?: unknown } | null) => {
        return tag?.code === 'SUBSETTED' && /v3-ObservationValue$/.test(String(tag.system))
      })
    : -1
  return at === -1 ? undefined : at
}
