/** Characters of a text that a page shows. */
const longestText = 500_000

/** The text of a file in the encoding that its content type or its mark names; else UTF-8, else Windows-1252, which takes any byte. */
export function decodeText(bytes: Buffer, contentType: string | undefined): string {
  const [, charset = ''] = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '') ?? []
  const marked = markOf(bytes)
  for (const label of [marked, charset, 'utf-8'])
    if (label) {
      const text = tryDecode(bytes, label)
      if (text !== undefined) return text
    }
  return new TextDecoder('windows-1252').decode(bytes)
}

/** What a page shows of it, and whether there is more. */
export function shortenText(text: string): { text: string; isCut: boolean } {
  return text.length > longestText
    ? { text: text.slice(0, longestText), isCut: true }
    : { text, isCut: false }
}

function markOf(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 3)
  if (start.startsWith('\xff\xfe')) return 'utf-16le'
  if (start.startsWith('\xfe\xff')) return 'utf-16be'
  return start === '\xef\xbb\xbf' ? 'utf-8' : undefined
}

/** Undefined when the bytes are not of this encoding, or nobody knows it. */
function tryDecode(bytes: Buffer, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
