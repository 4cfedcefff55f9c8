/** What the tests use of passport-oauth2, which has no types of its own. */
declare module 'passport-oauth2' {
  type Verified = (error: Error | null, user?: object) => void
  interface OAuth2 {
    getOAuthAccessToken(
      token: string,
      params: { grant_type: 'refresh_token' },
      done: (error: unknown, accessToken: string, refreshToken: string) => void,
    ): void
  }
  export class Strategy {
    constructor(
      options: {
        authorizationURL: string
        tokenURL: string
        clientID: string
        clientSecret: string
        callbackURL: string
        scope: string
        state: boolean
        pkce: boolean
        skipUserProfile: boolean
      },
      verify: (
        accessToken: string,
        refreshToken: string | undefined,
        params: Record<string, unknown>,
        profile: object,
        verified: Verified,
      ) => void,
    )
    /** The library's own way to refresh, as its documentation and passport-oauth2-refresh use it. */
    _oauth2: OAuth2
    authenticate(request: object, options?: object): void
    redirect(address: string): void
    success(user: object): void
    fail(challenge: unknown, status?: number): void
    error(error: unknown): void
  }
}
