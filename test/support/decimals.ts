import fc from 'fast-check'

/** FHIR R4 datatypes.html#decimal: how a number is written is part of what it says. */
export const decimal = fc
  .tuple(
    fc.constantFrom('', '', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,24}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,12}$/), fc.stringMatching(/^\.\d0{1,3}$/)),
    fc.oneof({ arbitrary: fc.constant(''), weight: 3 }, fc.stringMatching(/^[eE][+-]?\d{1,2}$/)),
  )
  .map((parts) => parts.join(''))

/** The numbers of a JSON text in order, as they are written. */
export function numbersOf(text: string): string[] {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g) ?? []
  return tokens.filter((token) => !token.startsWith('"'))
}
