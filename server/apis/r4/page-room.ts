import { currentWork } from '../../request-work.ts'

/**
 * The room of a page that is filled by one search after the other, each of which has a whole page to fill (MAX_PAGE_BYTES). The function says whether
 * the records of the next one still fit; those of the first do, so that each page goes on.
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
