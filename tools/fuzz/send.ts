import { type Agent, request } from 'node:http'
import type { Composed } from './compose.ts'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  seconds: number
  /** Why the connection ended without a whole answer. */
  failure: string | undefined
}

/** More bytes are over every bound and are not kept. */
const mostKept = 8 * 1024 * 1024
const longestMs = 60_000

/** Sends a request letter by letter, as no client library would. */
export function send(
  url: string,
  agent: Agent,
  { method, path, headers, body }: Pick<Composed, 'method' | 'path' | 'headers' | 'body'>,
): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const started = performance.now()
  return new Promise((settle) => {
    const chunks: Buffer[] = []
    let kept = 0
    let status = 0
    let given: Answer['headers'] = {}
    const resolve = (answer: Answer) => {
      clearTimeout(patience)
      settle(answer)
    }
    const end = (failure?: string) =>
      resolve({
        status,
        headers: given,
        text: Buffer.concat(chunks).toString('utf8'),
        seconds: (performance.now() - started) / 1000,
        failure,
      })
    const sent = request({
      hostname,
      port,
      agent,
      method,
      path: path.replace(/[^\x21-\x7e]/g, encodeURIComponent),
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      maxHeaderSize: 2 ** 17,
    })
    sent.on('response', (response) => {
      status = response.statusCode ?? 0
      given = response.headers
      response.on('data', (chunk: Buffer) => {
        kept += chunk.length
        if (kept <= mostKept) chunks.push(chunk)
      })
      response.on('end', () => end())
      response.on('error', (error) => end(error.message))
      response.on('close', () => end('closed within the answer'))
    })
    // A slow answer ends here as well.
    const patience = setTimeout(
      () => sent.destroy(new Error(`no answer in ${longestMs / 1000} s`)),
      longestMs,
    )
    sent.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    sent.on('close', () => end('closed without an answer'))
    sent.end(body)
  })
}

/** The command that sends the request again. */
export function curlOf(url: string, { method, path, headers, body }: Composed): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const data = body === undefined ? '' : ` --data-binary ${quoted(body)}`
  const lines = Object.entries(headers).map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`)
  return `curl -i -g -X ${method}${lines.join('')}${data} ${quoted(`${url}${path}`)}`
}
