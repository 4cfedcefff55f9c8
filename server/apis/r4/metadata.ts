import { type StaticDocument, staticDocument } from '../../http/static-document.ts'
import { capabilityStatement, type Stated } from './capability-statement.ts'
import { present } from './negotiate.ts'
import { readSubset, subset } from './subset.ts'

/** The number of parts of the statement that are kept in memory. */
const mostKept = 20

/** The CapabilityStatement, as a whole or the part that a request asks for. */
export function createMetadata(stated: Stated): (query: URLSearchParams) => StaticDocument {
  const whole = staticDocument(JSON.stringify(capabilityStatement(stated)))
  const parts = new Map<string, StaticDocument>()
  return (query) => {
    const asked = readSubset(query)
    const isPretty = query.get('_pretty') === 'true'
    if (asked.summary === undefined && asked.elements === undefined && !isPretty) return whole
    const key = JSON.stringify([asked, isPretty])
    const known = parts.get(key)
    if (known) return known
    const part = staticDocument(present(subset(whole.text, 'CapabilityStatement', asked), query))
    if (parts.size >= mostKept) parts.clear()
    parts.set(key, part)
    return part
  }
}
