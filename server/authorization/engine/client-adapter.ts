import type { Adapter } from 'oidc-provider'
import type { Applications } from '#server/applications/applications.ts'
import { toClientMetadata } from './client-metadata.ts'

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
