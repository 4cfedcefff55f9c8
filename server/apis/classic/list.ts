import type { FastifyRequest } from 'fastify'
import type { PageKey, RecordReader } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import type { Cursors } from '../../http/cursor.ts'
import { originOf, pageLink } from '../../http/page-links.ts'
import { findSingle } from '../../http/query.ts'
import type { ClassicType } from './classic-types.ts'
import { bindingOf, parseListFilters } from './parse-list-query.ts'

interface ListDeps {
  cursors: Cursors
  fhirUrl: string
}

/** `GET Type`: the JSON text of one page. Records go out as they are stored, without being parsed. */
export async function list(
  { cursors, fhirUrl }: ListDeps,
  row: ClassicType,
  reader: RecordReader,
  { request, query }: { request: FastifyRequest; query: URLSearchParams },
): Promise<string> {
  const filters = parseListFilters(row, query)
  const binding = bindingOf(filters)
  const place = openPlace(cursors, findSingle(query, 'cursor'), binding)
  const page = await reader.list({ ...filters, ...place })
  const base = `${originOf(request, fhirUrl)}/onpatient_api/fhir/${row.type}`
  const link = (side: Side, key: PageKey | undefined) =>
    key ? JSON.stringify(pageLink(base, query, cursors.seal([side, key.patientId, key.id], binding))) : 'null'
  return `{"count":${page.count},"next":${link('after', page.next)},"previous":${link('before', page.previous)},"results":[${page.contents.join(',')}]}`
}

type Side = 'after' | 'before'

function openPlace(
  cursors: Cursors,
  text: string | undefined,
  binding: string,
): { [side in Side]?: PageKey } {
  if (text === undefined) return {}
  const place = cursors.open(text, binding)
  if (!Array.isArray(place))
    throw new OnpatientError(
      'invalid-parameter',
      'The parameter cursor is damaged or belongs to another list. Take "next" as it is, or start without cursor.',
      { field: 'cursor' },
    )
  // Only this server can have sealed it, so its form is known.
  const [side, patientId, id] = place as [Side, string, string]
  return { [side]: { patientId, id } }
}
