import { endToken, readTokens, type Token } from './tokens.ts'

/**
 * The tree of a FHIRPath expression: https://hl7.org/fhirpath/N1/#formal-specifications
 * Search parameters (`search/compile-path.ts`) and invariants (`validation/compile-invariant.ts`) are compiled from it, and each refuses
 * what it does not know.
 */
export type Expression =
  /** The value that the expression is evaluated on. */
  | { kind: 'focus' }
  /** `%resource` */
  | { kind: 'variable'; name: string }
  /** Undefined: `{}`. */
  | { kind: 'literal'; value: string | number | boolean | undefined }
  | { kind: 'member'; of: Expression; name: string }
  | { kind: 'item'; of: Expression; index: number }
  | { kind: 'call'; of: Expression; name: string; args: Expression[] }
  /** `is`, `as`, `ofType` */
  | { kind: 'typed'; of: Expression; type: string; isTest: boolean }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }

export const focus: Expression = { kind: 'focus' }

/** From the weakest binding to the strongest: https://hl7.org/fhirpath/N1/#operator-precedence */
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

/** Throws when the text is no expression. */
export function parseExpression(text: string): Expression {
  return new Parser(text).parse()
}

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = readTokens(text)
  }

  parse(): Expression {
    const node = this.#parseLevel(0)
    if (this.#peek().kind !== 'end') this.#fail()
    return node
  }

  #parseLevel(level: number): Expression {
    const operators = levels[level]
    if (!operators) return this.#parseSteps()
    let left = this.#parseLevel(level + 1)
    for (let operator = this.#peek(); isOperator(operator, operators); operator = this.#peek()) {
      this.#at++
      const isType = operator.text === 'is' || operator.text === 'as'
      left = isType
        ? { kind: 'typed', of: left, type: this.#take('name'), isTest: operator.text === 'is' }
        : { kind: 'binary', operator: operator.text, left, right: this.#parseLevel(level + 1) }
    }
    return left
  }

  #parseSteps(): Expression {
    let node = this.#parseStart()
    for (;;) {
      if (this.#skip('[')) {
        node = { kind: 'item', of: node, index: Number(this.#take('number')) }
        this.#expect(']')
      } else if (this.#skip('.')) node = this.#parseStep(node, this.#take('name'))
      else return node
    }
  }

  #parseStart(): Expression {
    const token = this.#peek()
    this.#at++
    if (token.kind === 'text') return { kind: 'literal', value: token.text }
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) }
    if (token.kind === 'sign') return this.#parseSign(token.text)
    return token.kind === 'name' ? this.#parseName(token.text) : this.#fail()
  }

  #parseName(name: string): Expression {
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' }
    if (name === '$this') return focus
    if (name.startsWith('%')) return { kind: 'variable', name: name.slice(1) }
    // A path may begin with the name of the type, which stands for the focus.
    return /^[A-Z]/.test(name) && !this.#isNext('(') ? focus : this.#parseStep(focus, name)
  }

  #parseSign(sign: string): Expression {
    if (sign === '{') {
      this.#expect('}')
      return { kind: 'literal', value: undefined }
    }
    if (sign !== '(') this.#fail()
    const inner = this.#parseLevel(0)
    this.#expect(')')
    return inner
  }

  #parseStep(of: Expression, name: string): Expression {
    if (!this.#skip('(')) return { kind: 'member', of, name: name.replaceAll('`', '') }
    if (name === 'is' || name === 'as' || name === 'ofType') {
      const type = this.#take('name')
      this.#expect(')')
      return { kind: 'typed', of, type, isTest: name === 'is' }
    }
    const args: Expression[] = []
    if (!this.#isNext(')'))
      do args.push(this.#parseLevel(0))
      while (this.#skip(','))
    this.#expect(')')
    return { kind: 'call', of, name, args }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? endToken
  }

  #isNext(text: string): boolean {
    const token = this.#peek()
    return token.kind !== 'text' && token.text === text
  }

  #skip(text: string): boolean {
    if (!this.#isNext(text)) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#skip(text)) this.#fail()
  }

  #take(kind: Token['kind']): string {
    const token = this.#peek()
    if (token.kind !== kind) this.#fail()
    this.#at++
    return token.text
  }

  #fail(): never {
    throw new Error(`FHIRPath that is not known, at "${this.#peek().text}": ${this.#text}`)
  }
}

function isOperator({ kind, text }: Token, operators: readonly string[]): boolean {
  return (kind === 'name' || kind === 'sign') && operators.includes(text)
}
