import type { Coded, Unit } from './coding.ts'

export interface Medicine {
  code: Coded
  /** As on the label. */
  instruction: string
  timesADay: number
  dose: readonly [number, ...Unit]
  /** The days of one pack. */
  days: number
  /** The most doses when it is taken as needed. */
  asNeeded?: boolean
  /** SNOMED CT; by mouth when absent. */
  route?: Coded
  /** Whether it has a Medication record, to which the prescriptions refer. */
  inStock?: boolean
}

const tablet = ['tablet', '{tbl}'] as const
const capsule = ['capsule', '{capsule}'] as const
const inhaled = ['447694001', 'Respiratory tract route', 'Breathe in'] as const
const puff = ['puff', '{puff}'] as const

/** Medicines with their RxNorm codes. */
export const medicines = {
  lisinopril: {
    code: ['314076', 'lisinopril 10 MG Oral Tablet', 'Lisinopril 10 mg tablet'],
    instruction: 'Take one tablet by mouth every morning.',
    ...{ timesADay: 1, dose: [1, ...tablet], days: 90, inStock: true },
  },
  amlodipine: {
    code: ['197361', 'amlodipine 5 MG Oral Tablet', 'Amlodipine 5 mg tablet'],
    instruction: 'Take one tablet by mouth once a day.',
    ...{ timesADay: 1, dose: [1, ...tablet], days: 90 },
  },
  metformin: {
    code: ['861007', 'metformin hydrochloride 500 MG Oral Tablet', 'Metformin 500 mg tablet'],
    instruction: 'Take one tablet by mouth two times a day, with breakfast and dinner.',
    ...{ timesADay: 2, dose: [1, ...tablet], days: 90, inStock: true },
  },
  atorvastatin: {
    code: ['617310', 'atorvastatin 20 MG Oral Tablet', 'Atorvastatin 20 mg tablet'],
    instruction: 'Take one tablet by mouth every evening.',
    ...{ timesADay: 1, dose: [1, ...tablet], days: 90, inStock: true },
  },
  aspirin: {
    code: ['243670', 'aspirin 81 MG Oral Tablet', 'Aspirin 81 mg tablet'],
    instruction: 'Take one tablet by mouth once a day.',
    ...{ timesADay: 1, dose: [1, ...tablet], days: 90 },
  },
  albuterol: {
    code: [
      '745679',
      '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler',
      'Albuterol inhaler, 90 micrograms a puff',
    ],
    instruction: 'Breathe in two puffs when you wheeze or are short of breath, at most every four hours.',
    ...{ timesADay: 1, dose: [2, ...puff], days: 90, route: inhaled, asNeeded: true, inStock: true },
  },
  fluticasone: {
    code: [
      '895994',
      '120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler',
      'Fluticasone inhaler, 44 micrograms a puff',
    ],
    instruction: 'Breathe in two puffs in the morning and in the evening. Rinse your mouth afterwards.',
    ...{ timesADay: 2, dose: [2, ...puff], days: 30, route: inhaled },
  },
  omeprazole: {
    code: ['198051', 'omeprazole 20 MG Delayed Release Oral Capsule', 'Omeprazole 20 mg capsule'],
    instruction: 'Take one capsule by mouth in the morning, before you eat.',
    ...{ timesADay: 1, dose: [1, ...capsule], days: 30 },
  },
  sertraline: {
    code: ['312941', 'sertraline 50 MG Oral Tablet', 'Sertraline 50 mg tablet'],
    instruction: 'Take one tablet by mouth every morning.',
    ...{ timesADay: 1, dose: [1, ...tablet], days: 30 },
  },
  warfarin: {
    code: ['855332', 'warfarin sodium 5 MG Oral Tablet', 'Warfarin 5 mg tablet'],
    instruction: 'Take one tablet by mouth every evening, unless the clinic tells you otherwise.',
    ...{ timesADay: 1, dose: [1, ...tablet], days: 30 },
  },
  amoxicillin: {
    code: ['308182', 'amoxicillin 250 MG Oral Capsule', 'Amoxicillin 250 mg capsule'],
    instruction: 'Take one capsule by mouth three times a day for ten days. Finish all of them.',
    ...{ timesADay: 3, dose: [1, ...capsule], days: 10, inStock: true },
  },
  amoxicillinForChildren: {
    code: ['308189', 'amoxicillin 80 MG/ML Oral Suspension', 'Amoxicillin liquid, 400 mg in 5 mL'],
    instruction: 'Give 5 mL by mouth two times a day for ten days. Shake well. Finish the bottle.',
    ...{ timesADay: 2, dose: [5, 'mL', 'mL'], days: 10, inStock: true },
  },
  acetaminophen: {
    code: ['313782', 'acetaminophen 325 MG Oral Tablet', 'Acetaminophen 325 mg tablet'],
    instruction: 'Take two tablets by mouth when the joint hurts, at most eight a day.',
    ...{ timesADay: 3, dose: [2, ...tablet], days: 30, asNeeded: true },
  },
  azithromycin: {
    code: ['308460', 'azithromycin 250 MG Oral Tablet', 'Azithromycin 250 mg tablet'],
    instruction: 'Take one tablet by mouth once a day for five days. Finish all of them.',
    ...{ timesADay: 1, dose: [1, ...tablet], days: 5 },
  },
} as const satisfies Record<string, Medicine>

export type MedicineName = keyof typeof medicines
