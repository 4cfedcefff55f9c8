#!/usr/bin/env node
// JavaScript, alone of all files: Node strips the types of what is loaded before its compile cache is on, and what it strips
// them with takes 20 MB and a tenth of the start.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// What Node makes of the sources is kept, which halves the time to the first answer. Beside the sources and not in the common
// temporary folder: whoever may write there could give us his code. Where that cannot be written to, nothing is kept.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/onpatient/compiled', import.meta.url)))
await import('./program.ts')
