/**
 * Where to go after a sign-in, when it is a path of this server; undefined otherwise. Without this check a link to
 * the sign-in page could end on a stranger's copy of it (open redirect). Browsers read `\` as `/` and skip tabs and
 * line ends, so `/\evil.example` and `/<tab>/evil.example` lead away too.
 */
export function parseLocalPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\/(?![/\\])/.test(value)) return undefined
  if (hasControlCharacter(value) || !URL.canParse(value, 'http://local.invalid')) return undefined
  return new URL(value, 'http://local.invalid').origin === 'http://local.invalid' ? value : undefined
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f')
}
