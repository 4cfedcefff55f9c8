import { useEffect } from 'react'

/**
 * When what had the focus is removed (a row whose "End access" was pressed, a card, a button that has done its work), the browser gives
 * the focus to nothing, and the next key starts at the top of the page. It goes to the heading of the nearest part that is still
 * there instead (WCAG 2.4.3).
 */
export function FocusKeeper() {
  useEffect(() => {
    /** What had the focus last, outside of dialogs, and everything around it. */
    let path: HTMLElement[] = []
    function remember({ target }: FocusEvent) {
      if (!(target instanceof HTMLElement) || target.closest('[role=dialog]')) return
      path = []
      for (let each: HTMLElement | null = target; each; each = each.parentElement) path.push(each)
    }
    // Who presses somewhere else has left it.
    function forget({ target }: Event) {
      const isInDialog = target instanceof Element && target.closest('[role=dialog]') !== null
      if (!isInDialog && target instanceof Node && !path[0]?.contains(target)) path = []
    }
    function keep() {
      const isLost = document.activeElement === document.body || document.activeElement === null
      if (!isLost || path.length === 0 || path[0]?.isConnected) return
      const place = findPlace(path)
      path = []
      place?.focus()
    }
    const observer = new MutationObserver(keep)
    observer.observe(document.body, { childList: true, subtree: true })
    document.addEventListener('focusin', remember)
    document.addEventListener('pointerdown', forget)
    return () => {
      observer.disconnect()
      document.removeEventListener('focusin', remember)
      document.removeEventListener('pointerdown', forget)
    }
  }, [])
  return null
}

/** The heading of the nearest section that is still there, else that of the page. */
function findPlace(path: readonly HTMLElement[]): HTMLElement | undefined {
  const section = path.find((each) => each.isConnected && each.matches('section[aria-labelledby]'))
  const heading = document.getElementById(section?.getAttribute('aria-labelledby') ?? '')
  const place =
    heading ?? document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main')
  if (!place) return undefined
  if (!place.hasAttribute('tabindex')) place.tabIndex = -1
  return place
}
