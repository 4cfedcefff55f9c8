import type { FastifyRequest } from 'fastify'

export function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.raw.url?.indexOf('?') ?? -1
  return new URLSearchParams(start === -1 ? '' : request.raw.url?.slice(start + 1))
}

const formLimitBytes = 64 * 1024

/** The form of a POST authorization request (OpenID Connect Core §3.1.2.1); one of more than 64 kB says nothing. */
export async function readForm(request: FastifyRequest): Promise<URLSearchParams> {
  return (await readFormWithin(request, formLimitBytes)) ?? new URLSearchParams()
}

/** Undefined when it is longer. */
export async function readFormWithin(
  request: FastifyRequest,
  most: number,
): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.raw) {
    size += (chunk as Buffer).length
    if (size > most) return undefined
    chunks.push(chunk as Buffer)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
