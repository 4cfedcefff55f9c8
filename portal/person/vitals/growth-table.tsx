import { Button } from '@mantine/core'
import { useState } from 'react'
import type { GrowthPoint } from '#server/views/views.ts'
import { formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import '../results/results.css'

const atOnce = 5

/** The points of a growth chart, the newest first. */
export function GrowthTable({ name, points }: { name: string; points: readonly GrowthPoint[] }) {
  const words = useWords('vitals')
  const results = useWords('results')
  const shared = useWords('shared')
  const [shown, setShown] = useState(atOnce)
  return (
    <>
      <table className="value-table" aria-label={results('valuesOf', { name })}>
        <thead>
          <tr>
            <th scope="col">{words('age')}</th>
            <th scope="col">{results('value')}</th>
            <th scope="col">{words('percentileHead')}</th>
          </tr>
        </thead>
        <tbody>
          {points.slice(0, shown).map(({ id, age, date, text, percentile }) => (
            <tr key={id}>
              <th scope="row">
                {ageText(age, words)}
                <span className="entry-facts growth-date">
                  {date === undefined ? shared('dateUnknown') : formatRecordDate(date)}
                </span>
              </th>
              <td>{text}</td>
              <td>{percentile ?? words('noReference')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown < points.length && (
        <Button variant="default" className="no-print growth-more" onClick={() => setShown(points.length)}>
          {results('allValues', { count: points.length })}
        </Button>
      )}
    </>
  )
}

/** Below two years whole months. */
function ageText(age: number, words: ReturnType<typeof useWords<'vitals'>>): string {
  const months = Math.floor(age)
  return months < 24
    ? words('months', { months })
    : words('yearsAndMonths', { years: Math.floor(months / 12), months: months % 12 })
}
