import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyRequest } from 'fastify'
import { hiddenField } from '#server/pages/form.ts'
import { OnpatientError } from '../../errors.ts'

/** Whom the page was shown to, so that an old form can tell whether the same person is still there. It proves nothing. */
export function shownToField(accountId: string): SafeHtml {
  return html`${hiddenField('shown_to', accountId)}`
}

/**
 * A decision from before the sign-in ended, or was renewed in another tab: nothing of it counts. The same person sees the question anew, after
 * signing in where need be; another person must not answer what was shown to somebody else.
 */
export function ofOldConsentForm(request: FastifyRequest): string | OnpatientError | undefined {
  const { uid } = request.params as { uid: string }
  const path = `/o/interaction/${encodeURIComponent(uid)}`
  const { signedIn } = request
  if (!signedIn) return `/signin?next=${encodeURIComponent(path)}`
  const { shown_to: shownTo } = (request.body ?? {}) as { shown_to?: unknown }
  if (shownTo === signedIn.account.id) return path
  if (typeof shownTo !== 'string') return undefined
  return new OnpatientError(
    'csrf-failed',
    `This page was shown to another person. ${signedIn.account.displayName} has signed in in this browser since then, so nothing was allowed. Go back to the app and connect again.`,
  )
}
