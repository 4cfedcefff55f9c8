/**
 * The path to which a sign-in leads, when it is a path of this server; undefined otherwise. Without this check a link to the sign-in page could
 * end on a stranger's copy of it (open redirect). Browsers read `\` as `/` and skip tabs and line ends, so `/\evil.example` and
 * `/<tab>/evil.example` lead away, too. The path comes back in ASCII, as a browser would send it, because it becomes a header (RFC 9110
 * §10.2.2).
 */
export function parseLocalPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || !isLocal(value) || hasControlCharacter(value)) return undefined
  if (!URL.canParse(value, here)) return undefined
  const { origin, pathname, search, hash } = new URL(value, here)
  // `/.//evil.example` becomes a path that begins with `//` when it is read.
  if (origin !== here || !isLocal(pathname)) return undefined
  return /^[\x21-\x7e]*$/.test(value) ? value : pathname + search + hash
}

const here = 'http://local.invalid'

function isLocal(path: string): boolean {
  return /^\/(?![/\\])/.test(path)
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f')
}
