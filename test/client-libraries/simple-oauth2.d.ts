/** What the tests use of simple-oauth2, which has no types of its own. */
declare module 'simple-oauth2' {
  interface AccessToken {
    token: Record<string, unknown>
    expired(): boolean
    refresh(): Promise<AccessToken>
    revoke(kind: 'access_token' | 'refresh_token'): Promise<void>
  }
  export class AuthorizationCode {
    constructor(config: {
      client: { id: string; secret: string }
      auth: { tokenHost: string; tokenPath: string; authorizePath: string; revokePath?: string }
      options?: { authorizationMethod?: 'header' | 'body' }
    })
    authorizeURL(params: { redirect_uri: string; scope?: string; state: string }): string
    getToken(params: { code: string; redirect_uri: string }): Promise<AccessToken>
    createToken(token: object): AccessToken
  }
}
