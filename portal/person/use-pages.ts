import { useOutletContext } from 'react-router'

/** The paths of the pages of a record, as its frame gives them to each page. */
export function usePages(): readonly string[] {
  return useOutletContext<readonly string[]>()
}
