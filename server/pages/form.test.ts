import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html } from '@remix-run/html-template'
import { errorSummary, notice, textField } from './form.ts'

test('a field is labelled, and its hint and error are tied to it', () => {
  const field = String(
    textField({
      label: 'E-mail',
      name: 'email',
      type: 'email',
      value: 'a@b',
      hint: 'Yours',
      error: 'Too short',
    }),
  )
  assert.match(field, /<label for="email">E-mail<\/label>/)
  assert.match(field, /<p class="hint" id="email-hint">Yours<\/p>/)
  assert.match(field, /<p class="field-error" id="email-error">Too short<\/p>/)
  assert.match(
    field,
    /<input id="email" name="email" type="email" value="a@b" aria-describedby="email-hint email-error" aria-invalid="true"/,
  )
})

test('a field without hint and error points at neither', () => {
  const field = String(textField({ label: 'Name', name: 'name' }))
  assert.doesNotMatch(field, /aria-|hint|error|value=|required/)
})

test('a password is never sent back', () => {
  assert.doesNotMatch(
    String(textField({ label: 'P', name: 'p', type: 'password', value: 'geheim' })),
    /geheim/,
  )
})

test('what people typed cannot become markup', () => {
  const field = String(textField({ label: '<b>', name: 'n', value: '"><script>', hint: '<i>', error: '<u>' }))
  assert.doesNotMatch(field, /<script>|<b>|<i>|<u>/)
})

test('the summary takes the focus and links to each field', () => {
  const summary = String(errorSummary([{ field: 'email', message: 'Enter it' }, { message: 'Wait' }]))
  assert.match(summary, /role="alert" tabindex="-1" autofocus/)
  assert.match(summary, /<a href="#email">Enter it<\/a>/)
  assert.match(summary, /<li>Wait<\/li>/)
  assert.equal(errorSummary([]), undefined)
})

test('a notice says its kind in words', () => {
  assert.match(
    String(notice('success', html`<p>Saved</p>`)),
    /role="status">\s*<p class="notice-title">Done<\/p>\s*<p>Saved<\/p>/,
  )
  assert.match(String(notice('error', html`<p>No</p>`)), /role="alert"/)
})
