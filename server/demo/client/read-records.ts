import { z } from 'zod'
import { type Call, performCall } from './call.ts'
import type { ClientSettings } from './client-settings.ts'
import type { Step } from './step.ts'

/** The records that were read, for the summary. */
export interface Found {
  patient: { name: string; birthDate: string; gender: string }
  /** The visit for which the application was opened; undefined for an application that starts alone. */
  visit?: string | undefined
  immunizations: Array<{ date: string; vaccine: string }>
  pages: number
}

const listAnswer = z.object({
  next: z.string().nullable(),
  results: z.array(z.looseObject({ id: z.string() })),
})

export const patientAnswer = z.object({
  name: z
    .array(
      z.object({
        text: z.string().optional(),
        given: z.array(z.string()).default([]),
        family: z.string().optional(),
      }),
    )
    .default([]),
  birthDate: z.string().default('unknown'),
  gender: z.string().default('unknown'),
})

const immunizationAnswer = z.object({
  occurrenceDateTime: z.string().optional(),
  occurrenceString: z.string().optional(),
  vaccineCode: z
    .object({
      text: z.string().optional(),
      coding: z.array(z.object({ display: z.string().optional() })).default([]),
    })
    .optional(),
})

/** The page is small, so that there is a second page. */
const pageSize = 10
/** A provider's panel has hundreds of pages. The first pages are enough for the demo. */
const maximumPages = 10

export interface Reading {
  steps: Step[]
  found: Found | undefined
}

/** The last section of the tutorial: patients, one patient by id, immunizations until there is no next page. */
export async function readRecords(settings: ClientSettings, accessToken: string): Promise<Reading> {
  const base = `${settings.fhirUrl}/onpatient_api/fhir`
  const get = (url: string) => performCall({ method: 'GET', url, accessToken }, settings.timeoutMs)

  const patients = await get(`${base}/Patient`)
  const list = listAnswer.safeParse(patients.answer?.json)
  const listStep: Step = {
    title: 'Read: which patients?',
    words:
      'The access token travels in the Authorization header. The list holds every patient that this person may see: one for a patient, several for a parent or a provider.',
    call: patients,
    problem: problemOf(patients, { isAsExpected: list.success }),
  }
  const [first] = list.data?.results ?? []
  if (listStep.problem || !first)
    return {
      steps: [
        { ...listStep, problem: listStep.problem ?? 'The list is empty: this account sees no patient.' },
      ],
      found: undefined,
    }

  const one = await get(`${base}/Patient/${encodeURIComponent(first.id)}`)
  const patient = patientAnswer.safeParse(one.answer?.json)
  const oneStep: Step = {
    title: 'Read: one patient by id',
    words:
      'The id of the first patient in the list is put into the address. The answer is one FHIR resource.',
    call: one,
    problem: problemOf(one, { isAsExpected: patient.success }),
  }
  if (oneStep.problem || !patient.success) return { steps: [listStep, oneStep], found: undefined }

  const walk = await readPages(`${base}/Immunization?page-size=${pageSize}`, settings.fhirUrl, get)
  const found: Found = { patient: describePatient(patient.data), ...walk }
  return { steps: [listStep, oneStep, ...walk.steps], found }
}

export function describePatient({
  name: [name],
  birthDate,
  gender,
}: z.infer<typeof patientAnswer>): Found['patient'] {
  return {
    name: name?.text ?? [...(name?.given ?? []), name?.family].filter(Boolean).join(' '),
    birthDate,
    gender,
  }
}

interface PageWalk extends Pick<Found, 'immunizations' | 'pages'> {
  steps: Step[]
}

async function readPages(
  start: string,
  fhirUrl: string,
  get: (url: string) => Promise<Call>,
): Promise<PageWalk> {
  const walk: PageWalk = { steps: [], immunizations: [], pages: 0 }
  let url: string | null = start
  while (url !== null) {
    const call: Call = await get(url)
    const page = listAnswer.safeParse(call.answer?.json)
    walk.pages += 1
    const problem = problemOf(call, { isAsExpected: page.success })
    url = page.data?.next ?? null
    walk.immunizations.push(...(page.data?.results ?? []).map(toImmunization))
    const stop = problem ?? reasonToStop(url, fhirUrl, walk.pages)
    walk.steps.push({
      title: `Read: immunizations, page ${walk.pages}`,
      words: pageWords(url),
      call,
      problem: stop,
    })
    if (stop) return walk
  }
  return walk
}

/** A `next` on another server would send the access token there. */
function reasonToStop(next: string | null, fhirUrl: string, pages: number): string | undefined {
  if (next === null) return undefined
  if (!URL.canParse(next) || new URL(next).origin !== new URL(fhirUrl).origin)
    return 'The address of the next page leads to another server, where this client will not send the token.'
  if (pages >= maximumPages)
    return `There are more pages. This client stops after ${maximumPages}; yours would go on until next is null.`
  return undefined
}

function pageWords(next: string | null): string {
  return next === null
    ? 'next is null: this was the last page, and every record was there exactly once.'
    : `A list comes in pages. This client asks for ${pageSize} records on each and follows the address in next, which is complete.`
}

export function problemOf({ answer }: Call, { isAsExpected }: { isAsExpected: boolean }): string | undefined {
  if (!answer) return 'The server could not be reached, so the walk ends here.'
  if (answer.status !== 200) return 'The server refused, so the walk ends here. Its answer says why.'
  return isAsExpected
    ? undefined
    : 'The answer does not look as the documentation says, so the walk ends here.'
}

export function toImmunization(resource: unknown): Found['immunizations'][number] {
  const { data } = immunizationAnswer.safeParse(resource)
  const { text, coding } = data?.vaccineCode ?? {}
  return {
    date: data?.occurrenceDateTime?.slice(0, 10) ?? data?.occurrenceString ?? 'unknown',
    vaccine: text ?? coding?.find((each) => each.display)?.display ?? 'unknown',
  }
}
