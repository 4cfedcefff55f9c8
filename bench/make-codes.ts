import type Provider from 'oidc-provider'

interface CodeOptions {
  clientId: string
  redirectUri: string
  scopes: readonly string[]
  accountId?: string
  /** For which server the tokens are. */
  resource?: string
  /** What consent makes; returns its id. */
  makeGrant(accountId: string): Promise<string>
}

/** Authorization codes as the engine makes them after consent, each with a grant of its own. */
export async function makeCodes(
  provider: Provider,
  count: number,
  { clientId, redirectUri, scopes, accountId = 'somebody', resource, makeGrant }: CodeOptions,
): Promise<string[]> {
  const client = await provider.Client.find(clientId)
  if (!client) throw new Error(`the engine does not know ${clientId}`)
  const codes: string[] = []
  for (let made = 0; made < count; made++) {
    const code = new provider.AuthorizationCode({
      accountId,
      client,
      grantId: await makeGrant(accountId),
      redirectUri,
      scope: scopes.join(' '),
      authTime: Math.floor(Date.now() / 1000),
      ...(resource === undefined ? {} : { resource }),
    } as ConstructorParameters<typeof provider.AuthorizationCode>[0])
    codes.push(await code.save())
  }
  return codes
}
