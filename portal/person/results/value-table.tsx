import { Button, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { Series } from '#server/views/views.ts'
import { formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import { LevelWords } from './range-bar.tsx'

const atOnce = 30

/** The values of a chart, the newest first. */
export function ValueTable({ series: { name, points, older } }: { series: Series }) {
  const words = useWords('results')
  const shared = useWords('shared')
  const [shown, setShown] = useState(atOnce)
  const title = words('valuesOf', { name })
  return (
    <section className="card" aria-label={title}>
      <Title order={2} size="h4" dir="auto">
        {title}
      </Title>
      <table className="value-table">
        <thead>
          <tr>
            <th scope="col">{words('date')}</th>
            <th scope="col">{words('value')}</th>
            <th scope="col">{words('rangeHead')}</th>
          </tr>
        </thead>
        <tbody>
          {points.slice(0, shown).map(({ id, date, text, level, range, status }, index) => (
            // A result may come twice, once for each part of the same kind.
            // biome-ignore lint/suspicious/noArrayIndexKey: the order never changes
            <tr key={`${id}-${index}`}>
              <th scope="row">{date === undefined ? shared('dateUnknown') : formatRecordDate(date)}</th>
              <td>
                <span dir="auto">{text}</span> {level && <LevelWords level={level} />}
                {status && <span className="state-mark">{status}</span>}
              </td>
              <td>{range ?? words('noRange')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown < points.length && (
        <Button variant="default" className="no-print" mt="sm" onClick={() => setShown(points.length)}>
          {words('allValues', { count: points.length })}
        </Button>
      )}
      {older > 0 && <Text size="sm">{words('olderValues', { count: older })}</Text>}
    </section>
  )
}
