import type { ResultPart } from '#server/views/views.ts'

type Level = NonNullable<ResultPart['level']>
type Bar = NonNullable<NonNullable<ResultPart['range']>['bar']>

const signs = { high: '▲', low: '▼', abnormal: '◆', none: undefined } as const

/** High and low in words, with a sign; the colour only repeats it. */
export function LevelWords({ level: { text, sign } }: { level: Level }) {
  return (
    <span className={sign === 'none' ? 'level' : 'level level-outside'}>
      {signs[sign] && <span aria-hidden>{signs[sign]} </span>}
      {text}
    </span>
  )
}

/** The range and the value in it. Screen readers have the same in words beside it. */
export function RangeBar({ bar: { from, to, at }, isOutside }: { bar: Bar; isOutside: boolean }) {
  return (
    <svg className="range-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
      <rect className="range-bar-whole" x="0" y="3" width="100" height="4" />
      <rect className="range-bar-range" x={from} y="3" width={to - from} height="4" />
      <rect
        className={isOutside ? 'range-bar-value range-bar-outside' : 'range-bar-value'}
        x={at - 1}
        y="0"
        width="2"
        height="10"
      />
    </svg>
  )
}
