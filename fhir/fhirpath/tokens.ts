/** A piece of an expression. A text has no quotes and no escapes any more. */
export interface Token {
  kind: 'text' | 'number' | 'name' | 'sign' | 'end'
  text: string
}

export const endToken: Token = { kind: 'end', text: '' }

const tokenPattern =
  /\s*(?:'((?:[^'\\]|\\.)*)'|(\d+(?:\.\d+)?)|(%?[A-Za-z_]\w*|\$this|`[^`]+`)|(<=|>=|!=|[().,|=<>+\-&*/{}[\]]))/y

/** Throws when the text has a sign that FHIRPath does not know. */
export function readTokens(expression: string): Token[] {
  const tokens: Token[] = []
  const text = expression.trim()
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text)
    if (!match) throw new Error(`FHIRPath that is not known: ${expression}`)
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
