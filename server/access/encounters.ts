import type { Encounter } from 'fhir/r4'
import { parseSearch } from '#fhir/search/parse-search.ts'
import type { RecordReader } from './record-reader.ts'

export interface EncounterLine {
  id: string
  title: string
  /** FHIR date or dateTime of its beginning. */
  start: string | undefined
}

/** The latest encounters of a patient whom the reader reaches. */
export async function listLatestEncounters(
  reader: RecordReader,
  patientId: string,
  most: number,
): Promise<EncounterLine[]> {
  const query = parseSearch(
    'Encounter',
    [
      ['patient', patientId],
      ['_sort', '-date'],
    ],
    { strict: true },
  )
  const { records } = await reader.search({ ...query, total: 'none' }, { pageSize: most })
  return records.map(({ content }) => toEncounterLine(content))
}

/** An encounter of that patient, and of nobody else. */
export async function findEncounter(
  reader: RecordReader,
  patientId: string,
  encounterId: string,
): Promise<EncounterLine | undefined> {
  const { contents } = await reader.list({ type: 'Encounter', patientId, ids: [encounterId], pageSize: 1 })
  return contents[0] === undefined ? undefined : toEncounterLine(contents[0])
}

function toEncounterLine(content: string): EncounterLine {
  const { id = '', type = [], class: kind, period } = JSON.parse(content) as Encounter
  const [first] = type
  const title = first?.text ?? first?.coding?.[0]?.display ?? kind?.display ?? kind?.code ?? 'Visit'
  return { id, title, start: period?.start }
}
