const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A warning for an address that works but is unwise, shown while it is typed. The server judges the rest. */
export function adviceAbout(text: string): string | undefined {
  if (!/^http:\/\//i.test(text.trim()) || !URL.canParse(text)) return undefined
  if (loopbackHosts.has(new URL(text).hostname)) return undefined
  return 'Plain http: anyone on the way can read the authorization code. Use https:// for real people.'
}
