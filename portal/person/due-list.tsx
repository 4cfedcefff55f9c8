import { Text } from '@mantine/core'
import type { DueLine } from '#server/views/views.ts'
import { formatRecordDate } from '../language/format.ts'
import { useWords } from '../language/use-words.ts'
import './immunizations.css'

/** What is due, in words and with a sign: never by colour alone. */
export function DueList({ due }: { due: readonly DueLine[] }) {
  const words = useWords('immunizations')
  if (due.length === 0) return <Text mt="sm">{words('nothingDue')}</Text>
  return (
    <ul className="entries">
      {due.map(({ id, name, state, date, dose }) => (
        <li className="entry" key={id}>
          <span className="entry-name">{name}</span>
          <span className="dose" data-state={state}>
            <span className="dose-sign" aria-hidden>
              {state === 'late' ? '!' : '●'}
            </span>
            <span>
              {date === undefined
                ? words('dueNoneRecorded')
                : words(state === 'late' ? 'lateSince' : 'dueSince', { date: formatRecordDate(date) })}
              {dose && ` · ${words('doseOf', dose)}`}
            </span>
          </span>
        </li>
      ))}
    </ul>
  )
}
