import { useEffect, useRef, useState } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { usePrepareSearch } from '../api/person-pages.ts'
import { useWords } from '../language/use-words.ts'

/** As many characters as the server reads. */
const longestQuestion = 100

/** So long after the last key a question is asked, in ms. */
const pause = 200

/** Searches the record: `/` leads to it from everywhere, Escape back to the page. The question stands in the address. */
export function SearchField({ patientId }: { patientId: string }) {
  const words = useWords('search')
  const field = useRef<HTMLInputElement>(null)
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const [search] = useSearchParams()
  const address = `/people/${patientId}/search`
  const isOpen = pathname === address
  const asked = isOpen ? (search.get('q') ?? '') : ''
  const [question, setQuestion] = useState(asked)
  // Back and forward change the address, and the field follows.
  const [shown, setShown] = useState(asked)
  if (shown !== asked) {
    setShown(asked)
    if (question.trim() !== asked) setQuestion(asked)
  }
  const prepare = usePrepareSearch(patientId)
  const ask = (text: string, replace: boolean) =>
    void navigate(`${address}?${new URLSearchParams({ q: text })}`, { replace })

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])

  const next = question.trim()
  useEffect(() => {
    if (!isOpen || next === asked) return undefined
    const timer = setTimeout(() => ask(next, true), pause)
    return () => clearTimeout(timer)
  })

  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is too young for the browsers of patients
    <form
      role="search"
      className="person-search"
      onSubmit={(event) => {
        event.preventDefault()
        if (next !== '') ask(next, isOpen)
      }}
    >
      <input
        ref={field}
        type="search"
        name="q"
        aria-label={words('label')}
        aria-keyshortcuts="/"
        title={words('hint')}
        placeholder={words('placeholder')}
        maxLength={longestQuestion}
        autoComplete="off"
        enterKeyHint="search"
        value={question}
        onFocus={prepare}
        onChange={({ currentTarget }) => setQuestion(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          document.querySelector<HTMLElement>('.page-heading, #main')?.focus()
        }}
      />
      <kbd aria-hidden>/</kbd>
    </form>
  )
}

/** Where a slash is a letter. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select, [role=textbox]'))
  )
}
