import type { PlainNames } from './name-table.ts'
import { bloodTests } from './tests/blood.ts'
import { chemistryTests } from './tests/chemistry.ts'
import { hormoneTests } from './tests/hormones.ts'
import { infectionTests } from './tests/infections.ts'
import { otherTests } from './tests/others.ts'
import { urineTests } from './tests/urine.ts'
import { vitalSigns } from './tests/vital-signs.ts'

/** Laboratory tests, panels and vital signs by LOINC code. The words are our own. */
export const testNames: PlainNames = {
  system: 'http://loinc.org',
  names: [
    ...bloodTests,
    ...chemistryTests,
    ...hormoneTests,
    ...infectionTests,
    ...urineTests,
    ...otherTests,
    ...vitalSigns,
  ],
}
