/** EHR launch of SMART App Launch 2.2: https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch */
import type { Application } from '#server/applications/applications.ts'
import { OnpatientError } from '../errors.ts'
import { createLaunchIds } from './launch-ids.ts'
import { listLaunchable } from './launchable.ts'
import type { Launches, LaunchesDeps } from './launches-interface.ts'

export { launchSeconds } from './launch-ids.ts'
export type { Launch, LaunchContext, Launches, LaunchesDeps, LaunchFault } from './launches-interface.ts'

export function createLaunches(deps: LaunchesDeps): Launches {
  const ids = createLaunchIds(deps)
  const listApplications: Launches['listApplications'] = (association) => listLaunchable(deps, association)
  return {
    ...ids,
    listApplications,
    async start(association, applicationId, context) {
      const application = (await listApplications(association)).find(({ id }) => id === applicationId)
      if (!application)
        throw new OnpatientError('not-found', 'There is no such app for you to open here.', {
          field: 'applicationId',
        })
      const launchId = await ids.issue({ ...context, accountId: association.accountId, applicationId })
      return addressOf(application.launchUri, deps.fhirBase, launchId)
    },
  }
}

/** The developer's own query stays letter by letter as it is. */
function addressOf(launchUri: NonNullable<Application['launchUri']>, iss: string, launch: string): string {
  const separator = launchUri.includes('?') ? '&' : '?'
  return `${launchUri}${separator}${new URLSearchParams({ iss, launch })}`
}
