/**
 * Where to go after a sign-in, when it is a path of this server; undefined otherwise. Without this check a link to
 * the sign-in page could end on a stranger's copy of it (open redirect). Browsers read `\` as `/` and skip tabs and
 * line ends, so `/\evil.example` and `/<tab>/evil.example` lead away too. It comes back in ASCII alone,
 * as a browser would send it, since it becomes a header (RFC 9110 §10.2.2).
 */
export function parseLocalPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || !isLocal(value) || hasControlCharacter(value)) return undefined
  if (!URL.canParse(value, here)) return undefined
  const { origin, pathname, search, hash } = new URL(value, here)
  // `/.//evil.example` is a path that begins with `//` once it was read.
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
