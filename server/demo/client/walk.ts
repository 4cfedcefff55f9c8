import { z } from 'zod'
import { performCall } from './call.ts'
import type { ClientSettings } from './client-settings.ts'
import { readContext } from './read-context.ts'
import { type Found, type Reading, readRecords } from './read-records.ts'
import type { Step } from './step.ts'

/** The steps taken, up to the first that failed. */
export interface Walk {
  steps: Step[]
  found: Found | undefined
  refreshToken: string | undefined
  /** Secrets. They must be shortened wherever they are shown. */
  secrets: string[]
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  patient: z.string().optional(),
  encounter: z.string().optional(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
})

/** Steps 3 and following of the tutorial, with the code that came with the redirect. */
export function walkFromCode(settings: ClientSettings, code: string): Promise<Walk> {
  return walk(settings, exchangeOf(settings, code), ({ access_token }) => readRecords(settings, access_token))
}

/** The same for an application that was opened for a patient, whom the token answer names. */
export function walkFromLaunch(settings: ClientSettings, code: string): Promise<Walk> {
  return walk(settings, exchangeOf(settings, code), (tokens) => readContext(settings, tokens))
}

function exchangeOf(settings: ClientSettings, code: string): TokenRequest {
  return {
    title: 'Step 3: exchange the code',
    words:
      'This server-side client sends the code to the token address, with its id and secret to prove who it is. The person never sees this request. Codes work once and live 60 seconds.',
    form: { grant_type: 'authorization_code', code, redirect_uri: settings.redirectUri },
    secrets: [code],
  }
}

/** The refresh of the tutorial, then the same reading again. */
export function walkFromRefreshToken(settings: ClientSettings, refreshToken: string): Promise<Walk> {
  const request: TokenRequest = {
    title: 'Refresh the access token',
    words:
      'Nobody had to sign in: the refresh token is traded for a new access token and a new refresh token. The old refresh token is used up by this.',
    form: { grant_type: 'refresh_token', refresh_token: refreshToken },
    secrets: [refreshToken],
  }
  return walk(settings, request, ({ access_token }) => readRecords(settings, access_token))
}

interface TokenRequest extends Pick<Step, 'title' | 'words'> {
  form: Record<string, string>
  secrets: string[]
}

async function walk(
  settings: ClientSettings,
  request: TokenRequest,
  read: (tokens: z.infer<typeof tokenAnswer>) => Promise<Reading>,
): Promise<Walk> {
  const { portalUrl, applicationId, applicationSecret, timeoutMs } = settings
  const form = { ...request.form, client_id: applicationId, client_secret: applicationSecret }
  const call = await performCall({ method: 'POST', url: `${portalUrl}/o/token/`, form }, timeoutMs)
  const step: Step = { title: request.title, words: request.words, call }
  const secrets = [applicationSecret, ...request.secrets, ...secretsIn(call.answer?.json)]
  const tokens = tokenAnswer.safeParse(call.answer?.json)
  if (call.answer?.status !== 200 || !tokens.success) {
    const problem = 'Without an access token the walk ends here. Go back to step 1 for a new code.'
    return { steps: [{ ...step, problem }], found: undefined, refreshToken: undefined, secrets }
  }
  const { steps, found } = await read(tokens.data)
  return { steps: [step, ...steps], found, refreshToken: tokens.data.refresh_token, secrets }
}

/** Tokens even of an answer that is otherwise not as expected: it is shown all the same. */
function secretsIn(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([name, value]) =>
    typeof value === 'string' && /_(?:token|secret)$/.test(name) ? [value] : [],
  )
}
