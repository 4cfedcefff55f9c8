// The pages are complete without this script. It shows the buttons for passkeys when the browser knows passkeys, and sends the answer of the
// authenticator with the form.

const isPossible = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function'

async function askAuthenticator(form) {
  const answer = await fetch(`${form.getAttribute('action')}/options`, {
    method: 'POST',
    headers: { accept: 'application/json', 'x-csrf-token': form.elements._csrf.value },
  })
  if (answer.status === 429) throw new Error('Too many tries. Please wait a few minutes.')
  if (!answer.ok) throw new Error('This page is too old. Please reload it and try again.')
  const publicKey = window.PublicKeyCredential.parseRequestOptionsFromJSON(await answer.json())
  const credential = await navigator.credentials.get({ publicKey })
  return JSON.stringify(credential.toJSON())
}

/** Browsers report the same error for "cancelled", "took too long" and "no passkey" (WebAuthn Level 3 §14.5.3). */
function wordsFor(error) {
  if (error.name === 'NotAllowedError') return 'No passkey was used. Try again, or use another way.'
  return error instanceof DOMException ? 'Passkeys do not work at this address.' : error.message
}

function offer(form) {
  const problem = form.querySelector('[role=alert]')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.textContent = ''
    try {
      form.elements.response.value = await askAuthenticator(form)
      form.submit()
    } catch (error) {
      problem.textContent = wordsFor(error)
    }
  })
  form.hidden = false
}

if (isPossible) for (const form of document.querySelectorAll('[data-passkey]')) offer(form)
