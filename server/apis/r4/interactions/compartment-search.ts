import { isResourceId } from '#fhir/reference.ts'
import { inPatientCompartment, patientCompartmentTypes } from '#fhir/search/patient-compartment.ts'
import type { RecordReader } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import type { Answer } from '../answer.ts'
import { present } from '../negotiate.ts'
import type { ReadContext } from '../request-context.ts'
import { readSearchParameters } from '../search-parameters.ts'
import { answerQuery, readQuery, type SearchRequest } from './search.ts'
import { answerSeveral, readTypes } from './system-search.ts'

/**
 * `Patient/id/Type` and `Patient/id/*`: a search of the records that name this patient in the ways of the standard's compartment
 * (https://hl7.org/fhir/R4/http.html#vsearch). It finds the same records as a search with these references as parameters, and so
 * nothing for a patient whom the token does not reach.
 */
export async function compartmentSearch(
  context: ReadContext,
  address: { patientId: string; of: string },
): Promise<Answer> {
  const params = readSearchParameters(context)
  const text = await answerCompartmentSearch(context.reader, address, { ...context, params })
  return { status: 200, body: present(text, params) }
}

async function answerCompartmentSearch(
  reader: RecordReader,
  { patientId, of }: { patientId: string; of: string },
  request: Omit<SearchRequest, 'type'>,
): Promise<string> {
  const address = `${request.base}/Patient/${patientId}/${of}`
  const narrow = (type: string) => inPatientCompartment(type, patientId)
  if (!isResourceId(patientId)) throw notOfCompartment(of)
  if (of === '*') {
    const named = readTypes(request.params) ?? patientCompartmentTypes
    const types = patientCompartmentTypes.filter((type) => named.includes(type) && reader.allows(type, 's'))
    return answerSeveral(reader, types, { ...request, address, narrow })
  }
  const condition = narrow(of)
  if (!condition) throw notOfCompartment(of)
  const query = await readQuery({ ...request, type: of })
  return answerQuery(
    reader,
    { ...query, conditions: [condition, ...query.conditions] },
    { ...request, address },
  )
}

function notOfCompartment(type: string): OnpatientError {
  return new OnpatientError(
    'not-found',
    `There is no such address: ${type.slice(0, 60)} is not among the types of a patient's compartment. Search it as /fhir/r4/${type.slice(0, 60)}.`,
  )
}
