import { html } from '@remix-run/html-template'
import type { FastifyRequest } from 'fastify'
import type { SignUpIntent } from '#server/accounts/accounts.ts'
import { getSignedIn } from '#server/http/browser.ts'
import {
  csrfField,
  errorSummary,
  hiddenField,
  submitButton,
  type TextField,
  textField,
} from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import type { Admission, SignUpRule } from '#server/practices/practices.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { errorFor, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readTrimmed } from './form-values.ts'
import type { SignUpKind } from './sign-up-kinds.ts'

type Kind = SignUpIntent['kind']

/** Whether a kind of sign-up is open to the visitor, with the invitation that opens it. */
type Entry =
  | { kind: 'open'; invitation: Awaited<ReturnType<Admission['find']>> }
  | { kind: 'refused'; rule: SignUpRule }

export function createEntries({ admission }: Pick<AccountPagesDeps, 'admission'>) {
  const ruleOf = async (kind: Kind): Promise<SignUpRule> =>
    kind === 'person' ? 'open' : admission.ruleOf(kind)
  return {
    ruleOf,
    async findEntry(kind: Kind, token: string): Promise<Entry> {
      const rule = await ruleOf(kind)
      const invitation = kind === 'person' || token === '' ? undefined : await admission.find(kind, token)
      if (rule === 'open' || (rule === 'invitation' && invitation)) return { kind: 'open', invitation }
      return { kind: 'refused', rule }
    },
  }
}

export const practiceNameField: TextField = {
  label: 'Name of the practice',
  name: 'practiceName',
  autocomplete: 'organization',
  hint: 'As your patients know it, for example “Riverside Family Medicine”.',
  maxLength: 120,
}

/** A person with an account and an invitation needs no second account. */
export async function openForSignedIn(
  { practices, admission }: Pick<AccountPagesDeps, 'practices' | 'admission'>,
  request: FastifyRequest,
  { kind: { kind }, invitationId }: { kind: SignUpKind; invitationId: string },
): Promise<FormFailure | undefined> {
  const { account } = getSignedIn(request)
  if (kind === 'person') return undefined
  const errors =
    kind === 'practice' ? findMissing(request, { practiceName: 'Enter the name of the practice' }) : []
  if (errors.length > 0) return { status: 400, errors }
  try {
    await admission.admit(kind, invitationId, () =>
      kind === 'practice'
        ? practices.createForProvider(account, readTrimmed(request, 'practiceName'))
        : practices.createSandbox(account),
    )
    return undefined
  } catch (error) {
    return toFormFailure(error, ['practiceName'])
  }
}

interface OpeningState {
  csrfToken: string
  token: string
  failure?: FormFailure
}

export function openingPage(
  { kind, form, finish }: SignUpKind,
  { csrfToken, token, failure }: OpeningState,
): Page {
  const errors = failure?.errors ?? []
  const body = html`${errorSummary(errors)}
<h1>${form.title}</h1>
<p class="lead">You are signed in and invited. ${finish.text}</p>
<form method="post" action="/signup/${kind}">
${csrfField(csrfToken)}
${hiddenField('invitation', token)}
${
  kind === 'practice'
    ? textField({ ...practiceNameField, error: errorFor(errors, 'practiceName'), required: true })
    : undefined
}
${submitButton(form.label)}
</form>
<p class="card-foot"><a href="/">Not now</a></p>`
  return { title: errors.length > 0 ? `Error: ${form.title}` : form.title, body }
}

const what: Record<Kind, string> = { person: 'accounts', practice: 'practices', developer: 'sandboxes' }

/** Says why the sign-up is refused, and what to do. */
export function refusedPage(kind: Kind, rule: SignUpRule): Page {
  const title = rule === 'closed' ? `No new ${what[kind]} here` : `New ${what[kind]} come by invitation`
  const text =
    rule === 'closed'
      ? `Whoever runs this server takes in no new ${what[kind]}. You can still create a plain account, for example to accept the invitation of your practice.`
      : 'Open the link in your invitation. It works once and for some days. If it leads to this page, ask whoever runs this server for a new one.'
  const body = html`<h1>${title}</h1>
<p class="lead">${text}</p>
<p class="actions"><a class="button button-primary" href="/signup">Other ways to begin</a>
<a class="button button-secondary" href="/signin">Sign in</a></p>`
  return { title, body }
}
