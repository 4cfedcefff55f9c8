import type { PlainNames } from './name-table.ts'

/** Conditions by SNOMED CT code. The words are our own. */
export const conditionNames: PlainNames = {
  system: 'http://snomed.info/sct',
  names: [
    ['38341003', { en: 'High blood pressure', es: 'Presión arterial alta' }],
    ['44054006', { en: 'Type 2 diabetes', es: 'Diabetes tipo 2' }],
    ['195967001', { en: 'Asthma', es: 'Asma' }],
    ['55822004', { en: 'High cholesterol', es: 'Colesterol alto' }],
  ],
}
