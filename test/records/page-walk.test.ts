import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { immunization, openSeededApi, patient, type SeededApi } from '../apis/seeded-api.ts'

interface Page {
  link: Array<{ relation: string; url: string }>
  entry?: Array<{ resource: { id: string } }>
}

/** Walks a search page by page, and lets something be written between any two pages. */
async function walk(api: SeededApi, first: string, token: string, between: () => Promise<void>) {
  const ids: string[] = []
  for (let url: string | undefined = first; url !== undefined; ) {
    const { status, json, text } = await api.get(url, token)
    assert.equal(status, 200, text)
    const page = json as unknown as Page
    ids.push(...(page.entry ?? []).map(({ resource }) => resource.id))
    url = page.link.find(({ relation }) => relation === 'next')?.url
    assert.ok(ids.length < 500, 'the walk does not end')
    await between()
  }
  return ids
}

const actions = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'remove', 'change'),
    day: fc.integer({ min: 1, max: 28 }),
    which: fc.nat(1000),
  }),
  { maxLength: 12 },
)

test('a walk yields each record that stays exactly once and none twice, whatever is written meanwhile, in every order', async () => {
  await using api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', patient('ada'))
  const { token } = await api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes: ['user/*.cruds'] })
  let made = 0
  const dated = (id: string, day: number) =>
    immunization(id, 'ada', { occurrenceDateTime: `2024-02-${String(day).padStart(2, '0')}` })
  const add = async (day: number) => {
    const id = `i${++made}`
    await api.write('oak', dated(id, day))
    return id
  }
  await fc.assert(
    fc.asyncProperty(
      actions,
      fc.constantFrom('', '&_sort=date', '&_sort=-date', '&_sort=-_lastUpdated', '&_sort=status,-date'),
      fc.integer({ min: 1, max: 4 }),
      async (planned, sort, count) => {
        const start: string[] = []
        for (let index = 0; index < 9; index++) start.push(await add((index % 4) + 10))
        const todo = [...planned]
        const touched = new Set<string>()
        const first = `/fhir/r4/Immunization?patient=ada&_id=${[...start, ...Array.from({ length: 12 }, (_, index) => `i${made + index + 1}`)].join(',')}&_count=${count}${sort}`
        const ids = await walk(api, first, token, async () => {
          const action = todo.shift()
          if (!action) return
          api.time.now += 1000
          if (action.kind === 'add') {
            touched.add(await add(action.day))
            return
          }
          const id = start[action.which % start.length] ?? ''
          touched.add(id)
          if (action.kind === 'remove')
            await api.send({ method: 'DELETE', path: `/fhir/r4/Immunization/${id}`, token })
          // What is sorted by stays; otherwise a record may rightly move to where the walk has been, or will come.
          else await api.write('oak', { ...dated(id, dayOf(start, id)), lotNumber: String(made) })
        })
        const isMoving = sort.includes('_lastUpdated')
        if (!isMoving) assert.equal(new Set(ids).size, ids.length, `twice: ${ids}`)
        for (const id of start)
          if (!touched.has(id)) assert.equal(ids.filter((each) => each === id).length, 1, `${id} in ${ids}`)
      },
    ),
    { numRuns: process.env.CI === 'true' ? 60 : 15, seed: 7 },
  )
})

function dayOf(start: string[], id: string): number {
  return (start.indexOf(id) % 4) + 10
}
