import fresh from 'fresh'

/**
 * Whether the header If-None-Match says that the client has what `etag` names, by weak comparison (RFC 9110 §13.1.2). It looks at no
 * other header: `Cache-Control` of a request asks for a look at this server, which a 304 is.
 */
export function hasEntityTag(ifNoneMatch: string | undefined, etag: string): boolean {
  return fresh({ 'if-none-match': ifNoneMatch }, { etag })
}
