import { OnpatientError } from '../errors.ts'
import { findProductionFaults } from '../production.ts'
import type { Settings } from '../settings.ts'

/** Throws in production when the environment is not safe for people outside. The message has the lines to add. */
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

/** The warning about applications with redirect URIs on plain http; undefined when there are none. */
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
      ? `${many} a redirect URI on plain http, so anyone on the way can read their codes: ${who}`
      : `${many} a redirect URI on plain http, and nobody is sent there: ${who}. Register https:// addresses, or set INSECURE_REDIRECTS=allow`,
  ]
}
