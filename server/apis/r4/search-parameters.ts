import { OnpatientError } from '../../errors.ts'
import { parseQuery } from '../../http/query.ts'
import type { Asked } from './answer.ts'
import { assertJson } from './negotiate.ts'

interface Parameters {
  request: Asked
  query: URLSearchParams
}

/**
 * The parameters of a search: those of the address, then those of a form, which keeps them out of logs
 * (https://hl7.org/fhir/R4/http.html#search). Throws `media-type-not-supported` and `format-not-served`.
 */
export function readSearchParameters({ request, query }: Parameters): URLSearchParams {
  assertForm(request)
  const params = new URLSearchParams([...query, ...formOf(request)])
  assertJson(params, request)
  return params
}

function formOf({ method, body }: Asked): URLSearchParams {
  return method === 'POST' && typeof body === 'string' ? parseQuery(`?${body}`) : new URLSearchParams()
}

/** Parameters in a body of another kind would be ignored, and the answer would have more records than the client wants. */
function assertForm({ method, body, headers }: Asked): void {
  const { 'content-length': length = '0' } = headers
  const isOther = typeof body !== 'string' && (Buffer.isBuffer(body) ? body.length > 0 : length !== '0')
  if (method !== 'POST' || !isOther) return
  throw new OnpatientError(
    'media-type-not-supported',
    'Send the parameters of a search as a form, with the header "Content-Type: application/x-www-form-urlencoded", or in the address.',
  )
}
