import type { Patient } from 'fhir/r4'
import { officialNameOf } from '#fhir/official-name.ts'
import { parseSearch } from '#fhir/search/parse-search.ts'
import { type Condition, SearchError } from '#fhir/search/search-query.ts'
import type { RecordReader } from './record-reader.ts'

/** What the person typed. Each given part must match. */
export interface PatientQuestion {
  /** Beginnings of names. */
  name?: string | undefined
  /** `1984`, `1984-05` or `1984-05-02`. */
  birthDate?: string | undefined
  /** A record or insurance number, in full. */
  identifier?: string | undefined
}

/** Enough to tell two patients of the same name apart. */
export interface PatientLine {
  id: string
  name: string
  birthDate: string | undefined
  gender: string | undefined
  identifiers: string[]
}

/**
 * The first patients by name that a reader reaches, and whether there are more. Undefined when the question cannot be
 * read, such as a date that is none. Uses the search index (decision 0006).
 */
export async function findPatients(
  reader: RecordReader,
  { name, birthDate, identifier }: PatientQuestion,
  most: number,
): Promise<{ patients: PatientLine[]; hasMore: boolean } | undefined> {
  const named = nameCondition(name ?? '')
  const pairs: Array<[string, string]> = [
    ...(birthDate?.trim() ? [['birthdate', literal(birthDate)] as [string, string]] : []),
    ...(identifier?.trim() ? [['identifier', literal(identifier)] as [string, string]] : []),
    ['_sort', 'family,given'],
  ]
  const parsed = parseUnlessWrong(pairs)
  if (!parsed) return undefined
  const query = { ...parsed, conditions: [...named, ...parsed.conditions] }
  const page = await reader.search({ ...query, total: 'none' }, { pageSize: most })
  return {
    patients: page.records.map(({ content }) => patientLineOf(content)),
    hasMore: page.next !== undefined,
  }
}

/** The patient, or undefined when the reader does not reach the patient. */
export async function findPatientLine(
  reader: RecordReader,
  patientId: string,
): Promise<PatientLine | undefined> {
  const content = await reader.read('Patient', patientId)
  return content === undefined ? undefined : patientLineOf(content)
}

/** A stored Patient as a line. */
export function patientLineOf(content: string): PatientLine {
  const patient = JSON.parse(content) as Patient
  return {
    id: patient.id ?? '',
    name: officialNameOf(patient),
    birthDate: patient.birthDate,
    gender: patient.gender,
    identifiers: (patient.identifier ?? []).flatMap(({ value }) => value ?? []).slice(0, 2),
  }
}

/** Each word is the beginning of a part of the name, or all words together are: "van der Berg" is one part. */
function nameCondition(text: string): Condition[] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const conditionsOf = (parts: string[]) =>
    parseSearch(
      'Patient',
      parts.map((part): [string, string] => ['name', literal(part)]),
      { strict: true },
    ).conditions
  if (words.length < 2) return conditionsOf(words)
  const each: Condition = { kind: 'and', conditions: conditionsOf(words.slice(0, 10)) }
  return [{ kind: 'or', conditions: [each, ...conditionsOf([words.join(' ')])] }]
}

/** Commas, bars and dollars mean something in a search: https://hl7.org/fhir/R4/search.html#escaping */
function literal(text: string): string {
  return text
    .trim()
    .slice(0, 200)
    .replace(/[\\,|$]/g, '\\$&')
}

function parseUnlessWrong(pairs: Array<[string, string]>) {
  try {
    return parseSearch('Patient', pairs, { strict: true })
  } catch (error) {
    if (error instanceof SearchError) return undefined
    throw error
  }
}
