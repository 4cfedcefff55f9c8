/**
 * The part of FHIRPath that search parameters use: https://hl7.org/fhirpath/N1/
 * Paths with unions, choices of type (`as`, `.as()`, `.ofType()`), `.where()`, `.exists()`, `.first()`, `extension()`,
 * an index, `resolve() is`, `=`, `!=`, `and`.
 */
export type PathNode =
  /** What the path is asked of. */
  | { kind: 'focus' }
  | { kind: 'member'; of: PathNode; name: string }
  | { kind: 'typed'; of: PathNode; type: string }
  | { kind: 'where'; of: PathNode; condition: PathNode }
  | { kind: 'item'; of: PathNode; index: number }
  | { kind: 'exists'; of: PathNode }
  | { kind: 'resolve'; of: PathNode }
  | { kind: 'is'; of: PathNode; type: string }
  | { kind: 'union'; parts: PathNode[] }
  | { kind: 'compare'; left: PathNode; right: PathNode; isEqual: boolean }
  | { kind: 'and'; left: PathNode; right: PathNode }
  | { kind: 'literal'; value: string | boolean | number }

const focus: PathNode = { kind: 'focus' }
const tokenPattern = /\s*(?:'((?:[^'\\]|\\.)*)'|(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(!=|[().|=[\]]))/y

interface Token {
  kind: 'text' | 'number' | 'name' | 'sign' | 'end'
  text: string
}

/** Throws when the expression uses anything else. */
export function parsePath(expression: string): PathNode {
  const tokens = readTokens(expression)
  let at = 0

  const peek = (): Token => tokens[at] ?? { kind: 'end', text: '' }
  const isNext = (text: string): boolean => peek().kind !== 'text' && peek().text === text
  const fail = (): never => {
    throw new Error(`FHIRPath that search does not know, at "${peek().text}": ${expression}`)
  }
  const take = (kind: Token['kind']): string => {
    const token = peek()
    if (token.kind !== kind) fail()
    at++
    return token.text
  }
  const skip = (text: string): boolean => {
    if (!isNext(text)) return false
    at++
    return true
  }
  const expect = (text: string): void => {
    if (!skip(text)) fail()
  }

  /** From the weakest to the strongest binding: and, comparison, union, as and is, path. */
  function parseAnd(): PathNode {
    let left = parseComparison()
    while (skip('and')) left = { kind: 'and', left, right: parseComparison() }
    return left
  }

  function parseComparison(): PathNode {
    const left = parseUnion()
    if (skip('=')) return { kind: 'compare', left, right: parseUnion(), isEqual: true }
    if (skip('!=')) return { kind: 'compare', left, right: parseUnion(), isEqual: false }
    return left
  }

  function parseUnion(): PathNode {
    const parts = [parseTyped()]
    while (skip('|')) parts.push(parseTyped())
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'union', parts }
  }

  function parseTyped(): PathNode {
    const of = parseSteps()
    if (skip('as')) return { kind: 'typed', of, type: take('name') }
    if (skip('is')) return { kind: 'is', of, type: take('name') }
    return of
  }

  function parseSteps(): PathNode {
    let node = parseStart()
    for (;;) {
      if (skip('[')) {
        node = { kind: 'item', of: node, index: Number(take('number')) }
        expect(']')
      } else if (skip('.')) node = parseStep(node)
      else return node
    }
  }

  function parseStart(): PathNode {
    const token = peek()
    if (skip('(')) {
      const inner = parseAnd()
      expect(')')
      return inner
    }
    if (token.kind === 'text') return { kind: 'literal', value: take('text') }
    if (token.kind === 'number') return { kind: 'literal', value: Number(take('number')) }
    if (skip('true')) return { kind: 'literal', value: true }
    if (skip('false')) return { kind: 'literal', value: false }
    // A path begins with the name of the type, which is what it is asked of, or with one of its elements.
    if (token.kind === 'name' && /^[A-Z]/.test(token.text)) {
      at++
      return focus
    }
    return parseStep(focus)
  }

  function parseStep(of: PathNode): PathNode {
    const name = take('name')
    if (!skip('(')) return { kind: 'member', of, name }
    const node = parseCall(of, name)
    expect(')')
    return node
  }

  function parseCall(of: PathNode, name: string): PathNode {
    if (name === 'where') return { kind: 'where', of, condition: parseAnd() }
    if (name === 'ofType' || name === 'as') return { kind: 'typed', of, type: take('name') }
    if (name === 'exists') return { kind: 'exists', of }
    if (name === 'resolve') return { kind: 'resolve', of }
    if (name === 'first') return { kind: 'item', of, index: 0 }
    if (name === 'extension') return extensionOf(of, take('text'))
    return fail()
  }

  const node = parseAnd()
  if (peek().kind !== 'end') fail()
  return node
}

function extensionOf(of: PathNode, url: string): PathNode {
  const left: PathNode = { kind: 'member', of: focus, name: 'url' }
  const condition: PathNode = { kind: 'compare', left, right: { kind: 'literal', value: url }, isEqual: true }
  return { kind: 'where', of: { kind: 'member', of, name: 'extension' }, condition }
}

function readTokens(expression: string): Token[] {
  const tokens: Token[] = []
  const text = expression.trim()
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text)
    if (!match) throw new Error(`FHIRPath that search does not know: ${expression}`)
    const [, quoted, number, name, sign] = match
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else tokens.push({ kind: 'sign', text: sign ?? '' })
  }
  return tokens
}
