/**
 * Exports what `export` exports, and tells how it ended; kills itself some milliseconds after so many records.
 * `node export-process.ts DATABASE_URL PRACTICE FOLDER GZIP [RECORDS MS]`
 */
import { systemClock } from '#server/clock.ts'
import { exportRecords } from '#server/export/export.ts'
import { openModules } from '../../bench/open-modules.ts'

const [url = '', practiceId = '', folder = '', gzip, records, afterMs] = process.argv.slice(2)
const modules = await openModules(url)
let isAimedAt = records === undefined
const outcome = await exportRecords(
  { records: modules.records, clock: systemClock },
  {
    practiceId,
    folder,
    gzip: gzip === 'true',
    onProgress(count) {
      if (isAimedAt || count < Number(records)) return
      isAimedAt = true
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(afterMs))
    },
  },
)
await modules.close()
process.stdout.write(JSON.stringify(outcome))
