/**
 * The FHIRPath of invariants: https://hl7.org/fhirpath/N1/#formal-specifications
 * All of its operators but `as` and `is` of what is no element; of its functions those that invariants use.
 */
export type Expression =
  | { kind: 'focus' }
  /** `%resource` */
  | { kind: 'variable'; name: string }
  | { kind: 'literal'; value: string | number | boolean | undefined }
  | { kind: 'member'; of: Expression; name: string }
  | { kind: 'item'; of: Expression; index: number }
  | { kind: 'call'; of: Expression; name: string; args: Expression[] }
  /** `is`, `as`, `ofType` */
  | { kind: 'typed'; of: Expression; type: string; isTest: boolean }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }

const focus: Expression = { kind: 'focus' }

/** From the weakest binding to the strongest. */
const levels: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '!='],
  ['<=', '>=', '<', '>'],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'mod'],
]

const tokenPattern =
  /\s*(?:'((?:[^'\\]|\\.)*)'|(\d+(?:\.\d+)?)|(%?[A-Za-z_]\w*|\$this|`[^`]+`)|(<=|>=|!=|[().,|=<>+\-&*/{}[\]]))/y

interface Token {
  kind: 'text' | 'number' | 'name' | 'sign' | 'end'
  text: string
}

const end: Token = { kind: 'end', text: '' }

/** Throws when the expression uses anything else. */
export function parseInvariant(expression: string): Expression {
  const tokens = readTokens(expression)
  let at = 0
  const peek = (ahead = 0): Token => tokens[at + ahead] ?? end
  const isNext = (text: string): boolean => peek().kind !== 'text' && peek().text === text
  const fail = (): never => {
    throw new Error(`FHIRPath that invariants do not know, at "${peek().text}": ${expression}`)
  }
  const skip = (text: string): boolean => {
    if (!isNext(text)) return false
    at++
    return true
  }
  const expect = (text: string): void => {
    if (!skip(text)) fail()
  }
  const take = (kind: Token['kind']): string => {
    const token = peek()
    if (token.kind !== kind) fail()
    at++
    return token.text
  }

  function parseLevel(level: number): Expression {
    const operators = levels[level]
    if (!operators) return parseSteps()
    let left = parseLevel(level + 1)
    for (let operator = peek(); isOperator(operator, operators); operator = peek()) {
      at++
      const isType = operator.text === 'is' || operator.text === 'as'
      left = isType
        ? { kind: 'typed', of: left, type: take('name'), isTest: operator.text === 'is' }
        : { kind: 'binary', operator: operator.text, left, right: parseLevel(level + 1) }
    }
    return left
  }

  function parseSteps(): Expression {
    let node = parseStart()
    for (;;) {
      if (skip('[')) {
        node = { kind: 'item', of: node, index: Number(take('number')) }
        expect(']')
      } else if (skip('.')) node = parseStep(node, take('name'))
      else return node
    }
  }

  function parseStart(): Expression {
    const token = peek()
    at++
    if (token.kind === 'text') return { kind: 'literal', value: token.text }
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) }
    if (token.kind === 'sign') return parseSign(token.text)
    return token.kind === 'name' ? parseName(token.text) : fail()
  }

  function parseName(name: string): Expression {
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' }
    if (name === '$this') return focus
    if (name.startsWith('%')) return { kind: 'variable', name: name.slice(1) }
    // A path may begin with the name of the type, which is what it is asked of.
    return /^[A-Z]/.test(name) && !isNext('(') ? focus : parseStep(focus, name)
  }

  function parseSign(sign: string): Expression {
    if (sign === '{') {
      expect('}')
      return { kind: 'literal', value: undefined }
    }
    if (sign !== '(') fail()
    const inner = parseLevel(0)
    expect(')')
    return inner
  }

  function parseStep(of: Expression, name: string): Expression {
    if (!skip('(')) return { kind: 'member', of, name: name.replaceAll('`', '') }
    if (name === 'is' || name === 'as' || name === 'ofType') {
      const type = take('name')
      expect(')')
      return { kind: 'typed', of, type, isTest: name === 'is' }
    }
    const args: Expression[] = []
    if (!isNext(')'))
      do args.push(parseLevel(0))
      while (skip(','))
    expect(')')
    return { kind: 'call', of, name, args }
  }

  const node = parseLevel(0)
  if (peek().kind !== 'end') fail()
  return node
}

function isOperator({ kind, text }: Token, operators: readonly string[]): boolean {
  return (kind === 'name' || kind === 'sign') && operators.includes(text)
}

function readTokens(expression: string): Token[] {
  const tokens: Token[] = []
  const text = expression.trim()
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text)
    if (!match) throw new Error(`FHIRPath that invariants do not know: ${expression}`)
    const [, quoted, number, name, sign] = match
    if (quoted !== undefined) tokens.push({ kind: 'text', text: withoutEscapes(quoted) })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else tokens.push({ kind: 'sign', text: sign ?? '' })
  }
  return tokens
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' }

function withoutEscapes(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)
}
