import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatePractice } from '#server/demo/generator/generate-practice.ts'
import { limitRows } from '#server/limits.ts'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aReader } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'

/** As FHIR bases are, that a client goes through for each patient. */
const types = [
  ...['AllergyIntolerance', 'CarePlan', 'CareTeam', 'Condition', 'Coverage', 'Device', 'DiagnosticReport'],
  ...[
    'DocumentReference',
    'Encounter',
    'Goal',
    'Immunization',
    'MedicationRequest',
    'Observation',
    'Procedure',
  ],
]

test('a household that fetches ten years of records, and each of them once more by its id, stays far inside every limit', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'North Clinic')
  const people = generatePractice({ seed: 5, patients: 30, asOf: app.clock.now() })
  await app.modules.records.write(
    people.shared.map((resource) => ({ practiceId: clinic.practice.id, resource })),
  )
  const families = [...people.families()].sort((one, other) => other.members.length - one.members.length)
  const members = families[0]?.members ?? []
  assert.ok(members.length >= 3, 'a family with children')
  for (const { patient, records } of members)
    await app.modules.records.write(
      [patient, ...records].map((resource) => ({ practiceId: clinic.practice.id, resource })),
    )
  const ids = members.map(({ patient }) => patient.id ?? '')
  await aReader(app, clinic, 'ana@example.com', ids, 'parent')
  const client = await anApplication(app, clinic)
  const { access_token } = await getTokens(app, client, 'ana@example.com')

  let requests = 0
  let left = Number.POSITIVE_INFINITY
  const read = async (url: string) => {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${access_token}` } })
    assert.equal(answer.status, 200, url)
    requests++
    left = Math.min(left, Number(/;r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]))
    return answer.json() as Promise<{
      entry?: Array<{ resource: { id: string } }>
      link?: Array<{ relation: string; url: string }>
    }>
  }
  // The clock stands still: all of it in the same moment, which is the worst case.
  for (const patient of ids)
    for (const type of types) {
      let next: string | undefined = `${app.fhirUrl}/fhir/r4/${type}?patient=${patient}&_count=20`
      while (next !== undefined) {
        const page = await read(next)
        for (const { resource } of page.entry ?? [])
          await read(`${app.fhirUrl}/fhir/r4/${type}/${resource.id}`)
        next = page.link?.find(({ relation }) => relation === 'next')?.url
      }
    }
  assert.equal(left, limitRows.tokenRequests.default - requests)
  // The generated charts are smaller than those of ten years in a clinic: ten times as many must fit, too.
  assert.ok(
    requests > 200 && left > limitRows.tokenRequests.default * 0.9,
    `${requests} requests, ${left} left`,
  )
})
