import type { Settings } from './settings.ts'

/** Why a server must not be opened to people outside as it is, and the line that mends it. */
export interface ProductionFault {
  /** The check of `doctor` that it belongs to. */
  check: string
  why: string
  /** For the environment, as it is to be added. */
  line: string
}

/** What is missing in the settings of a server in production; none of any other. */
export function findProductionFaults(settings: Settings): ProductionFault[] {
  if (!settings.production) return []
  return [...plainHttp(settings), ...noMail(settings)]
}

function plainHttp({ portalUrl, fhirUrl, trustsPlainHttp }: Settings): ProductionFault[] {
  if (trustsPlainHttp) return []
  const addresses = [
    ['PORTAL_URL', portalUrl ?? 'http://localhost', 'https://records.clinic.example'],
    ['FHIR_URL', fhirUrl, 'https://api.clinic.example'],
  ] as const
  return addresses.flatMap(([name, address, example]) => {
    if (address === undefined || address.startsWith('https:')) return []
    const isSet = name === 'FHIR_URL' || portalUrl !== undefined
    return [
      {
        check: 'transport',
        why: `${name} is ${isSet ? '' : 'not set and so '}plain http: passwords and records would go over the network as they are. Put a proxy that speaks TLS in front; TRUST_PLAIN_HTTP=yes says that nobody else reads this network.`,
        line: `${name}=${example}`,
      },
    ]
  })
}

function noMail({ mail }: Settings): ProductionFault[] {
  if (mail.kind === 'smtp') return []
  return [
    {
      check: 'mail',
      why: 'Mail goes nowhere: nobody could sign up, accept an invitation or choose a new password.',
      line: 'SMTP_URL=smtps://USER:PASSWORD@mail.clinic.example',
    },
  ]
}
