import { z } from 'zod'
import { performCall } from './call.ts'
import type { ClientSettings } from './client-settings.ts'
import { describePatient, patientAnswer, problemOf, type Reading, toImmunization } from './read-records.ts'
import type { Step } from './step.ts'

const encounterAnswer = z.object({
  type: z.array(z.object({ text: z.string().optional() })).default([]),
  period: z.object({ start: z.string().optional() }).optional(),
})
const bundleAnswer = z.object({ entry: z.array(z.object({ resource: z.unknown() })).default([]) })

interface Tokens {
  access_token: string
  patient?: string | undefined
  encounter?: string | undefined
}

/** Reads the patient and the visit for which the application was opened (SMART App Launch 2.2). The token answer has their ids. */
export async function readContext(
  settings: ClientSettings,
  { access_token: accessToken, patient: patientId, encounter: encounterId }: Tokens,
): Promise<Reading> {
  const steps: Step[] = []
  async function get(title: string, words: string, path: string): Promise<unknown> {
    const url = `${settings.fhirUrl}/fhir/r4/${path}`
    const call = await performCall({ method: 'GET', url, accessToken }, settings.timeoutMs)
    const problem = problemOf(call, { isAsExpected: true })
    steps.push({ title, words, call, problem })
    return problem === undefined ? call.answer?.json : undefined
  }

  const patient = patientAnswer.safeParse(
    await get(
      'Read: the patient',
      'The token answer named the patient for whom you opened the application. Nobody else can be read with this token.',
      `Patient/${encodeURIComponent(patientId ?? '')}`,
    ),
  )
  if (!patient.success) return { steps, found: undefined }
  const encounter =
    encounterId === undefined
      ? undefined
      : encounterAnswer.safeParse(
          await get(
            'Read: the visit',
            'It named the visit, too.',
            `Encounter/${encodeURIComponent(encounterId)}`,
          ),
        ).data
  const bundle = bundleAnswer.safeParse(
    await get(
      'Read: the latest immunizations',
      'A search of FHIR R4, newest first. The answer is a Bundle.',
      `Immunization?patient=${encodeURIComponent(patientId ?? '')}&_sort=-date&_count=10`,
    ),
  )
  const visit =
    encounter && [encounter.type[0]?.text, encounter.period?.start?.slice(0, 10)].filter(Boolean).join(', ')
  return {
    steps,
    found: {
      patient: describePatient(patient.data),
      visit: visit ?? 'no particular one',
      immunizations: (bundle.data?.entry ?? []).map(({ resource }) => toImmunization(resource)),
      pages: 1,
    },
  }
}
