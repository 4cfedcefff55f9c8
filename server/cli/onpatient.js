#!/usr/bin/env node
// JavaScript, alone of all files: Node strips the types of what is loaded before its compile cache is on, and what it strips
// them with takes 20 MB and a tenth of the start.
import { fileURLToPath } from 'node:url'

// Said before anything is loaded that an older Node cannot read.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `onpatient runs on Node 24 or newer, and this is ${process.version}. On Linux and on Windows with an x64 processor "npm ci" brings it along: start with "npm start" or "npx onpatient". Elsewhere install Node 24.\n`,
  )
  process.exit(1)
}

// What Node makes of the sources is kept, which halves the time to the first answer. Beside the sources and not in the common
// temporary folder: whoever may write there could give us his code. Where that cannot be written to, nothing is kept.
const { enableCompileCache } = await import('node:module')
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/onpatient/compiled', import.meta.url)))
await import('./program.ts')
