import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { SignUpIntent } from '#server/accounts/accounts.ts'
import { visitorOf } from '#server/http/browser.ts'
import {
  csrfField,
  errorSummary,
  hiddenField,
  submitButton,
  type TextField,
  textField,
} from '#server/pages/form.ts'
import type { Page, View } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { SignUpRule } from '#server/practices/practices.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, errorFor, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readField, readQuery, readTrimmed } from './form-values.ts'
import { checkMailPage } from './link-page.ts'
import { promise } from './promise.ts'
import {
  createEntries,
  openForSignedIn,
  openingPage,
  practiceNameField,
  refusedPage,
} from './sign-up-entry.ts'
import { type SignUpKind, signUpKinds } from './sign-up-kinds.ts'

/** `/signup`: the choice, one form for each kind, and the page after it. Nothing is created before the person opens the link. */
export function signUpPages(deps: AccountPagesDeps): FastifyPluginAsync {
  const { accounts, outbox, isProduction } = deps
  const { findEntry, ruleOf } = createEntries(deps)
  return async (app) => {
    app.get('/signup', async (request, reply) => {
      const rules = await Promise.all(signUpKinds.map(({ kind }) => ruleOf(kind)))
      const page = choicePage(signUpKinds.map((kind, index) => [kind, rules[index] ?? 'closed']))
      return sendPage(reply, page, viewOf(request, reply, isProduction))
    })

    app.get('/signup/check-mail', async (request, reply) => {
      const page = checkMailPage({
        lead: 'A message is on its way to the address you gave. Follow the link in it to choose a password and finish.',
        hasOutbox: outbox !== undefined && !isProduction,
      })
      return sendPage(reply, page, viewOf(request, reply, isProduction))
    })

    for (const kind of signUpKinds) {
      const path = `/signup/${kind.kind}`
      app.get(path, (request, reply) => showForm(kind, request, reply))
      app.post(path, (request, reply) => takeForm(kind, request, reply))
    }
  }

  async function showForm(kind: SignUpKind, request: FastifyRequest, reply: FastifyReply) {
    const token = readQuery(request, 'invitation')
    const entry = await findEntry(kind.kind, token)
    if (entry.kind === 'refused')
      return show(request, reply.code(403), () => refusedPage(kind.kind, entry.rule))
    return show(request, reply, ({ csrfToken }) =>
      request.signedIn && entry.invitation
        ? openingPage(kind, { csrfToken, token })
        : formPage(kind, { csrfToken, token, invitedEmail: entry.invitation?.email }),
    )
  }

  async function takeForm(kind: SignUpKind, request: FastifyRequest, reply: FastifyReply) {
    const token = readField(request, 'invitation')
    const entry = await findEntry(kind.kind, token)
    if (entry.kind === 'refused')
      return show(request, reply.code(403), () => refusedPage(kind.kind, entry.rule))
    if (request.signedIn && entry.invitation)
      return takeOpening(kind, request, reply, { token, invitationId: entry.invitation.id })
    const failure = await startSignUp(request, kind, entry.invitation?.id)
    if (!failure) return reply.redirect('/signup/check-mail', 303)
    applyFailure(reply, failure)
    return show(request, reply, ({ csrfToken }) => formPage(kind, { csrfToken, token, request, failure }))
  }

  async function takeOpening(
    kind: SignUpKind,
    request: FastifyRequest,
    reply: FastifyReply,
    { token, invitationId }: { token: string; invitationId: string },
  ) {
    const failure = await openForSignedIn(deps, request, { kind, invitationId })
    if (!failure) return reply.redirect(kind.finish.next, 303)
    applyFailure(reply, failure)
    return show(request, reply, ({ csrfToken }) => openingPage(kind, { csrfToken, token, failure }))
  }

  function show(request: FastifyRequest, reply: FastifyReply, draw: (view: View) => Page): FastifyReply {
    const view = viewOf(request, reply, isProduction)
    return sendPage(reply, draw(view), view)
  }

  async function startSignUp(
    request: FastifyRequest,
    kind: SignUpKind,
    invitation: string | undefined,
  ): Promise<FormFailure | undefined> {
    const errors = findMissing(request, missingMessages(kind))
    if (errors.length > 0) return { status: 400, errors }
    try {
      await accounts.startSignUp({
        email: readTrimmed(request, 'email'),
        displayName: readTrimmed(request, 'displayName'),
        intent: readIntent(request, kind, invitation),
        visitor: visitorOf(request),
      })
      return undefined
    } catch (error) {
      return toFormFailure(error, fieldNames(kind))
    }
  }
}

function readIntent(
  request: FastifyRequest,
  { kind }: SignUpKind,
  invitation: string | undefined,
): SignUpIntent {
  if (kind === 'person') return { kind }
  if (kind === 'developer') return { kind, invitation }
  return { kind, practiceName: readTrimmed(request, 'practiceName'), invitation }
}

/** Kinds of sign-up that are closed are not offered. */
function choicePage(kinds: ReadonlyArray<[SignUpKind, SignUpRule]>): Page {
  const offered = kinds.filter(([, rule]) => rule !== 'closed')
  const cards = offered.map(
    ([{ kind, icon, choice }, rule]) => html`<li><div class="card choice">
<div class="emblem">${icon}</div>
<h2>${choice.title}</h2>
<p>${choice.text}</p>
<ul class="ticks">${choice.points.map((point) => html`<li>${point}</li>`)}</ul>
${
  rule === 'open'
    ? html`<a class="button ${kind === 'person' ? 'button-secondary' : 'button-primary'}" href="/signup/${kind}">${choice.label}</a>`
    : html`<p class="soft">By invitation: open the link that you were sent.</p>`
}
</div></li>`,
  )
  const body = html`<div class="intro">
<h1>Welcome to onpatient</h1>
<p class="lead">Health records belong to the people they are about. How would you like to begin?</p>
</div>
<ul class="choices">${cards}</ul>
<p>Have an account already? <a href="/signin">Sign in</a></p>`
  return { title: 'Create an account', body, width: 'wide' }
}

function textFields({ kind }: SignUpKind): TextField[] {
  const practice = practiceNameField
  const person: TextField = {
    label: 'Your name',
    name: 'displayName',
    autocomplete: 'name',
    maxLength: 120,
  }
  const email: TextField = {
    label: 'E-mail address',
    name: 'email',
    type: 'email',
    autocomplete: 'username',
    hint: 'We send a link there to make sure that it is yours. Behind it you choose your password.',
    maxLength: 254,
  }
  return kind === 'practice' ? [practice, person, email] : [person, email]
}

function fieldNames(kind: SignUpKind): string[] {
  return textFields(kind).map(({ name }) => name)
}

const messages: Record<string, string> = {
  practiceName: 'Enter the name of the practice',
  displayName: 'Enter your name',
  email: 'Enter your e-mail address',
}

function missingMessages(kind: SignUpKind): Record<string, string> {
  return Object.fromEntries(fieldNames(kind).map((name) => [name, messages[name] ?? '']))
}

interface FormState {
  csrfToken: string
  /** The token of an invitation; '' without one. */
  token: string
  invitedEmail?: string | undefined
  /** The request whose form comes back with its values. */
  request?: FastifyRequest
  failure?: FormFailure
}

function formPage(kind: SignUpKind, { csrfToken, token, invitedEmail, request, failure }: FormState): Page {
  const errors = failure?.errors ?? []
  const fields = textFields(kind).map((field) =>
    textField({
      ...field,
      value: request ? readTrimmed(request, field.name) : field.name === 'email' ? invitedEmail : undefined,
      error: errorFor(errors, field.name),
      required: true,
    }),
  )
  const body = html`${errorSummary(errors)}
<h1>${kind.form.title}</h1>
<p class="soft">${kind.form.text}</p>
<form method="post" action="/signup/${kind.kind}">
${csrfField(csrfToken)}
${token ? hiddenField('invitation', token) : undefined}
${fields}
${submitButton(kind.form.label)}
</form>
<p class="card-foot"><a href="/signup">Other ways to begin</a> · <a href="/signin">Sign in instead</a></p>`
  return { title: errors.length > 0 ? `Error: ${kind.form.title}` : kind.form.title, body, aside: promise }
}
