import { currentWork } from '../../request-work.ts'

/**
 * The room of a page (MAX_PAGE_BYTES) that is filled by one search after the other. The function says whether the records of the
 * next search still fit. The records of the first search always fit, so that each page makes progress.
 */
export function roomOfPage(): (contents: readonly string[]) => boolean {
  const room = currentWork()?.limits.pageBytes ?? Number.POSITIVE_INFINITY
  let taken = 0
  return (contents) => {
    const asked = contents.reduce((sum, { length }) => sum + length, 0)
    if (taken > 0 && taken + asked > room) return false
    taken += asked
    return true
  }
}
