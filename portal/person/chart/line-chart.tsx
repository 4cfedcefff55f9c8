import { useElementSize } from '@mantine/hooks'
import { useState } from 'react'
import { useWords } from '../../language/use-words.ts'
import { ChartAxes } from './chart-axes.tsx'
import {
  type ChartBand,
  type ChartCurve,
  type ChartLine,
  type ChartTick,
  placeChart,
} from './chart-places.ts'
import { Mark, markOf } from './mark.tsx'
import './chart.css'

interface LineChartProps {
  /** What screen readers call the picture. */
  label: string
  lines: readonly ChartLine[]
  /** Ranges behind the lines. */
  bands?: readonly ChartBand[]
  /** Curves without points, named at their end: percentiles. */
  curves?: readonly ChartCurve[]
  /** The ends of the horizontal axis. */
  from: number
  to: number
  ticks(count: number): readonly ChartTick[]
  /** What the horizontal axis shows; dates need no word. */
  axisName?: string
  height?: number
  /** Whether the points can be gone through, and the lines be named below. */
  isSmall?: boolean
}

/**
 * A chart of lines that can be read without seeing it: it has a name, each point can be reached by the arrow keys of a slider and is
 * said in words, lines differ in mark and dash, not by colour alone. The page has a table of the same values beside it.
 */
export function LineChart(props: LineChartProps) {
  const { label, lines, bands = [], curves = [], axisName, height = 300, isSmall = false } = props
  const { ref, width: measured } = useElementSize<HTMLDivElement>()
  const [chosen, setChosen] = useState<number>()
  const width = measured || 600
  const places = placeChart({ ...props, bands, curves, width, height })
  const { points } = places
  const point = chosen === undefined ? undefined : points[Math.min(chosen, points.length - 1)]

  function chooseNearest(x: number, y: number) {
    if (points.length === 0) return
    const distances = points.map((each) => (each.x - x) ** 2 + ((each.y - y) / 4) ** 2)
    setChosen(distances.indexOf(Math.min(...distances)))
  }

  return (
    <figure className="chart">
      <div
        ref={ref}
        className="chart-picture"
        style={{ aspectRatio: measured ? undefined : 'auto', minHeight: height }}
      >
        <svg
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={label}
          onPointerMove={
            isSmall ? undefined : ({ nativeEvent: { offsetX, offsetY } }) => chooseNearest(offsetX, offsetY)
          }
        >
          <ChartAxes places={places} width={width} height={height} />
          {places.bands.map((band, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a band is its place
            <path key={index} className="chart-band" d={band} />
          ))}
          {places.curves.map(({ name, path, end }) => (
            <g key={name} className="chart-curve">
              <path d={path} />
              {end && (
                <text x={end.x + 4} y={end.y} dy="0.32em">
                  {name}
                </text>
              )}
            </g>
          ))}
          {places.lines.map((path, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
            <path key={index} className={`chart-line chart-line-${index % 4}`} d={path} />
          ))}
          {point && (
            <line className="chart-cursor" x1={point.x} x2={point.x} y1={places.top} y2={places.bottom} />
          )}
          {points.map((each) => (
            <Mark
              key={each.index}
              shape={markOf(each.line)}
              line={each.line}
              x={each.x}
              y={each.y}
              isOpen={each.isOutside}
            />
          ))}
        </svg>
      </div>
      {axisName && <span className="chart-axis-name">{axisName}</span>}
      {lines.length > 1 && (
        <ul className="chart-legend">
          {lines.map(({ name }, index) => (
            <li key={name}>
              <svg viewBox="0 0 28 12" aria-hidden>
                <path className={`chart-line chart-line-${index % 4}`} d="M0 6H28" />
                <Mark shape={markOf(index)} line={index} x={14} y={6} />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      )}
      {!isSmall && points.length > 0 && <PointSlider points={points} chosen={chosen} choose={setChosen} />}
    </figure>
  )
}

interface PointSliderProps {
  points: ReadonlyArray<{ text: string }>
  chosen: number | undefined
  choose(index: number): void
}

/** Goes through the points by the arrow keys, and says each. */
function PointSlider({ points, chosen, choose }: PointSliderProps) {
  const words = useWords('chart')
  const last = points.length - 1
  const value = Math.min(chosen ?? last, last)
  const text = points[value]?.text ?? ''
  return (
    <div className="chart-slider no-print">
      <input
        type="range"
        aria-label={words('points')}
        aria-valuetext={text}
        min={0}
        max={last}
        value={value}
        onChange={({ currentTarget }) => choose(Number(currentTarget.value))}
      />
      <output dir="auto">{chosen === undefined ? words('hint') : text}</output>
    </div>
  )
}
