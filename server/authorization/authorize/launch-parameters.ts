/** What SMART App Launch adds to an authorization request: https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html */
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Applications } from '#server/applications/applications.ts'
import type { Launches, LaunchFault } from '#server/launches/launches.ts'

export interface LaunchParametersDeps {
  applications: Pick<Applications, 'find'>
  launches: Pick<Launches, 'find'>
  portalUrl: string
  fhirUrl: string
}

type Check = (
  ctx: KoaContextWithOIDC,
  value: string | undefined,
  client: { clientId: string },
) => Promise<void>

/** The engine calls both checks for every request, also without the parameter. The value of `launch` is its hash. */
export function launchParameters(deps: LaunchParametersDeps): { aud: Check; launch: Check } {
  return {
    async aud(_ctx, value, { clientId }) {
      const bases = audiencesOf(deps)
      if (value !== undefined) {
        if (bases.includes(value.replace(/\/$/, ''))) return
        throw refused(`aud must be one of: ${bases.join(', ')}`)
      }
      // A token for another server must not be made here. Classic applications never say for which server it is.
      const application = await deps.applications.find(clientId)
      if (!application?.requiresAudience) return
      throw refused(
        `aud is missing: say for which server the token is meant, with aud=${deps.fhirUrl}/fhir/r4`,
      )
    },
    async launch(_ctx, value, { clientId }) {
      if (value === undefined) return
      const found = await deps.launches.find(value, clientId)
      if (typeof found === 'string') throw refused(launchFaultWords[found])
    },
  }
}

export const launchFaultWords: Record<LaunchFault, string> = {
  unknown:
    'This launch is not known here, or is meant for another application. Send the parameter launch exactly as it came, with the client_id whose launch URL was opened.',
  expired: 'This launch is older than five minutes. Open the app from the portal again.',
  used: 'This launch was used before: each works once. Open the app from the portal again.',
}

/** Bases of the API that an application may name as the audience of its token. */
function audiencesOf({ portalUrl, fhirUrl }: LaunchParametersDeps): string[] {
  return [`${fhirUrl}/onpatient_api/fhir`, `${fhirUrl}/fhir/r4`, `${portalUrl}/api/fhir`, fhirUrl]
}

function refused(words: string): Error {
  return new errors.InvalidRequest(words)
}
