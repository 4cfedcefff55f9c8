export const redirectGoneWords =
  'This app no longer uses the address that it wanted you sent back to. Open the app anew and connect again.'

/**
 * The address to which a browser goes back: the redirect URI letter by letter as it was registered, with the answer appended (RFC 6749
 * §3.1.2 and §4.1.2). An address that is parsed and written anew could differ from the one that its application compares.
 */
export function appendToRedirect(
  redirectUri: string,
  answer: Record<string, string>,
  separator: '?' | '#',
): string {
  const text = Object.entries(answer)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
  const joint =
    separator === '#' || !redirectUri.includes('?') ? separator : /[?&]$/.test(redirectUri) ? '' : '&'
  // A header is ASCII. A browser, too, encodes other characters of an address.
  return `${redirectUri.replace(/[^\x21-\x7e]+/gu, encodeURIComponent)}${joint}${text}`
}
