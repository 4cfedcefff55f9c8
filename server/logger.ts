import { type Logger, pino } from 'pino'

export type { Logger }

/** The log: one JSON line per event on standard output. Secrets and records never reach it. */
export function createLogger(level: string): Logger {
  const output = pino.destination(1)
  // When the terminal is closed, the server finishes its open requests without a log.
  output.on('error', () => undefined)
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, output)
}

/**
 * Query parameters whose values the log shows. For all others it shows the name alone, because a search names patients in many ways (`name`,
 * `birthdate`, `identifier`, chains), and no list of secret parameters would be complete.
 */
const shownParameters: ReadonlySet<string> = new Set([
  ...[
    'client_id',
    'redirect_uri',
    'response_type',
    'response_mode',
    'scope',
    'aud',
    'iss',
    'prompt',
    'max_age',
  ],
  ...['code_challenge_method', 'association', 'page-size', 'page_size', 'fhirVersion'],
  ...['_count', '_elements', '_format', '_include', '_pretty', '_revinclude', '_sort', '_summary', '_total'],
])

/** An address as the log may show it. */
export function redactUrl(url: string): string {
  const [path = '', ...query] = url.split('?')
  const shown = path.replace(/(\/(?:Patient|RelatedPerson|patients)\/)[^/]+/g, '$1•••')
  return query.length === 0 ? shown : `${shown}?${query.join('?').split('&').map(redactPair).join('&')}`
}

function redactPair(pair: string): string {
  const [name = '', ...value] = pair.split('=')
  return value.length === 0 || shownParameters.has(name) ? pair : `${name}=•••`
}
