import { setFlagsFromString } from 'node:v8'

/**
 * Makes the garbage collector run earlier. A batch of large answers and an import make much garbage and keep little, and by default the heap grows to
 * several times the size of the living objects. The space for young objects stays at its size after the start, twice 32 MB. V8 reads both flags at
 * each collection, so they take effect from now on. A part that needs more memory still gets it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=20')
}
