/** A failed call, as the problem details (RFC 9457) of the server tell it. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly status: number
  readonly code: string
  /** The form field to change, when one is at fault. */
  readonly field: string | undefined
  readonly requestId: string | undefined

  constructor(problem: Problem) {
    super(problem.detail)
    this.status = problem.status
    this.code = problem.code
    this.field = problem.field
    this.requestId = problem.request_id
  }
}

interface Problem {
  status: number
  detail: string
  code: string
  field?: string
  request_id?: string
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Proves to the server that a change comes from this page; `GET /me` brings it. */
let csrfToken = ''

export function rememberCsrfToken(token: string): void {
  csrfToken = token
}

type AskForProof = () => Promise<boolean>

let askForProof: AskForProof | undefined

/** What asks the person to prove who they are; it tells whether they did. */
export function answerProofsWith(ask: AskForProof | undefined): void {
  askForProof = ask
}

/** Calls the portal's API. A call that needs a fresh proof is repeated after it. Leads to the sign-in page when the sign-in has ended; throws `ApiFailure` otherwise. */
export async function callApi<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
  const answer = await send(method, path, body)
  if (answer.status === 204) return undefined as Answer
  if (answer.ok) return (await answer.json()) as Answer
  const problem = await readProblem(answer)
  if (problem.code === 'sign-in-required') leaveForSignIn()
  if (problem.code !== 'proof-required') throw new ApiFailure(problem)
  if (askForProof === undefined) leaveForProof()
  // One that was proven a moment ago is not asked for again.
  else if (await askForProof()) return callApi(method, path, body)
  throw new ApiFailure({
    ...problem,
    detail: 'Nothing was changed, since it was not confirmed that it is you.',
  })
}

async function send(method: Method, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(`/portal-api${path}`, {
      method,
      headers: {
        accept: 'application/json',
        'accept-language': document.documentElement.lang,
        ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch {
    throw new ApiFailure({
      status: 0,
      code: 'unreachable',
      detail: 'The server cannot be reached. Check your connection and try again.',
    })
  }
}

async function readProblem(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem
  } catch {
    // A proxy on the way answered, not the server.
    return {
      status: answer.status,
      code: 'unknown',
      detail: `The server answered with status ${answer.status}.`,
    }
  }
}

export function leaveForSignIn(): void {
  leaveFor('/signin')
}

/** Where the person confirms who they are; it leads back here. */
export function leaveForProof(): void {
  leaveFor('/account/confirm')
}

function leaveFor(page: string): void {
  const here = `${window.location.pathname}${window.location.search}`
  window.location.assign(`${page}?next=${encodeURIComponent(here)}`)
}
