import type { FastifyReply, FastifyRequest } from 'fastify'
import { hideReferrer } from '../../pages/page-headers.ts'
import { browserIdOf, type ClientContext, show, single } from './client-context.ts'
import { deniedPage, foreignStatePage, missingCodePage, refusedPage } from './return-pages.ts'

/** The code that the browser brought back. Without a code it sends a page that says why, and returns undefined. */
export function takeCode(
  { seal, startUrl }: Pick<ClientContext, 'seal' | 'startUrl'>,
  request: FastifyRequest,
  reply: FastifyReply,
): { code: string; state: string; browserId: string } | undefined {
  // The code is in the address of this page.
  hideReferrer(reply)
  const browserId = browserIdOf(request)
  const state = single(request, 'state')
  if (browserId === '' || state === undefined || !seal.isStateOf(browserId, state)) {
    show(request, reply.code(400), foreignStatePage(startUrl))
    return undefined
  }
  const error = single(request, 'error')
  const code = single(request, 'code')
  if (error === 'access_denied') show(request, reply, deniedPage(startUrl))
  else if (error !== undefined)
    show(request, reply, refusedPage(error, single(request, 'error_description'), startUrl))
  else if (code === undefined) show(request, reply.code(400), missingCodePage(startUrl))
  else return { code, state, browserId }
  return undefined
}
