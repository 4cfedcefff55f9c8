/** One HTTP request of the demo client and its answer, as the page shows them. */
export interface Call {
  method: 'GET' | 'POST'
  url: string
  requestHeaders: ReadonlyArray<readonly [string, string]>
  /** Form fields of the body; empty for a GET. */
  form: ReadonlyArray<readonly [string, string]>
  milliseconds: number
  answer: Answer | undefined
  /** The reason why no answer came. */
  failure: string | undefined
}

export interface Answer {
  status: number
  statusText: string
  headers: ReadonlyArray<readonly [string, string]>
  body: string
  /** The body as JSON; undefined when it is not JSON. */
  json: unknown
}

interface Request {
  method: 'GET' | 'POST'
  url: string
  accessToken?: string
  form?: Record<string, string>
}

/** Headers that a newcomer should see. The many headers for browsers would hide them. */
const shownHeaders = ['content-type', 'cache-control', 'www-authenticate', 'retry-after', 'x-request-id']
const maximumBytes = 2 * 1024 * 1024

/** Never throws, because the page shows failed requests, too. */
export async function performCall(request: Request, timeoutMs: number): Promise<Call> {
  const { method, url } = request
  const form = Object.entries(request.form ?? {})
  const requestHeaders: Array<[string, string]> = [['Accept', 'application/json']]
  if (request.accessToken !== undefined)
    requestHeaders.push(['Authorization', `Bearer ${request.accessToken}`])
  if (form.length > 0) requestHeaders.push(['Content-Type', 'application/x-www-form-urlencoded'])
  const start = performance.now()
  const outcome = await send({ method, url, requestHeaders, form, timeoutMs })
  return {
    method,
    url,
    requestHeaders,
    form,
    milliseconds: Math.round(performance.now() - start),
    ...outcome,
  }
}

interface Sending extends Pick<Call, 'method' | 'url' | 'requestHeaders' | 'form'> {
  timeoutMs: number
}

async function send(sending: Sending): Promise<Pick<Call, 'answer' | 'failure'>> {
  const { method, url, requestHeaders, form, timeoutMs } = sending
  try {
    const response = await fetch(url, {
      method,
      headers: requestHeaders.map(([name, value]): [string, string] => [name, value]),
      ...(form.length > 0 ? { body: new URLSearchParams(form.map(([name, value]) => [name, value])) } : {}),
      // A redirect could take the token to another server.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body = await readBody(response)
    const headers = shownHeaders.flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    const { status, statusText } = response
    return { answer: { status, statusText, headers, body, json: parseJson(body) }, failure: undefined }
  } catch (error) {
    return { answer: undefined, failure: describeFailure(error, timeoutMs) }
  }
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maximumBytes) throw new Error('the answer is larger than 2 MB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describeFailure(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'the connection failed'
  if (error.name === 'TimeoutError') return `no answer came within ${timeoutMs / 1000} seconds`
  // The error of fetch says only "fetch failed". The reason is its cause.
  const cause = error.cause instanceof Error ? error.cause : error
  return (cause as NodeJS.ErrnoException).code ?? (cause.message || 'the connection failed')
}
