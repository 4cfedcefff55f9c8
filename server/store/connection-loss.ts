/** Class 08 is "connection exception", 57P01 to 57P03 are "shutting down" and "starting up" (PostgreSQL, appendix A). */
const lostStates = /^(08...|57P0[1-3])$/

/** Errors of the driver and of the socket, which are not PostgreSQL's own. */
const socketErrors = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/
const driverMessages = /connection terminated|not queryable|client was closed|timeout exceeded when trying/i

export function isConnectionLost(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  return (
    lostStates.test(code) || socketErrors.test(code) || (code === '' && driverMessages.test(error.message))
  )
}

/** Whether somebody ended the connection on the side of the database (57P01, "admin shutdown"). */
export function wasEnded(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '57P01'
}

/**
 * Whether a connection no longer has a statement that it had prepared: somebody threw it away (26000), or a table has changed
 * under it (0A000, "cached plan must not change result type"). The statement did nothing then, and a new connection helps.
 */
export function isStatementLost(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  return code === '26000' || (code === '0A000' && error.message.startsWith('cached plan'))
}

/** Whether a statement took longer than it may, or was cancelled (57014, "query canceled"). */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '57014'
}

/** Gives errors of the connection PostgreSQL's code for them, so that they are not taken for errors of another server. */
export function asUnavailable(error: unknown): unknown {
  if (!isConnectionLost(error)) return error
  const code = codeOf(error)
  if (lostStates.test(code)) return error
  const message = error.message || code || 'no connection'
  return Object.assign(new Error(`PostgreSQL cannot be reached: ${message}`, { cause: error }), {
    code: '08006',
  })
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
