import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { SignUpIntent } from '#server/accounts/accounts.ts'
import { visitorOf } from '#server/http/browser.ts'
import { csrfField, errorSummary, submitButton, type TextField, textField } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'
import { applyFailure, errorFor, type FormFailure, toFormFailure } from './form-failure.ts'
import { findMissing, readTrimmed } from './form-values.ts'
import { checkMailPage } from './link-page.ts'
import { promise } from './promise.ts'
import { type SignUpKind, signUpKinds } from './sign-up-kinds.ts'

/** `/signup`: the choice, one form for each kind, and the page after it. Nothing exists until the link is followed. */
export function signUpPages({ accounts, outbox, isProduction }: AccountPagesDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/signup', async (request, reply) =>
      sendPage(reply, choicePage(), viewOf(request, reply, isProduction)),
    )

    app.get('/signup/check-mail', async (request, reply) => {
      const page = checkMailPage({
        lead: 'A message is on its way to the address you gave. Follow the link in it to choose a password and finish.',
        hasOutbox: outbox !== undefined && !isProduction,
      })
      return sendPage(reply, page, viewOf(request, reply, isProduction))
    })

    for (const kind of signUpKinds) {
      const path = `/signup/${kind.kind}`
      app.get(path, async (request, reply) => {
        const view = viewOf(request, reply, isProduction)
        return sendPage(reply, formPage(kind, { csrfToken: view.csrfToken }), view)
      })

      app.post(path, async (request, reply) => {
        const failure = await startSignUp(request, kind)
        if (!failure) return reply.redirect('/signup/check-mail', 303)
        applyFailure(reply, failure)
        const view = viewOf(request, reply, isProduction)
        return sendPage(reply, formPage(kind, { csrfToken: view.csrfToken, request, failure }), view)
      })
    }
  }

  async function startSignUp(request: FastifyRequest, kind: SignUpKind): Promise<FormFailure | undefined> {
    const errors = findMissing(request, missingMessages(kind))
    if (errors.length > 0) return { status: 400, errors }
    try {
      await accounts.startSignUp({
        email: readTrimmed(request, 'email'),
        displayName: readTrimmed(request, 'displayName'),
        intent: readIntent(request, kind),
        visitor: visitorOf(request),
      })
      return undefined
    } catch (error) {
      return toFormFailure(error, fieldNames(kind))
    }
  }
}

function readIntent(request: FastifyRequest, { kind }: SignUpKind): SignUpIntent {
  return kind === 'practice' ? { kind, practiceName: readTrimmed(request, 'practiceName') } : { kind }
}

function choicePage(): Page {
  const cards = signUpKinds.map(
    ({ kind, icon, choice }) => html`<li><div class="card choice">
<div class="emblem">${icon}</div>
<h2>${choice.title}</h2>
<p>${choice.text}</p>
<ul class="ticks">${choice.points.map((point) => html`<li>${point}</li>`)}</ul>
<a class="button ${kind === 'person' ? 'button-secondary' : 'button-primary'}" href="/signup/${kind}">${choice.label}</a>
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
  const practice: TextField = {
    label: 'Name of the practice',
    name: 'practiceName',
    autocomplete: 'organization',
    hint: 'As your patients know it, for example “Riverside Family Medicine”.',
    maxLength: 120,
  }
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
  /** The request whose form comes back; its values are kept. */
  request?: FastifyRequest
  failure?: FormFailure
}

function formPage(kind: SignUpKind, { csrfToken, request, failure }: FormState): Page {
  const errors = failure?.errors ?? []
  const fields = textFields(kind).map((field) =>
    textField({
      ...field,
      value: request && readTrimmed(request, field.name),
      error: errorFor(errors, field.name),
      required: true,
    }),
  )
  const body = html`${errorSummary(errors)}
<h1>${kind.form.title}</h1>
<p class="soft">${kind.form.text}</p>
<form method="post" action="/signup/${kind.kind}">
${csrfField(csrfToken)}
${fields}
${submitButton(kind.form.label)}
</form>
<p class="card-foot"><a href="/signup">Other ways to begin</a> · <a href="/signin">Sign in instead</a></p>`
  return { title: errors.length > 0 ? `Error: ${kind.form.title}` : kind.form.title, body, aside: promise }
}
