/**
 * The text of an error as OAuth allows it: printable ASCII without the double quote and the backslash (RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3).
 * Every `error_description` comes through here, in redirects, bodies and challenges.
 */
export function toErrorDescription(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/["\u2018\u2019\u201c\u201d]/g, "'")
    .replace(/[\u2010-\u2015]/g, '-')
    .replaceAll('\\', '/')
    .replace(/\p{M}/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[^\x20-\x7e]/gu, '?')
}
