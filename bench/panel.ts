import { compare, type Slices } from './compare.ts'
import type { Databases } from './databases.ts'
import type { Figure } from './figures.ts'
import { createFilling } from './fill.ts'
import { type OpenModules, openModules } from './open-modules.ts'
import { startServer } from './processes.ts'
import { listIds } from './reads.ts'
import { createHolder, createProvider, issueApprovalToken, issueProviderToken } from './tokens.ts'

const small = 100
const large = 100_000

/**
 * What a practice pays for its size: the same reads by id with tokens that reach the whole panel, in a practice of 100 patients and in
 * one of 100,000. The second has the first's records; its other patients are on the panel alone.
 */
export async function measurePanel(databases: Databases, slices: Slices): Promise<Figure[]> {
  const first = await databases.create()
  const modules = await openModules(first.url)
  const filling = await createFilling(modules, small)
  const { practiceId } = await filling.fillTo(modules, Number.POSITIVE_INFINITY)
  const holder = await createHolder(modules, practiceId, filling.patientIds.slice(0, 1))
  const tokens = {
    "a provider's token": await issueProviderToken(
      modules,
      await createProvider(modules, practiceId, holder),
    ),
    "a backend service's token": await issueApprovalToken(modules, practiceId, holder),
  }
  await modules.close()
  const second = await first.copy()
  const grown = await openModules(second.url)
  await growPanel(grown, practiceId)
  await grown.close()
  const servers = [await startServer(first.url), await startServer(second.url)]
  const [smallUrl = '', largeUrl = ''] = servers.map(({ address }) => address)
  const figures: Figure[] = []
  for (const [name, token] of Object.entries(tokens)) {
    const ids = await listIds({ url: smallUrl, token }, 'Observation')
    const requests = ids.map((id) => ({ path: `/fhir/r4/Observation/${id}`, token }))
    const rates = await compare({ url: smallUrl, requests }, { url: largeUrl, requests }, slices)
    figures.push({
      work: `read by id with ${name}: how many times slower in a practice of ${large} than in one of ${small} (floor)`,
      goal: { atMost: 1.2 },
      measured: rates.other,
      unit: 'requests/s',
      floor: rates.one,
      ratio: rates.ratio,
    })
  }
  await Promise.all(servers.map((server) => server.stop()))
  return figures
}

async function growPanel({ store }: OpenModules, practiceId: string): Promise<void> {
  const step = 5000
  for (let at = small; at < large; at += step) {
    const rows = Array.from({ length: Math.min(step, large - at) }, (_, index) => ({
      practice_id: practiceId,
      patient_id: `panel-${at + index}`,
    }))
    await store.db.insertInto('practice_patient').values(rows).execute()
  }
}
