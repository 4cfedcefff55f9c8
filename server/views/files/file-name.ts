/** Bytes of a name in UTF-8. File systems take 255, and a browser adds " (1)". */
const mostBytes = 180

/** Windows takes none of these as a name: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i

/**
 * A name for a download, from the title of a document and the extension that belongs to its content. It has no part of a path, no
 * control characters, nothing that turns the direction of writing, and it is not hidden.
 */
export function fileNameOf(title: string, extension: string | undefined): string {
  const words = title
    .normalize('NFC')
    // Control and format characters (bidirectional overrides, too), halves of characters, line ends.
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/[/\\:*?"<>|%]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?:\.\.+|-)+/g, '-')
  const ending = extension === undefined ? '' : `.${extension}`
  const bare = words.toLowerCase().endsWith(ending) ? words.slice(0, words.length - ending.length) : words
  const trimmed = cut(bare.replace(/^[\s.-]+/, ''), mostBytes - ending.length).replace(/[\s.-]+$/, '')
  const safe = trimmed === '' || reserved.test(trimmed) ? `document${trimmed && `-${trimmed}`}` : trimmed
  return `${safe}${ending}`
}

/** Whole characters, as a reader counts them. */
function cut(text: string, bytes: number): string {
  let size = 0
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += Buffer.byteLength(segment)
    if (size > bytes) break
    kept += segment
  }
  return kept
}
