import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Application, Applications } from '#server/applications/applications.ts'

/** Shows our applications to the engine as its clients; read at each request, so that a change counts at once. */
export function clientAdapter(applications: Applications): Adapter {
  const readOnly = async () => {
    throw new Error('applications are registered in the console, not by the engine')
  }
  return {
    async find(id) {
      const application = await applications.find(id)
      return application && toClientMetadata(application)
    },
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  }
}

function toClientMetadata(application: Application): AdapterPayload {
  const isPublic = application.kind === 'public'
  return {
    client_id: application.id,
    client_name: application.name,
    // The engine wants a value; the comparison with the stored hashes is ours (oidc-internals.ts).
    ...(isPublic ? {} : { client_secret: 'compared by hash' }),
    token_endpoint_auth_method: isPublic ? 'none' : 'client_secret_basic',
    redirect_uris: application.redirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: 'web',
  }
}
