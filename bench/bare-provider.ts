/**
 * The floor of the token exchange: oidc-provider as it comes, on its own adapter in memory. `POST /codes?count=N` makes
 * codes by its own models, which its pages would make after consent. `node bench/bare-provider.ts CLIENT_ID SECRET REDIRECT_URI`
 */
import { createServer } from 'node:http'
import Provider from 'oidc-provider'
import { makeCodes } from './make-codes.ts'

const [clientId = '', secret = '', redirectUri = ''] = process.argv.slice(2)
const provider = new Provider('http://127.0.0.1', {
  clients: [
    {
      client_id: clientId,
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  // Like ours: every exchange answers both tokens.
  issueRefreshToken: async () => true,
  pkce: { required: () => false },
  features: { devInteractions: { enabled: false } },
})
const handle = provider.callback()
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
  if (pathname !== '/codes') return handle(request, response)
  const scopes = ['offline_access']
  const codes = await makeCodes(provider, Number(searchParams.get('count')), {
    clientId,
    redirectUri,
    scopes,
    makeGrant: async (accountId) => {
      const grant = new provider.Grant({ accountId, clientId })
      grant.addOIDCScope(scopes.join(' '))
      return grant.save()
    },
  })
  response.end(JSON.stringify(codes))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
