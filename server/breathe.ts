/** For so long this process may work on one thing before others have their turn, in ms. */
const longestMs = 5

let since = performance.now()

/**
 * Lets others have their turn when this process has worked for a while: called in loops of work that may be long, such as a transaction
 * of thousands of records on SQLite, whose statements never wait. Undefined when it is not time yet.
 */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - since < longestMs) return undefined
  return new Promise((done) => {
    setImmediate(() => {
      since = performance.now()
      done()
    })
  })
}
