import '../../mantine-controls.css'
import { SegmentedControl, Text, Title } from '@mantine/core'
import { useSearchParams } from 'react-router'
import type { GrowthChart } from '#server/views/views.ts'
import { formatRecordDate } from '../../language/format.ts'
import { useWords } from '../../language/use-words.ts'
import type { ChartCurve } from '../chart/chart-places.ts'
import { LineChart } from '../chart/line-chart.tsx'
import { GrowthTable } from './growth-table.tsx'

type Ages = 'first' | 'later'

/** Growth charts of a child. Which ages they show stands in the address. */
export function Growth({ charts }: { charts: readonly GrowthChart[] }) {
  const words = useWords('vitals')
  const [address, setAddress] = useSearchParams()
  const hasBoth = charts.some(({ later }) => later !== undefined)
  const ages: Ages = hasBoth && address.get('ages') !== '0-2' ? 'later' : 'first'
  return (
    <section className="card growth" aria-label={words('growth')}>
      <Title order={2} size="h4">
        {words('growth')}
      </Title>
      <Text size="sm" c="dimmed">
        {words('growthHint')}
      </Text>
      {hasBoth && (
        <SegmentedControl
          className="no-print test-zoom"
          aria-label={words('ages')}
          value={ages}
          onChange={(value) => setAddress(value === 'first' ? { ages: '0-2' } : {}, { replace: true })}
          data={[
            { value: 'first', label: words('firstYears') },
            { value: 'later', label: words('laterYears') },
          ]}
        />
      )}
      {charts.map((chart) => (
        <Chart key={chart.measure} chart={chart} ages={ages} />
      ))}
    </section>
  )
}

function Chart({ chart, ages }: { chart: GrowthChart; ages: Ages }) {
  const words = useWords('vitals')
  const { measure, unit, points } = chart
  const curves = chart[ages]
  if (!curves) return null
  // words: vitals.*
  const name = words(measure)
  const { from, to, step, lines } = curves
  const shown = points.filter(({ age }) => age >= from && age <= to)
  const isYears = to > 60
  return (
    <div className="growth-chart">
      <Title order={3} size="h5">
        {name}
      </Title>
      {shown.length === 0 ? (
        <Text size="sm">{words('nothingInAges')}</Text>
      ) : (
        <>
          <LineChart
            label={words('chartOf', { name })}
            lines={[
              {
                name,
                unit,
                points: shown.map(({ age, value, text, date, percentile }) => ({
                  at: age,
                  value,
                  text: [text, percentile, date && formatRecordDate(date)].filter(Boolean).join(' · '),
                })),
              },
            ]}
            curves={lines.map(
              ({ percentile, values }): ChartCurve => ({
                name: String(percentile),
                unit,
                points: values.map((value, index) => ({ at: from + index * step, value })),
              }),
            )}
            from={from}
            to={to}
            ticks={(count) => ticksOf(from, to, count, isYears)}
            axisName={words(isYears ? 'ageInYears' : 'ageInMonths')}
            height={380}
          />
          <GrowthTable name={name} points={shown} />
        </>
      )}
    </div>
  )
}

function ticksOf(from: number, to: number, count: number, isYears: boolean) {
  const unit = isYears ? 12 : 1
  const step = [1, 2, 3, 4, 6].find((each) => (to - from) / unit / each <= count) ?? 12
  const ticks = []
  for (let at = from; at <= to; at += step * unit) ticks.push({ at, label: String(at / unit) })
  return ticks
}
