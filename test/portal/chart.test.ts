import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeChart } from '../../portal/person/chart/chart-places.ts'
import { roundTicks, timeTicks } from '../../portal/person/chart/scale.ts'

test('an axis has round numbers that cover its values', () => {
  assert.deepEqual(roundTicks(6.3, 8.4, 5), [6, 6.5, 7, 7.5, 8, 8.5])
  assert.deepEqual(roundTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1])
  assert.deepEqual(roundTicks(104, 188, 5), [100, 120, 140, 160, 180, 200])
  for (const [low, high] of [
    [5, 5],
    [0, 0],
    [-3, 2],
    [1e9, 2e9],
    [0.001, 0.0012],
  ] as const) {
    const ticks = roundTicks(low, high, 5)
    assert((ticks[0] ?? 0) <= low && (ticks.at(-1) ?? 0) >= high, String(ticks))
    assert(ticks.length >= 2 && ticks.length <= 9, String(ticks))
  }
})

test('an axis of time has beginnings of years or months', () => {
  const ticks = timeTicks(Date.UTC(2016, 5), Date.UTC(2026, 5), 6)
  assert.deepEqual(
    ticks.map(({ at }) => new Date(at).toISOString().slice(0, 10)),
    ['2018-01-01', '2020-01-01', '2022-01-01', '2024-01-01', '2026-01-01'],
  )
  const months = timeTicks(Date.UTC(2026, 0, 10), Date.UTC(2026, 4, 10), 6)
  assert.deepEqual(
    months.map(({ at }) => new Date(at).getUTCMonth() + 1),
    [2, 3, 4, 5],
  )
  assert(timeTicks(Date.UTC(1, 0), Date.UTC(9999, 11), 6).length < 30)
})

test('lines of one unit share an axis, and every point lies inside the picture', () => {
  const line = (unit: string, values: number[]) => ({
    name: `${unit} ${values}`,
    unit,
    points: values.map((value, at) => ({ at, value, text: String(value) })),
  })
  const chart = placeChart({
    lines: [line('mmHg', [120, 130]), line('mmHg', [80, 85]), line('%', [7, 8, 9])],
    bands: [{ unit: '%', from: 0, to: 2, low: undefined, high: 5.6 }],
    curves: [],
    from: 0,
    to: 2,
    ticks: () => [],
    width: 390,
    height: 300,
  })
  assert.deepEqual(
    chart.axes.map(({ unit }) => unit),
    ['mmHg', '%'],
  )
  assert.equal(chart.points.length, 7)
  for (const { x, y } of chart.points) {
    assert(x >= chart.left && x <= chart.right, `x ${x}`)
    assert(y >= chart.top && y <= chart.bottom, `y ${y}`)
  }
  assert.deepEqual(
    chart.points.map(({ at }) => at),
    [0, 0, 0, 1, 1, 1, 2],
  )
  assert.match(chart.bands[0] ?? '', /^M/)
})
