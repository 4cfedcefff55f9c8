import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type ImportProgress, importRecords } from '#server/import/import.ts'
import { createPractices } from '#server/practices/practices.ts'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '#server/secrets.ts'
import { usualLimits } from '../support/mail-counts.ts'
import { startClock } from '../support/start-app.ts'
import { openTestStore } from '../support/test-store.ts'

/** A practice to import into, and a folder for the files to import. */
export async function openImport() {
  const store = await openTestStore()
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-import-'))
  const clock = startClock()
  const parts = { db: store.db, clock, random: systemRandom, ...usualLimits(store.db, clock) }
  const records = createRecords(parts)
  const practices = createPractices({
    ...parts,
    records,
    mailer: { send: async () => undefined },
    portalUrl: 'http://localhost:8000',
    synthesize: () => {
      throw new Error('no sandbox here')
    },
  })
  const practice = await practices.create({ name: 'Elm Street', kind: 'practice' })
  const within = { patientIds: [], practiceIds: [practice.id] }
  return {
    records,
    clock,
    practice,
    store,
    folder,
    /** Writes a file: text as it is, anything else as JSON; `.gz` is compressed. */
    async addFile(name: string, content: unknown): Promise<string> {
      const path = join(folder, name)
      const text = typeof content === 'string' ? content : JSON.stringify(content)
      await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text)
      return path
    },
    run: (...paths: string[]) =>
      importRecords({ records }, { practiceId: practice.id, paths: paths.length > 0 ? paths : [folder] }),
    runTelling: (onProgress: (progress: ImportProgress) => void) =>
      importRecords({ records }, { practiceId: practice.id, paths: [folder], onProgress }),
    async read(type: string, id: string): Promise<Record<string, never> | undefined> {
      const content = await records.read(within, type, id)
      return content === undefined ? undefined : JSON.parse(content)
    },
    async count(type: string): Promise<number> {
      return (await records.list(within, { type, pageSize: 1 })).count
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const entry = (
  resource: object,
  fullUrl?: string,
  request: object = { method: 'POST', url: 'X' },
) => ({
  ...(fullUrl === undefined ? {} : { fullUrl }),
  resource,
  request,
})

export const transaction = (...entries: object[]) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: entries,
})

export const patient = (id: string) => ({ resourceType: 'Patient', id, name: [{ family: 'Vale' }] })

export const observation = (id: string, patientId: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Heart rate' },
  subject: { reference: `Patient/${patientId}` },
})
