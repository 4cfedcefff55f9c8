// Remembers the language of the examples and copies code. The pages are complete without it.

const key = 'onpatient-docs-language'

function readChoice() {
  try {
    return localStorage.getItem(key)
  } catch {
    // The browser may have switched storage off.
    return null
  }
}

function keepChoice(value) {
  try {
    localStorage.setItem(key, value)
  } catch {}
}

const radios = [...document.querySelectorAll('.language-choice input')]
const remembered = radios.find((radio) => radio.value === readChoice())
if (remembered) remembered.checked = true
for (const radio of radios) radio.addEventListener('change', () => keepChoice(radio.value))

const said = document.createElement('p')
said.className = 'visually-hidden'
said.setAttribute('role', 'status')
document.querySelector('main')?.append(said)

function addCopyButton(figure) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  button.setAttribute('aria-label', `Copy: ${figure.getAttribute('aria-label')}`)
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(figure.querySelector('code').textContent)
      button.textContent = 'Copied'
      said.textContent = 'Copied to the clipboard'
    } catch {
      button.textContent = 'Press Ctrl+C'
      getSelection()?.selectAllChildren(figure.querySelector('code'))
    }
    setTimeout(() => {
      button.textContent = 'Copy'
      said.textContent = ''
    }, 2000)
  })
  figure.querySelector('figcaption').append(button)
}

// Browsers offer the clipboard on https and localhost only.
if (navigator.clipboard) for (const figure of document.querySelectorAll('.code')) addCopyButton(figure)
