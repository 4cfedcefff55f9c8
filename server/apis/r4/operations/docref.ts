import { parseSearch } from '#fhir/search/parse-search.ts'
import { type Condition, SearchError, type SearchQuery } from '#fhir/search/search-query.ts'
import { OnpatientError } from '../../../errors.ts'
import { findSingle } from '../../../http/query.ts'
import type { Answer } from '../answer.ts'
import { answerQuery } from '../interactions/search.ts'
import { present } from '../negotiate.ts'
import type { ReadContext } from '../request-context.ts'
import { findUnknown } from '../unknown-parameters.ts'
import { readOperationParameters } from './operation-parameters.ts'

const type = 'DocumentReference'

/**
 * `DocumentReference/$docref`: the existing documents of a patient, newest first. None is made for the request
 * (http://hl7.org/fhir/us/core/OperationDefinition/docref). Throws `invalid-parameter`.
 */
export async function docref(context: ReadContext): Promise<Answer> {
  const { request, reader, base, bases, cursors } = context
  const params = await readOperationParameters(request, context.query)
  const ignored = findUnknown(params, ['end', 'on-demand', 'patient', 'profile', 'start', 'type'], context)
  const address = `${base}/${type}/$docref`
  const query = { ...readQuery(params, bases), ignored }
  const text = await answerQuery(reader, query, { address, params, base, cursors })
  return { status: 200, body: present(text, context.query) }
}

function readQuery(params: URLSearchParams, bases: readonly string[]): SearchQuery {
  const value = (name: string) => findSingle(params, name)
  const [patient, start, end] = ['patient', 'start', 'end'].map(value)
  if (patient === undefined)
    throw new OnpatientError('invalid-parameter', 'Say whose documents: $docref?patient=ID.', {
      field: 'patient',
    })
  const asked = [
    ['patient', patient],
    ['_sort', '-date'],
    ...list('type', value('type')),
    ...list('_profile', value('profile')),
    ...list('_count', value('_count')),
    // Without dates the current documents are meant.
    ...(start === undefined && end === undefined ? [['status', 'current']] : []),
  ] as Array<[string, string]>
  const query = parse(asked, bases)
  if (start !== undefined) query.conditions.push(ofCare(`ge${start}`, bases))
  if (end !== undefined) query.conditions.push(ofCare(`le${end}`, bases))
  // No document is made on demand.
  if (value('on-demand') === 'true') query.conditions.push({ kind: 'or', conditions: [] })
  return query
}

function list(name: string, text: string | undefined): Array<[string, string]> {
  return text === undefined ? [] : [[name, text]]
}

/** The dates are those of care. The date of the document stands in where it has none. */
function ofCare(date: string, bases: readonly string[]): Condition {
  const both = parse(
    [
      ['period:missing', 'true'],
      ['date', date],
    ],
    bases,
  ).conditions
  return {
    kind: 'or',
    conditions: [...parse([['period', date]], bases).conditions, { kind: 'and', conditions: both }],
  }
}

function parse(pairs: Array<[string, string]>, bases: readonly string[]): SearchQuery {
  try {
    return parseSearch(type, pairs, { strict: true, bases })
  } catch (error) {
    if (!(error instanceof SearchError)) throw error
    throw new OnpatientError('invalid-parameter', error.message, { field: error.parameter })
  }
}
