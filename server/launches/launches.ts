/** EHR launch of SMART App Launch 2.2: https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch */
import { OnpatientError } from '../errors.ts'
import { findLaunch, redeemLaunch, sweepLaunches } from './find-launch.ts'
import { findLaunchable, listLaunchable } from './launchable.ts'
import type { Launches, LaunchesDeps } from './launches-interface.ts'
import { issueLaunch } from './start-launch.ts'

export type { Launch, LaunchContext, Launches, LaunchesDeps, LaunchFault } from './launches-interface.ts'
export { launchSeconds } from './start-launch.ts'

export function createLaunches(deps: LaunchesDeps): Launches {
  return {
    listApplications: (association, after) => listLaunchable(deps, association, after),
    async start(association, applicationId, context) {
      const application = await findLaunchable(deps, association, applicationId)
      if (!application)
        throw new OnpatientError('not-found', 'There is no such app for you to open here.', {
          field: 'applicationId',
        })
      const launchId = await issueLaunch(deps, {
        ...context,
        accountId: association.accountId,
        applicationId,
      })
      return addressOf(application.launchUri, deps.fhirBase, launchId)
    },
    find: (launchHash, applicationId, request) => findLaunch(deps, { launchHash, applicationId, request }),
    redeem: (launchHash, by) => redeemLaunch(deps, { launchHash, ...by }),
    sweep: () => sweepLaunches(deps),
  }
}

/** The developer's own query stays letter by letter as it is. */
function addressOf(launchUri: string, iss: string, launch: string): string {
  const separator = launchUri.includes('?') ? '&' : '?'
  return `${launchUri}${separator}${new URLSearchParams({ iss, launch })}`
}
