import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { Clock } from '../../clock.ts'
import { readSignInCookie } from '../../http/browser.ts'

interface PolicyDeps {
  accounts: Pick<Accounts, 'findSignIn'>
  clock: Clock
  portalUrl: string
}

const { Check, Prompt } = interactionPolicy

/**
 * The questions that a person may get (OpenID Connect Core 1.0 §3.1.2.1). The engine's session is always new, so every request ends in an
 * interaction. With `prompt=none` the error names the interaction that would be needed (§3.1.2.6).
 */
export function createPromptPolicy({
  accounts,
  clock,
  portalUrl,
}: PolicyDeps): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  const isSecure = portalUrl.startsWith('https:')

  async function isSignedInAsAsked({ req, oidc }: KoaContextWithOIDC): Promise<boolean> {
    const token = readSignInCookie(req.headers.cookie, isSecure)
    const signedIn = token === undefined ? undefined : await accounts.findSignIn(token)
    if (signedIn === undefined) return false
    const hint = oidc.entities.IdTokenHint as { payload: { sub?: string } } | undefined
    if (hint !== undefined && hint.payload.sub !== signedIn.account.id) return false
    const ageSeconds = (clock.now().getTime() - signedIn.signIn.createdAt.getTime()) / 1000
    return oidc.params?.max_age === undefined || ageSeconds <= Number(oidc.params.max_age)
  }

  const onlyConsentIsMissing = new Check(
    'only_consent_is_missing',
    'the person is signed in, and must be asked for consent',
    'consent_required',
    async (ctx) => {
      const isSilent = ctx.oidc.prompts.has('none')
      return isSilent && (await isSignedInAsAsked(ctx)) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT
    },
  )
  // The first check that fails gives the error.
  policy.get('login')?.checks.add(onlyConsentIsMissing, 0)
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  return policy
}
