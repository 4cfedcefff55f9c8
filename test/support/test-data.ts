import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The path of a file or folder of test data that is too large for the repository; undefined when it is not here.
 * It lies in the folder that ONPATIENT_TEST_DATA names, else in `shared/data` beside the repository.
 */
export function testData(name: string): string | undefined {
  const path = join(testDataFolder(), name)
  return existsSync(path) ? path : undefined
}

export function testDataFolder(): string {
  return process.env.ONPATIENT_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data')
}
