import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { type StaticDocument, sendDocument, staticDocument } from '../http/static-document.ts'

/** A stylesheet or script that only some pages need. */
export interface PageAsset {
  /** It changes with the content, so a browser may keep the file for ever. */
  path: string
  type: string
  document: StaticDocument
}

const typeOf = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' }

/** Reads the file once. `name` stands before the hash in the address. */
export function readPageAsset(file: URL, name: string, kind: keyof typeof typeOf): PageAsset {
  return makePageAsset(readFileSync(file, 'utf8'), name, kind)
}

export function makePageAsset(content: string, name: string, kind: keyof typeof typeOf): PageAsset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { path: `/assets/${name}-${hash}.${kind}`, type: typeOf[kind], document: staticDocument(content) }
}

export function servePageAsset(app: FastifyInstance, { path, type, document }: PageAsset): void {
  app.get(path, async (request, reply) =>
    sendDocument(request, reply.header('x-content-type-options', 'nosniff').type(type), document, {
      cacheControl: 'public, max-age=31536000, immutable',
    }),
  )
}

/** The text of a file of `assets/`. */
export function readAsset(name: string): string {
  return readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8')
}
