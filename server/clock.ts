/** Where every part of the server takes the time from, so that tests need no waiting. */
export interface Clock {
  /** The time of day, which may jump when somebody sets it. */
  now(): Date
  /** Milliseconds that only go forward, whatever the time of day does; of this process alone. */
  ticks(): number
}

export const systemClock: Clock = { now: () => new Date(), ticks: () => performance.now() }
