import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyRequest } from 'fastify'
import { hiddenField } from '#server/pages/form.ts'
import { OnpatientError } from '../../errors.ts'

/** The account to which the page was shown. An old form shows by it whether the same person is still there. It proves nothing. */
export function shownToField(accountId: string): SafeHtml {
  return html`${hiddenField('shown_to', accountId)}`
}

/**
 * A decision on a page from before the sign-in ended, or was renewed in another tab, does not count. The same person sees the question again,
 * after signing in if needed. Another person must not answer a page that was shown to somebody else.
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
