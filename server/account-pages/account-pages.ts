import type { FastifyPluginAsync } from 'fastify'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { closedPage } from './closed-page.ts'
import { confirmPages } from './confirm-pages.ts'
import { emailPages } from './email-pages.ts'
import { invitationPages } from './invitation-pages.ts'
import { mailStopPages } from './mail-stop-pages.ts'
import { outboxPage } from './outbox-page.ts'
import { passkeyPages } from './passkey-pages.ts'
import { resetPages } from './reset-pages.ts'
import { secondStepPages } from './second-step-pages.ts'
import { signInPages } from './sign-in-pages.ts'
import { signUpFinishPages } from './sign-up-finish-pages.ts'
import { signUpPages } from './sign-up-pages.ts'

/**
 * Everything between a stranger and a signed-in account: sign-in, sign-up, lost password, mailed links, invitation,
 * sign-out. For a scope with `browser`, `pageHeaders` and `pageErrors`; works without scripts.
 */
export function accountPages(deps: AccountPagesDeps): FastifyPluginAsync {
  return async (app) => {
    await app.register(signInPages(deps))
    await app.register(secondStepPages(deps))
    await app.register(passkeyPages(deps))
    await app.register(confirmPages(deps))
    await app.register(signUpPages(deps))
    await app.register(signUpFinishPages(deps))
    await app.register(resetPages(deps))
    await app.register(emailPages(deps))
    await app.register(invitationPages(deps))
    await app.register(closedPage(deps))
    await app.register(mailStopPages(deps))
    await app.register(outboxPage(deps))
  }
}

export { mailStopByProgram } from './mail-stop-pages.ts'
