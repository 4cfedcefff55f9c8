import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html } from '@remix-run/html-template'
import { renderPage, type View } from './page.ts'

const stranger: View = { signedIn: undefined, csrfToken: 'tok-1', isProduction: true }
const ana: View = { ...stranger, signedIn: { displayName: 'Ana <3', email: 'ana@example.com' } }

test('a page has a language, a title, landmarks and a way past the header', () => {
  const page = renderPage({ title: 'Sign in', body: html`<h1>Sign in</h1>` }, stranger)
  assert.match(page, /^<!doctype html>\s*<html lang="en">/)
  assert.match(page, /<title>Sign in · onpatient<\/title>/)
  assert.match(page, /<a class="skip-link" href="#main">/)
  assert.match(
    page,
    /<header[\s\S]*<main id="main" tabindex="-1">[\s\S]*<h1>Sign in<\/h1>[\s\S]*<\/main>[\s\S]*<footer/,
  )
})

test('the user menu holds record, settings and a sign-out form with its token, when somebody is signed in', () => {
  const page = renderPage({ title: 'T', body: html`` }, ana)
  assert.match(page, /Ana &lt;3/)
  assert.match(page, /<a href="\/account\/settings">/)
  assert.match(
    page,
    /<form method="post" action="\/signout"><input type="hidden" name="_csrf" value="tok-1">/,
  )
  assert.doesNotMatch(renderPage({ title: 'T', body: html`` }, stranger), /signout/)
})

test('an article lists its contents, a form may have an aside', () => {
  const article = renderPage(
    {
      title: 'T',
      body: html`<h2 id="one">One</h2>`,
      width: 'article',
      contents: [{ id: 'one', title: 'One' }],
    },
    stranger,
  )
  assert.match(article, /<nav class="contents" aria-label="On this page">[\s\S]*<a href="#one">One<\/a>/)
  const form = renderPage({ title: 'T', body: html``, aside: html`<p>Beside</p>` }, stranger)
  assert.match(form, /<aside class="promise" aria-label="About onpatient"><p>Beside<\/p><\/aside>/)
})

test('only a development server says that it is one', () => {
  assert.doesNotMatch(renderPage({ title: 'T', body: html`` }, stranger), /Development server/)
  assert.match(
    renderPage({ title: 'T', body: html`` }, { ...stranger, isProduction: false }),
    /Development server/,
  )
})

test('no page has inline scripts, inline styles or event handlers', () => {
  const page = renderPage({ title: 'T', body: html`` }, ana)
  assert.doesNotMatch(page, /<script|<style|\sstyle=|\son[a-z]+=/i)
})
