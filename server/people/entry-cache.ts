import type { AccountReader } from '#server/access/access.ts'
import {
  byNewest,
  type Entries,
  type Entry,
  type EntryType,
  groupEntries,
  isLine,
  readEntry,
  referredMedication,
  searchText,
} from '#server/views/views.ts'
import { breathe } from '../breathe.ts'

/** Whose entries are asked for, by a reader that reaches them, and what their compartment holds now. */
interface Place {
  patientId: string
  reader: AccountReader
  state: Awaited<ReturnType<AccountReader['compartmentState']>>
}

interface Kept {
  state: string
  entries: Promise<readonly Entry[]>
  count: number
}

/** As many entries as this process keeps for the next page; about 60 MB with the texts of the search. The people who were seen last stay. */
const mostKept = 60_000

const pageSize = 200

const medicineTypes = ['MedicationRequest', 'MedicationStatement', 'MedicationDispense'] as const

/** More different medicines than one person gets in a life. */
const mostMedications = 1000

/**
 * Keeps what was read of a record for the next page of the same person. Nothing stale comes out: an entry counts as long as the
 * compartment is in the state in which it was read. It decides nothing about access: who asks has opened the person first.
 */
export function createEntryCache() {
  const kept = new Map<string, Kept>()

  function makeRoom(): void {
    let sum = 0
    for (const { count } of kept.values()) sum += count
    for (const [key, { count }] of kept) {
      if (sum <= mostKept) return
      kept.delete(key)
      sum -= count
    }
  }

  async function entriesOfType(place: Place, type: EntryType): Promise<readonly Entry[]> {
    const { state = '', count = 0 } = place.state.get(type) ?? {}
    if (count === 0) return []
    const key = `${place.patientId} ${type}`
    const known = kept.get(key)
    kept.delete(key)
    const entries = known !== undefined && known.state === state ? known.entries : readAll(place, type)
    kept.set(key, { state, count, entries })
    // A failure is not kept.
    entries.catch(() => kept.get(key)?.entries === entries && kept.delete(key))
    makeRoom()
    return entries
  }

  /** What the medicines of a person refer to. It lies in no compartment, so nothing says when it changes: it is not kept. */
  async function medicationsOf(place: Place): Promise<readonly Entry[]> {
    const medicines = await Promise.all(medicineTypes.map((type) => entriesOfType(place, type)))
    const ids = medicines.flat().flatMap((entry) => referredMedication(entry) ?? [])
    const wanted = [...new Set(ids)].slice(0, mostMedications)
    if (wanted.length === 0) return []
    const { contents } = await place.reader.list({ type: 'Medication', ids: wanted, pageSize: wanted.length })
    return contents.flatMap((content) => readEntry('Medication', content) ?? [])
  }

  return {
    async entriesOf<Type extends EntryType>(
      place: Place,
      types: readonly Type[],
    ): Promise<Pick<Entries, Type>> {
      const found = await Promise.all(
        types.map(
          async (type) =>
            [
              type,
              await (type === 'Medication' ? medicationsOf(place) : entriesOfType(place, type)),
            ] as const,
        ),
      )
      return groupEntries(found)
    },
  }
}

/** In pages, and with a turn for others between them: a long record must not hold up anybody else. */
async function readAll({ patientId, reader }: Place, type: EntryType): Promise<Entry[]> {
  const entries: Entry[] = []
  let after: Awaited<ReturnType<AccountReader['list']>>['next']
  do {
    const { contents, next } = await reader.list({ type, patientId, pageSize, after })
    for (const content of contents) {
      const entry = readEntry(type, content)
      if (entry) {
        entries.push(entry)
        // Made now, with a turn for others between: a search of 10,000 entries would have to wait for all of them.
        if (isLine(entry)) searchText(entry)
      }
      await breathe()
    }
    after = next
  } while (after)
  return entries.sort(byNewest)
}
