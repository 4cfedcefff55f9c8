/** Where every part of the server takes the time from, so that tests need no waiting. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
