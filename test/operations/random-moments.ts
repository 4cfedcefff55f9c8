/** Numbers from 0 to 1 that are the same for the same seed, so that a run that failed can be done again. */
export function createMoments(seed: number): () => number {
  let state = seed
  return () => {
    // A linear congruential generator, with the numbers of Numerical Recipes.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
