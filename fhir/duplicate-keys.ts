/** With this many names a Set is faster than a search through the list. */
const fewNames = 8

/** An open bracket: an object with the names that it has so far, or an array. */
type Open = { names: string[] | Set<string>; name: string } | { index: number }

/**
 * The place of the first name that an object has twice, as a path such as `name[0].family`; undefined when there is none.
 * JSON.parse would silently keep the last of two values (RFC 8259 §4). The text must be JSON.
 */
export function findDuplicateKey(text: string): string | undefined {
  const open: Open[] = []
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfText(text, at)
        const top = open.at(-1)
        if (top && 'names' in top && isName(text, end)) {
          const name = nameIn(text.slice(at, end + 1))
          if (has(top.names, name)) return pathOf(open.slice(0, -1), name)
          top.name = name
          top.names = withName(top.names, name)
        }
        at = end
        break
      }
      case openBrace:
        open.push({ names: [], name: '' })
        break
      case openBracket:
        open.push({ index: 0 })
        break
      case closeBrace:
      case closeBracket:
        open.pop()
        break
      case comma: {
        const top = open.at(-1)
        if (top && 'index' in top) top.index++
      }
    }
  }
  return undefined
}

const [quote, backslash, openBrace, openBracket, closeBrace, closeBracket, comma, colon] =
  Buffer.from('"\\{[}],:')

function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === backslash) before--
    // An even number of backslashes escapes nothing.
    if ((end - before) % 2 === 1) return end
  }
  return text.length
}

/** A name has a colon behind it. */
function isName(text: string, end: number): boolean {
  let at = end + 1
  while (text.charCodeAt(at) <= 0x20) at++
  return text.charCodeAt(at) === colon
}

function nameIn(quoted: string): string {
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
}

function has(names: string[] | Set<string>, name: string): boolean {
  return Array.isArray(names) ? names.includes(name) : names.has(name)
}

function withName(names: string[] | Set<string>, name: string): string[] | Set<string> {
  if (!Array.isArray(names)) return names.add(name)
  names.push(name)
  return names.length < fewNames ? names : new Set(names)
}

function pathOf(around: readonly Open[], name: string): string {
  const steps = around.map((each) => ('index' in each ? `[${each.index}]` : `.${each.name}`))
  return `${steps.join('')}.${name}`.slice(1)
}
