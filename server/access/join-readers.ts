import type { Interaction } from '#fhir/scope/scope.ts'
import { typesInConditions } from './include-records.ts'
import type { RecordReader } from './record-reader.ts'
import type { ScopeRules } from './scope-rules.ts'

interface JoinedReaders {
  /** Confined to the one patient; by all scopes. */
  patient: RecordReader
  /** Confined to the panel; by the `user` scopes alone. */
  panel: RecordReader
  /** The rules of the scopes of each context alone. */
  rules: { patient: ScopeRules; user: ScopeRules }
}

/**
 * For a token with scopes of both contexts: `patient` scopes read the one patient that the application works on, `user`
 * scopes what the person may see (SMART App Launch 2.2, scopes for clinical data). Each question goes to one of two readers as a
 * whole, so that no scope ever counts in the confinement of the other.
 */
export function joinReaders({ patient, panel, rules }: JoinedReaders): RecordReader {
  /** A filter on a `user` scope must not hide records of the one patient that a `patient` scope gives. */
  const answersFromPanel = (types: readonly string[], interaction: Interaction) =>
    types.every((type) => rules.user.allows(type, interaction)) &&
    types.every(
      (type) =>
        rules.user.restriction(type, interaction) === undefined || !rules.patient.allows(type, interaction),
    )
  const readerFor = (types: readonly string[], interaction: Interaction) =>
    answersFromPanel(types, interaction) ? panel : patient
  const typesOf = ({ type, conditions }: Parameters<RecordReader['search']>[0]) => [
    type,
    ...typesInConditions(conditions),
  ]
  /** A single record is looked for in both places. */
  async function fromBoth<Found>(
    type: string,
    read: (reader: RecordReader) => Promise<Found | undefined>,
  ): Promise<Found | undefined> {
    const found = await read(patient)
    if (found !== undefined || !rules.user.allows(type, 'r')) return found
    return read(panel)
  }
  return {
    patientId: patient.patientId,
    read: (type, id) => fromBoth(type, (reader) => reader.read(type, id)),
    readVersion: (address) => fromBoth(address.type, (reader) => reader.readVersion(address)),
    list: (query) => readerFor([query.type], 's').list(query),
    search: (query, place) => readerFor(typesOf(query), 's').search(query, place),
    countFound: (query) => readerFor(typesOf(query), 's').countFound(query),
    listVersions: (query) => readerFor([query.type], query.id === undefined ? 's' : 'r').listVersions(query),
    isDeletion: async (address) => (await patient.isDeletion(address)) || panel.isDeletion(address),
    allows: patient.allows,
    allowsHistory: (type) => patient.allowsHistory(type) || panel.allowsHistory(type),
  }
}
