import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Megabytes that are in use when everything that can go has gone: objects, and buffers outside the heap. */
export async function measureMemory(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect()
    // Finalizers run between two turns.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1024 / 1024
}

/**
 * Megabytes that are still in use beyond `before` (megabytes, too), as soon as they are fewer than `most`, or after ten
 * seconds: buffers are given back by another thread, which a busy machine lets wait. What leaks stays.
 */
export async function measureGrowth(before: number, most: number): Promise<number> {
  const end = performance.now() + 10_000
  for (;;) {
    const growth = (await measureMemory()) - before
    if (growth < most || performance.now() > end) return growth
  }
}
