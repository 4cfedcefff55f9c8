import type { Coded, Unit } from './coding.ts'

export interface LabTest {
  code: Coded
  unit: Unit
  /** The normal range. */
  normal: readonly [low: number, high: number]
  decimals: number
  /** The range for people with the illness of the key. */
  illness?: Partial<Record<'diabetes' | 'hyperlipidemia' | 'kidney', readonly [number, number]>>
}

export interface LabPanel {
  code: Coded
  specimen: Coded
  tests: readonly LabTest[]
}

const serum = ['119364003', 'Serum specimen', 'Blood (serum)'] as const
const blood = ['119297000', 'Blood specimen', 'Blood'] as const
const urine = ['122575003', 'Urine specimen', 'Urine'] as const

const mgPerDl = ['mg/dL', 'mg/dL'] as const
const mmolPerL = ['mmol/L', 'mmol/L'] as const

const glucose: LabTest = {
  code: ['2345-7', 'Glucose [Mass/volume] in Serum or Plasma', 'Glucose (blood sugar)'],
  ...{ unit: mgPerDl, normal: [70, 99], decimals: 0, illness: { diabetes: [104, 188] } },
}
const hemoglobin: LabTest = {
  code: ['718-7', 'Hemoglobin [Mass/volume] in Blood', 'Hemoglobin'],
  ...{ unit: ['g/dL', 'g/dL'], normal: [12, 16], decimals: 1 },
}

/** Tests that are ordered together, with their LOINC codes. */
export const panels = {
  metabolic: {
    code: ['24321-2', 'Basic metabolic 2000 panel - Serum or Plasma', 'Basic metabolic panel'],
    specimen: serum,
    tests: [
      glucose,
      {
        code: ['3094-0', 'Urea nitrogen [Mass/volume] in Serum or Plasma', 'Urea nitrogen (BUN)'],
        ...{ unit: mgPerDl, normal: [7, 20], decimals: 0, illness: { kidney: [18, 32] } },
      },
      {
        code: ['2160-0', 'Creatinine [Mass/volume] in Serum or Plasma', 'Creatinine'],
        ...{ unit: mgPerDl, normal: [0.6, 1.3], decimals: 2, illness: { kidney: [1.2, 1.8] } },
      },
      {
        code: ['2951-2', 'Sodium [Moles/volume] in Serum or Plasma', 'Sodium'],
        ...{ unit: mmolPerL, normal: [135, 145], decimals: 0 },
      },
      {
        code: ['2823-3', 'Potassium [Moles/volume] in Serum or Plasma', 'Potassium'],
        ...{ unit: mmolPerL, normal: [3.5, 5.1], decimals: 1 },
      },
      {
        code: ['2075-0', 'Chloride [Moles/volume] in Serum or Plasma', 'Chloride'],
        ...{ unit: mmolPerL, normal: [98, 107], decimals: 0 },
      },
      {
        code: ['2028-9', 'Carbon dioxide, total [Moles/volume] in Serum or Plasma', 'Carbon dioxide'],
        ...{ unit: mmolPerL, normal: [22, 29], decimals: 0 },
      },
      {
        code: ['17861-6', 'Calcium [Mass/volume] in Serum or Plasma', 'Calcium'],
        ...{ unit: mgPerDl, normal: [8.6, 10.3], decimals: 1 },
      },
    ],
  },
  lipids: {
    code: ['24331-1', 'Lipid 1996 panel - Serum or Plasma', 'Cholesterol and blood fats'],
    specimen: serum,
    tests: [
      {
        code: ['2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma', 'Total cholesterol'],
        ...{ unit: mgPerDl, normal: [125, 199], decimals: 0, illness: { hyperlipidemia: [180, 262] } },
      },
      {
        code: ['2571-8', 'Triglyceride [Mass/volume] in Serum or Plasma', 'Triglycerides'],
        ...{ unit: mgPerDl, normal: [50, 149], decimals: 0, illness: { hyperlipidemia: [120, 240] } },
      },
      {
        code: ['2085-9', 'Cholesterol in HDL [Mass/volume] in Serum or Plasma', 'HDL (good) cholesterol'],
        ...{ unit: mgPerDl, normal: [40, 80], decimals: 0, illness: { hyperlipidemia: [34, 55] } },
      },
      {
        code: [
          '13457-7',
          'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation',
          'LDL (bad) cholesterol',
        ],
        ...{ unit: mgPerDl, normal: [50, 129], decimals: 0, illness: { hyperlipidemia: [95, 170] } },
      },
    ],
  },
  bloodCount: {
    code: ['58410-2', 'CBC panel - Blood by Automated count', 'Complete blood count'],
    specimen: blood,
    tests: [
      {
        code: ['6690-2', 'Leukocytes [#/volume] in Blood by Automated count', 'White blood cells'],
        ...{ unit: ['10*3/uL', '10*3/uL'], normal: [4, 11], decimals: 1 },
      },
      {
        code: ['789-8', 'Erythrocytes [#/volume] in Blood by Automated count', 'Red blood cells'],
        ...{ unit: ['10*6/uL', '10*6/uL'], normal: [4, 5.6], decimals: 2 },
      },
      hemoglobin,
      {
        code: ['4544-3', 'Hematocrit [Volume Fraction] of Blood by Automated count', 'Hematocrit'],
        ...{ unit: ['%', '%'], normal: [36, 48], decimals: 1 },
      },
      {
        code: ['777-3', 'Platelets [#/volume] in Blood by Automated count', 'Platelets'],
        ...{ unit: ['10*3/uL', '10*3/uL'], normal: [150, 400], decimals: 0 },
      },
    ],
  },
  a1c: {
    code: ['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', 'Hemoglobin A1c (long-term blood sugar)'],
    specimen: blood,
    tests: [
      {
        code: [
          '4548-4',
          'Hemoglobin A1c/Hemoglobin.total in Blood',
          'Hemoglobin A1c (long-term blood sugar)',
        ],
        ...{ unit: ['%', '%'], normal: [4, 5.6], decimals: 1, illness: { diabetes: [6.3, 8.4] } },
      },
    ],
  },
  urineAlbumin: {
    code: ['9318-7', 'Albumin/Creatinine [Mass Ratio] in Urine', 'Albumin in the urine'],
    specimen: urine,
    tests: [
      {
        code: ['9318-7', 'Albumin/Creatinine [Mass Ratio] in Urine', 'Albumin in the urine'],
        ...{ unit: ['mg/g', 'mg/g'], normal: [2, 29], decimals: 0, illness: { kidney: [35, 140] } },
      },
    ],
  },
  toddler: {
    code: ['5671-3', 'Lead [Mass/volume] in Blood', 'Lead and hemoglobin screening'],
    specimen: blood,
    tests: [
      {
        code: ['5671-3', 'Lead [Mass/volume] in Blood', 'Lead'],
        ...{ unit: ['ug/dL', 'ug/dL'], normal: [0, 3.4], decimals: 1 },
      },
      hemoglobin,
    ],
  },
} as const satisfies Record<string, LabPanel>

export type PanelName = keyof typeof panels
