import type { Series, SeriesPoint } from '#server/views/views.ts'
import { formatRecordDate, formatTick } from '../../language/format.ts'
import type { ChartBand, ChartLine } from '../chart/chart-places.ts'
import { LineChart } from '../chart/line-chart.tsx'
import { timeTicks } from '../chart/scale.ts'

interface TimeChartProps {
  label: string
  series: readonly Series[]
  /** Points before this time, in ms, are not drawn. */
  since?: number | undefined
  height?: number
  isSmall?: boolean
}

type Drawn = SeriesPoint & { time: number; number: number }

/** Values over time. The range is a band behind them when one line has ranges: several would cover each other. */
export function TimeChart({
  label,
  series,
  since = Number.NEGATIVE_INFINITY,
  height,
  isSmall,
}: TimeChartProps) {
  const drawn = series.map(({ points }) => points.filter(isDrawn).filter(({ time }) => time >= since))
  const times = drawn.flat().map(({ time }) => time)
  if (times.length === 0) return null
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const room = Math.max((last - first) * 0.02, 86_400_000 * 15)
  const [from, to] = [first - room, last + room]
  const lines = series.map(
    ({ name, unit = '' }, index): ChartLine => ({
      name,
      unit,
      points: (drawn[index] ?? []).map(({ date, time, number, text, level }) => ({
        at: time,
        value: number,
        text: [`${name}: ${text}`, date && formatRecordDate(date), level?.text].filter(Boolean).join(' · '),
        isOutside: level !== undefined && level.sign !== 'none',
      })),
    }),
  )
  const ranged = series.flatMap(({ unit = '' }, index) => {
    const bands = bandsOf(drawn[index] ?? [], unit, from, to)
    return bands.length > 0 ? [bands] : []
  })
  return (
    <LineChart
      label={label}
      lines={lines}
      bands={(ranged.length === 1 && ranged[0]) || []}
      from={from}
      to={to}
      ticks={(count) =>
        timeTicks(from, to, count).map(({ at, isYear }) => ({ at, label: formatTick(at, isYear) }))
      }
      {...(height && { height })}
      {...(isSmall && { isSmall })}
    />
  )
}

function isDrawn(point: SeriesPoint): point is Drawn {
  return point.time !== undefined && point.number !== undefined
}

/** A range holds from its result to the next one; ranges that stay the same are one band. */
function bandsOf(points: readonly Drawn[], unit: string, from: number, to: number): ChartBand[] {
  const bands: ChartBand[] = []
  for (const { time, low, high } of points.toReversed()) {
    const last = bands.at(-1)
    if (last && last.low === low && last.high === high) continue
    if (last) last.to = time
    bands.push({ unit, from: last ? time : from, to, low, high })
  }
  return bands.filter(({ low, high }) => low !== undefined || high !== undefined)
}
