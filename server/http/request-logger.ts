import type { FastifyBaseLogger, FastifyServerOptions } from 'fastify'

type Factory = NonNullable<FastifyServerOptions['childLoggerFactory']>
type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'
type Entry = Parameters<FastifyBaseLogger['info']>

/**
 * The logger of a request, made when the request first writes a line: making it costs as much as reading a record, and where
 * only warnings are written most requests never write any.
 */
class RequestLogger implements FastifyBaseLogger {
  readonly level: string
  readonly #writes: (level: Level) => boolean
  readonly #make: () => FastifyBaseLogger
  #made: FastifyBaseLogger | undefined

  constructor(level: string, writes: (level: Level) => boolean, make: () => FastifyBaseLogger) {
    this.level = level
    this.#writes = writes
    this.#make = make
  }

  trace(...entry: Entry) {
    this.#log('trace', entry)
  }

  debug(...entry: Entry) {
    this.#log('debug', entry)
  }

  info(...entry: Entry) {
    this.#log('info', entry)
  }

  warn(...entry: Entry) {
    this.#log('warn', entry)
  }

  error(...entry: Entry) {
    this.#log('error', entry)
  }

  fatal(...entry: Entry) {
    this.#log('fatal', entry)
  }

  silent() {}

  child(...args: Parameters<FastifyBaseLogger['child']>) {
    return this.#logger().child(...args)
  }

  #log(level: Level, entry: Entry) {
    if (this.#writes(level)) this.#logger()[level](...entry)
  }

  #logger() {
    this.#made ??= this.#make()
    return this.#made
  }
}

/** Of a server whose logger writes the levels that `writes` says. */
export function lazyLoggers(writes: (level: Level) => boolean): Factory {
  return (logger, bindings, options) =>
    // A route with a level of its own gets an ordinary logger.
    options.level === undefined
      ? new RequestLogger(logger.level, writes, () => logger.child(bindings, options))
      : logger.child(bindings, options)
}
