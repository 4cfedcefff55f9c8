import type { Dice } from '#server/demo/generator/random-source.ts'

/** Throws on an empty list, because no grammar has one. */
export function pickOf<Each>(dice: Dice, list: readonly Each[]): Each {
  const found = list[dice.whole(0, list.length - 1)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

const oddTexts = [
  ...['', ' ', '\u0000', '\ud800', 'ä', '🙂', '%', '%00', '..', '../..', '__proto__', 'constructor', 'null'],
  ...[
    '<script>alert(1)</script>',
    "' or 1=1--",
    '"',
    '\\',
    '$',
    '*',
    '{{7*7}}',
    '(((((((((',
    '\r\nx: y',
    '-1',
  ],
  ...[
    '1e400',
    '9007199254740993',
    'NaN',
    'true',
    'undefined',
    'x'.repeat(300),
    'a,'.repeat(200),
    '|',
    '||',
    ':',
  ],
] as const

export function oddText(dice: Dice): string {
  if (dice.chance(70)) return pickOf(dice, oddTexts)
  return String.fromCharCode(
    ...Array.from({ length: dice.whole(1, 20) }, () => dice.whole(1, dice.chance(50) ? 126 : 0xffff)),
  )
}

/** A JSON value of the wrong kind for its place. */
export function oddValue(dice: Dice): unknown {
  return pickOf<() => unknown>(dice, [
    () => null,
    () => dice.whole(-5, 5),
    () => 1e308,
    () => true,
    () => [],
    () => ({}),
    () => [[[]]],
    () => [null],
    () => oddText(dice),
    () => ({ reference: oddText(dice) }),
    () => ({ __proto__: null, constructor: 1 }),
    () => nest(dice.whole(1, 80)),
  ])()
}

function nest(depth: number): unknown {
  let value: unknown = 'x'
  for (let done = 0; done < depth; done++) value = { extension: [value] }
  return value
}
