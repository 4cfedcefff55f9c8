/** A page that is opened again within this time is the same visit: its news stay. */
const oneVisit = 6 * 3_600_000

interface Seen {
  /** What came after this is new to the reader. */
  since: string
  opened: string
}

/**
 * Since when things are new to this reader: the time of the visit before. Undefined on the first one. It stays in the browser, by
 * account and person; a browser that keeps nothing shows the latest of the record each time.
 */
export function rememberVisit(accountId: string, patientId: string, now = new Date()): string | undefined {
  const key = `onpatient.seen.${accountId}.${patientId}`
  try {
    const before = parseSeen(localStorage.getItem(key))
    const goesOn = before && now.getTime() - Date.parse(before.opened) < oneVisit
    const since = goesOn ? before.since : (before?.opened ?? '')
    localStorage.setItem(key, JSON.stringify({ since, opened: now.toISOString() } satisfies Seen))
    return since === '' ? undefined : since
  } catch {
    return undefined
  }
}

function parseSeen(text: string | null): Seen | undefined {
  const { since, opened } = JSON.parse(text ?? '{}') as Partial<Seen>
  return typeof since === 'string' && typeof opened === 'string' && !Number.isNaN(Date.parse(opened))
    ? { since, opened }
    : undefined
}
