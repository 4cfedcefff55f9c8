import { OnpatientError } from '../errors.ts'
import { findProductionFaults } from '../production.ts'
import type { Settings } from '../settings.ts'

/** Throws in production what has to be added to the environment before a server may be opened to people outside. */
export function refuseUnsafeProduction(settings: Settings): void {
  const faults = findProductionFaults(settings)
  if (faults.length === 0) return
  throw new OnpatientError(
    'not-allowed',
    `With NODE_ENV=production onpatient does not start like this:
${faults.map(({ why }) => `  - ${why}`).join('\n')}
Add to the environment, with your own values:
${faults.map(({ line }) => `  ${line}`).join('\n')}
Nothing was started and nothing was changed.`,
  )
}

/** What is to be said of applications whose people come back over plain http; nothing when there is none. */
export function describePlainRedirects(
  applications: ReadonlyArray<{ id: string; name: string }>,
  { insecureRedirects }: Settings,
): string[] {
  if (applications.length === 0) return []
  const named = applications.slice(0, 5).map(({ id, name }) => `${name} (${id})`)
  const who = [...named, ...(applications.length > 5 ? ['…'] : [])].join(', ')
  const many = applications.length === 1 ? '1 application has' : `${applications.length} applications have`
  return [
    insecureRedirects === 'allow'
      ? `${many} a redirect URI on plain http, whose codes anyone on the way can read: ${who}`
      : `${many} a redirect URI on plain http, to which nobody is sent: ${who}. Register https:// addresses, or set INSECURE_REDIRECTS=allow`,
  ]
}
