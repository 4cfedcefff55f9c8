import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useWords } from '../language/use-words.ts'

interface EntryListProps<Line> {
  lines: readonly Line[]
  /** How many are shown before "Show more". */
  atOnce?: number
  children(line: Line): ReactNode
}

/** A list of entries that begins with a few. Each child is an `<li>`. */
export function EntryList<Line>({ lines, atOnce = 20, children }: EntryListProps<Line>) {
  const words = useWords('shared')
  const [shown, setShown] = useState(atOnce)
  return (
    <>
      <ul className="entries">{lines.slice(0, shown).map(children)}</ul>
      {shown < lines.length && (
        <Group justify="space-between" className="no-print">
          <Button variant="default" onClick={() => setShown(shown + 5 * atOnce)}>
            {words('showMore')}
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {words('shownOf', { shown, total: lines.length })}
          </Text>
        </Group>
      )}
    </>
  )
}
