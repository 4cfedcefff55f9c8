import { setFlagsFromString } from 'node:v8'

/**
 * Makes the collector tidy up sooner. A batch of large answers and an import make much garbage and keep little, and by default the heap grows to
 * several times of what is kept. The room for young objects stays as it is after the start, twice 32 MB. V8 reads both flags at
 * each collection, so that they count from now on; whatever needs more memory still gets it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=20')
}
