import { formatNumber } from '../../language/format.ts'
import type { placeChart } from './chart-places.ts'

interface ChartAxesProps {
  places: ReturnType<typeof placeChart>
  width: number
  height: number
}

/** The axes: of the first unit on the left with its grid, of the second on the right. */
export function ChartAxes({ places, width, height }: ChartAxesProps) {
  const { axes, ticks, left, right, bottom } = places
  const [first, second] = axes
  return (
    <g className="chart-axes" aria-hidden>
      {first?.ticks.map(({ value, y }) => (
        <g key={value}>
          <line x1={left} x2={right} y1={y} y2={y} />
          <text x={left - 6} y={y} dy="0.32em" textAnchor="end">
            {formatNumber(value)}
          </text>
        </g>
      ))}
      {first && (
        <text x={2} y={12}>
          {first.unit}
        </text>
      )}
      {second?.ticks.map(({ value, y }) => (
        <text key={value} x={right + 6} y={y} dy="0.32em">
          {formatNumber(value)}
        </text>
      ))}
      {second && (
        <text x={width - 2} y={12} textAnchor="end">
          {second.unit}
        </text>
      )}
      {ticks.map(({ x, label }) => (
        <g key={label}>
          <line x1={x} x2={x} y1={bottom} y2={bottom + 4} />
          <text x={x} y={height - 6} textAnchor="middle">
            {label}
          </text>
        </g>
      ))}
    </g>
  )
}
