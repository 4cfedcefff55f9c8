/** Imports what `import` imports, and tells how many records are written. `node import-process.ts DATABASE_URL PRACTICE PATH` */
import { importRecords } from '#server/import/import.ts'
import { openModules } from '../../bench/open-modules.ts'

const [url = '', practiceId = '', path = ''] = process.argv.slice(2)
const { records, close } = await openModules(url)
const outcome = await importRecords(
  { records },
  {
    practiceId,
    paths: [path],
    onProgress: (progress) => process.stdout.write(`${progress.records}\n`),
  },
)
await close()
process.stdout.write(`${JSON.stringify(outcome)}\n`)
