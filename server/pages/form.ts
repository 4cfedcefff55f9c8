import { html, type SafeHtml } from '@remix-run/html-template'

export interface TextField {
  label: string
  /** Also the id of the field, so that tests, password managers and the error summary find it. */
  name: string
  type?: 'text' | 'email' | 'password' | 'date' | 'url' | 'search' | undefined
  value?: string | undefined
  /** Says what to enter, below the label. */
  hint?: string | SafeHtml | undefined
  /** Says what to change, below the hint. */
  error?: string | undefined
  autocomplete?: string | undefined
  required?: boolean | undefined
  /** The page shows the value, and people cannot change it. */
  readOnly?: boolean | undefined
  maxLength?: number | undefined
  /** The keyboard that a phone shows. */
  inputMode?: 'numeric' | undefined
  /** Whether the value is a code, which a phone must neither capitalise nor correct. */
  isCode?: boolean | undefined
}

/** A labelled input. Screen readers read its hint and its error with it. A password is never sent back. */
export function textField(field: TextField): SafeHtml {
  const { name, label, type = 'text', hint, error } = field
  const value = type === 'password' ? undefined : field.value
  const describedBy = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  return html`<div class="field${error ? ' field-wrong' : ''}">
<label for="${name}">${label}</label>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}
${error ? html`<p class="field-error" id="${name}-error">${error}</p>` : ''}
<input id="${name}" name="${name}" type="${type}"${attribute('value', value)}${attribute('autocomplete', field.autocomplete)}${attribute('maxlength', field.maxLength)}${attribute('inputmode', field.inputMode)}${attribute('aria-describedby', describedBy || undefined)}${error ? html` aria-invalid="true"` : ''}${field.required ? html` required` : ''}${field.readOnly ? html` readonly` : ''}${isCode(field) ? html` autocapitalize="none" spellcheck="false"` : ''}>
</div>`
}

/** Addresses and passwords are codes as well. */
function isCode({ type, isCode: isOtherCode }: TextField): boolean {
  return isOtherCode === true || type === 'email' || type === 'url' || type === 'password'
}

function attribute(name: string, value: string | number | undefined): SafeHtml | undefined {
  return value === undefined ? undefined : html` ${name}="${value}"`
}

export interface FormError {
  /** The field to change; absent when the whole form is meant. */
  field?: string | undefined
  message: string
}

/**
 * The list of all errors above a form, with links to the fields; undefined when there are none. It takes the focus when the page opens (`autofocus`
 * needs no script), so that a screen reader starts there.
 */
export function errorSummary(errors: readonly FormError[]): SafeHtml | undefined {
  if (errors.length === 0) return undefined
  const items = errors.map(
    ({ field, message }) => html`<li>${field ? html`<a href="#${field}">${message}</a>` : message}</li>`,
  )
  return html`<div class="notice notice-error error-summary" role="alert" tabindex="-1" autofocus>
<p class="notice-title">${errors.length === 1 ? 'There is a problem' : 'There are some problems'}</p>
<ul>${items}</ul>
</div>`
}

/** A button that sends the form. `look` is 'primary' for the main button. */
export function submitButton(label: string, look: 'primary' | 'secondary' | 'danger' = 'primary'): SafeHtml {
  return html`<button type="submit" class="button button-${look}">${label}</button>`
}

const noticeTitles = { info: undefined, success: 'Done', warning: 'Please note', error: 'There is a problem' }

/** A box that stands out. Words name its kind as well, because colour alone does not reach everybody. */
export function notice(kind: 'info' | 'warning' | 'success' | 'error', content: SafeHtml): SafeHtml {
  const title = noticeTitles[kind]
  return html`<div class="notice notice-${kind}" role="${kind === 'error' ? 'alert' : 'status'}">
${title ? html`<p class="notice-title">${title}</p>` : ''}
${content}
</div>`
}

/**
 * The address of the account whose password a form asks for or sets. Password managers read the field; people see the address elsewhere on the page
 * (https://www.chromium.org/developers/design-documents/form-styles-that-chromium-understands/).
 */
export function usernameField(email: string): SafeHtml {
  return html`<input class="visually-hidden" type="email" name="username" value="${email}" autocomplete="username" readonly tabindex="-1" aria-hidden="true">`
}

export function hiddenField(name: string, value: string): SafeHtml {
  return html`<input type="hidden" name="${name}" value="${value}">`
}

/** The CSRF token. Every form that changes something carries it; `browser` refuses a form without it. */
export function csrfField(token: string): SafeHtml {
  return hiddenField('_csrf', token)
}
