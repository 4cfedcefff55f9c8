#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// What Node makes of the sources is kept, which halves the time to the first answer. Beside the sources and not in the common
// temporary folder: whoever may write there could give us his code. Where that cannot be written to, nothing is kept.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/onpatient/compiled', import.meta.url)))
await import('./program.ts')
