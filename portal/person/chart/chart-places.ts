import { roundTicks } from './scale.ts'

export interface ChartPoint {
  /** On the horizontal axis: a time, an age. */
  at: number
  value: number
  /** The point in words. */
  text: string
  isOutside?: boolean
}

export interface ChartLine {
  name: string
  points: readonly ChartPoint[]
  /** Lines of one unit share a vertical axis. */
  unit: string
}

/** A range that holds from one place to another. */
export interface ChartBand {
  unit: string
  from: number
  to: number
  low: number | undefined
  high: number | undefined
}

export interface ChartCurve {
  name: string
  unit: string
  points: ReadonlyArray<{ at: number; value: number }>
}

export interface ChartTick {
  at: number
  label: string
}

interface Chart {
  lines: readonly ChartLine[]
  bands: readonly ChartBand[]
  curves: readonly ChartCurve[]
  from: number
  to: number
  ticks(count: number): readonly ChartTick[]
  width: number
  height: number
}

/** A vertical axis: its unit and its round numbers. */
export interface Axis {
  unit: string
  ticks: ReadonlyArray<{ value: number; y: number }>
}

const [top, foot, side] = [24, 26, 44]

/** Where everything of a chart stands, in pixels. The first unit has its axis on the left, the second on the right. */
export function placeChart({ lines, bands, curves, from, to, ticks, width, height }: Chart) {
  const units = [...new Set([...lines, ...curves].map(({ unit }) => unit))]
  const right = width - (units.length > 1 || curves.length > 0 ? side : 12)
  const bottom = height - foot
  const span = to - from || 1
  const xOf = (at: number) => side + ((at - from) / span) * (right - side)
  const scales = new Map(units.map((unit) => [unit, scaleFor({ unit, lines, bands, curves, bottom })]))
  const yOf = (unit: string, value: number) => scales.get(unit)?.yOf(value) ?? bottom
  const isInside = ({ at }: { at: number }) => at >= from && at <= to

  const placed = lines.map(({ unit, points }) =>
    points
      .filter(isInside)
      .toSorted((one, other) => one.at - other.at)
      .map(({ at, value, text, isOutside = false }) => ({
        x: round(xOf(at)),
        y: round(yOf(unit, value)),
        at,
        text,
        isOutside,
      })),
  )
  return {
    top,
    bottom,
    left: side,
    right,
    axes: units.map((unit): Axis => ({ unit, ticks: scales.get(unit)?.ticks ?? [] })),
    ticks: ticks(Math.max(2, Math.floor((right - side) / 70))).map(({ at, label }) => ({
      x: xOf(at),
      label,
    })),
    lines: placed.map(pathOf),
    points: placed
      .flatMap((points, line) => points.map((point) => ({ ...point, line })))
      .sort((one, other) => one.at - other.at)
      .map((point, index) => ({ ...point, index })),
    bands: bands.map((band) => {
      const [y1, y2] = [
        band.high === undefined ? top : Math.max(top, yOf(band.unit, band.high)),
        band.low === undefined ? bottom : Math.min(bottom, yOf(band.unit, band.low)),
      ]
      const [x1, x2] = [Math.max(side, xOf(band.from)), Math.min(right, xOf(band.to))]
      return x2 > x1 && y2 > y1 ? `M${x1} ${y1}H${x2}V${y2}H${x1}z` : ''
    }),
    curves: curves.map(({ name, unit, points }) => {
      const inside = points.filter(isInside).map(({ at, value }) => ({ x: xOf(at), y: yOf(unit, value) }))
      return { name, path: pathOf(inside), end: inside.at(-1) }
    }),
  }
}

interface Scaled {
  unit: string
  lines: readonly ChartLine[]
  bands: readonly ChartBand[]
  curves: readonly ChartCurve[]
  bottom: number
}

function scaleFor({ unit, lines, bands, curves, bottom }: Scaled) {
  const values = [
    ...lines.filter((line) => line.unit === unit).flatMap(({ points }) => points.map(({ value }) => value)),
    ...bands.filter((band) => band.unit === unit).flatMap(({ low, high }) => [low, high]),
    ...curves
      .filter((curve) => curve.unit === unit)
      .flatMap(({ points }) => points.map(({ value }) => value)),
  ].filter((value) => value !== undefined)
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const [start, end] = Number.isFinite(low) ? spread(low, high) : [0, 1]
  const numbers = roundTicks(start, end, 5)
  const [first = 0, last = 1] = [numbers[0], numbers.at(-1)]
  const yOf = (value: number) => bottom - ((value - first) / (last - first || 1)) * (bottom - top)
  return { yOf, ticks: numbers.map((value) => ({ value, y: yOf(value) })) }
}

/** A single value gets some room round it. */
function spread(low: number, high: number): [number, number] {
  const room = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.05
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room]
}

function pathOf(points: ReadonlyArray<{ x: number; y: number }>): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('')
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
