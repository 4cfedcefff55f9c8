import { OnpatientError } from '../errors.ts'

const longestValue = 8000

/**
 * Reads the query of an address strictly. A parameter with a broken encoding is refused, because a filter that was read wrong would answer with
 * other records.
 */
export function parseQuery(url: string): URLSearchParams {
  const start = url.indexOf('?')
  const query = new URLSearchParams()
  if (start === -1) return query
  for (const part of url.slice(start + 1).split('&')) {
    if (part === '') continue
    const [rawName = '', ...rest] = part.split('=')
    const name = decode(rawName, rawName)
    query.append(name, decode(rest.join('='), name))
  }
  return query
}

function decode(text: string, name: string): string {
  if (text.length > longestValue)
    throw new OnpatientError(
      'invalid-parameter',
      `The parameter ${shorten(name)} is longer than ${longestValue} characters.`,
      { field: shorten(name) },
    )
  // Most values have nothing to decode.
  if (/^[\w.:|-]*$/.test(text)) return text
  const decoded = decodeStrictly(text.replaceAll('+', ' '))
  if (decoded === undefined || decoded.includes('\0'))
    throw new OnpatientError(
      'invalid-parameter',
      `The parameter ${shorten(name)} is not percent-encoded UTF-8.`,
      { field: shorten(name) },
    )
  return decoded
}

function decodeStrictly(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function shorten(name: string): string {
  return name.slice(0, 60)
}

/** The value of a parameter; undefined when it is absent. Throws when the parameter comes twice. */
export function findSingle(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  if (values.length > 1)
    throw new OnpatientError('invalid-parameter', `The parameter ${name} may be given only once.`, {
      field: name,
    })
  return values[0]
}
