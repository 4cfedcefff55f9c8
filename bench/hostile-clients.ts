/** A process of its own, so that making the load is not part of what is measured: clients that ask as much as they can. */
import { request } from 'node:http'

export interface HostileClient {
  token: string
  /** Asked one after the other, over and over. */
  requests: Array<{ method: string; path: string; body?: object; form?: string }>
}

interface Orders {
  url: string
  clients: HostileClient[]
}

const statuses: Record<string, number> = {}
let isOver = false

process.on('message', (message: Orders | 'stop') => {
  if (message === 'stop') {
    isOver = true
    process.send?.(statuses, () => process.exit(0))
    return
  }
  const { url, clients } = message
  for (const [index, client] of clients.entries()) void attack(url, client, index)
})

/** Each begins at another request. */
async function attack(url: string, { token, requests }: HostileClient, index: number): Promise<void> {
  for (let at = index; !isOver; at++) {
    const { method, path, body, form } = requests[at % requests.length] ?? { method: 'GET', path: '/' }
    const sent = body ? JSON.stringify(body) : form
    const type = body ? 'application/fhir+json' : 'application/x-www-form-urlencoded'
    const status = await ask(new URL(path, url), { method, token, sent, type })
    statuses[status] = (statuses[status] ?? 0) + 1
  }
}

interface Asked {
  method: string
  token: string
  sent: string | undefined
  type: string
}

function ask(url: URL, { method, token, sent, type }: Asked): Promise<string> {
  return new Promise((done) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(sent === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(sent) }),
    }
    const sending = request(url, { method, headers }, (response) => {
      response.resume()
      response.on('end', () => done(String(response.statusCode)))
      response.on('error', () => done('broken'))
    })
    sending.on('error', () => done('refused'))
    sending.end(sent)
  })
}
