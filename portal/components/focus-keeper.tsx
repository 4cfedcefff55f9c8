import { useEffect } from 'react'

/**
 * When what had the focus is removed (a row whose "End access" was pressed, a card) or can be used no more, the browser gives the focus to
 * nothing, and the next key starts at the top of the page. It goes to the heading of the nearest part that is still there instead
 * (WCAG 2.4.3). A button that only waits for an answer gets it back.
 */
export function FocusKeeper() {
  useEffect(keepFocus, [])
  return null
}

function keepFocus() {
  /** What had the focus last. */
  let last: HTMLElement | undefined
  /** The same outside of dialogs, and everything around it. */
  let path: HTMLElement[] = []
  /** Whether `last` was disabled since it has had the focus, which takes the focus away. */
  let wasDisabled = false

  function remember({ target }: FocusEvent) {
    if (!(target instanceof HTMLElement)) return
    last = target
    wasDisabled = false
    if (!isInDialog(target)) path = [...withAncestors(target)]
  }
  // Who presses somewhere else has left it.
  function forget({ target }: Event) {
    if (!(target instanceof Node) || last?.contains(target)) return
    last = undefined
    if (!isInDialog(target)) path = []
  }
  function keep() {
    if (last?.isConnected && last.matches(':disabled')) {
      wasDisabled = true
      // The browser takes the focus away with the next frame.
      if (!last.matches('[data-loading]')) requestAnimationFrame(moveOn)
    } else if (last?.isConnected) {
      if (wasDisabled && isLost()) last.focus()
    } else moveOn()
  }
  function moveOn() {
    const [opener] = path
    // A dialog that closes gives the focus back to what opened it.
    if (!isLost() || opener === undefined || (opener.isConnected && !opener.matches(':disabled'))) return
    const place = findPlace(path)
    path = []
    place?.focus()
  }

  const observer = new MutationObserver(keep)
  const changes = { childList: true, subtree: true, attributeFilter: ['disabled', 'data-loading'] }
  observer.observe(document.body, changes)
  document.addEventListener('focusin', remember)
  document.addEventListener('pointerdown', forget)
  return () => {
    observer.disconnect()
    document.removeEventListener('focusin', remember)
    document.removeEventListener('pointerdown', forget)
  }
}

const isLost = () => document.activeElement === document.body || document.activeElement === null

function isInDialog(node: Node): boolean {
  return node instanceof Element && node.closest('[role=dialog]') !== null
}

function* withAncestors(element: HTMLElement): Generator<HTMLElement> {
  for (let each: HTMLElement | null = element; each; each = each.parentElement) yield each
}

/** The heading of the nearest section that is still there, else that of the page. */
function findPlace(path: readonly HTMLElement[]): HTMLElement | undefined {
  const section = path.find((each) => each.isConnected && each.matches('section[aria-labelledby]'))
  const place =
    document.getElementById(section?.getAttribute('aria-labelledby') ?? '') ??
    document.querySelector<HTMLElement>('main h1') ??
    document.querySelector<HTMLElement>('main')
  if (!place) return undefined
  if (!place.hasAttribute('tabindex')) place.tabIndex = -1
  return place
}
