import { type Logger, pino } from 'pino'

export type { Logger }

/** The log: one JSON line per event on standard output. Secrets and records never reach it. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}

/** Query parameters that carry a secret or say who a patient is; the log shows that they were there, not what. */
const hiddenParameters =
  /([?&](?:code|token|access_token|refresh_token|client_secret|client_assertion|password|state|id_token_hint|login_hint|patient|_id|cursor|launch)=)[^&]*/gi

/** An address as the log may show it. */
export function redactUrl(url: string): string {
  return url.replace(hiddenParameters, '$1•••').replace(/(\/(?:Patient|RelatedPerson)\/)[^/?]+/g, '$1•••')
}
