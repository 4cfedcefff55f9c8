import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyRequest } from 'fastify'
import { csrfField, hiddenField, submitButton } from '#server/pages/form.ts'
import { readPageAsset } from '#server/pages/page-asset.ts'
import type { FormFailure } from './form-failure.ts'
import { readField, readQuery } from './form-values.ts'

export const passkeyScript = readPageAsset(new URL('./passkey.js', import.meta.url), 'passkey', 'js')

interface PasskeyForm {
  /** The path that takes the answer. `ACTION/options` gives the options for the browser. */
  action: string
  next: string
  csrfToken: string
  label: string
}

/** The form is hidden until the script has found that the browser knows passkeys. */
export function passkeyForm({ action, next, csrfToken, label }: PasskeyForm): SafeHtml {
  return html`<form method="post" action="${action}" class="other-way" data-passkey hidden>
${csrfField(csrfToken)}
${hiddenField('next', next)}
${hiddenField('response', '')}
<p class="field-error" role="alert"></p>
${submitButton(label, 'secondary')}
</form>
<script src="${passkeyScript.path}" type="module"></script>`
}

/** The answer of the authenticator; undefined when it is not JSON. */
export function readPasskeyResponse(request: FastifyRequest): unknown {
  try {
    return JSON.parse(readField(request, 'response'))
  } catch {
    return undefined
  }
}

const refusals: Record<string, string> = {
  refused:
    'This passkey could not be checked: it is not known here, or the request took too long. Try again, or use another way.',
  'too-many': 'Too many tries. Please wait a few minutes and try again.',
}

/** A refused passkey leads back to its page with `?passkey=`, which has the reason. */
export function passkeyFailure(request: FastifyRequest): FormFailure | undefined {
  const message = refusals[readQuery(request, 'passkey')]
  return message === undefined ? undefined : { status: 401, errors: [{ message }] }
}
