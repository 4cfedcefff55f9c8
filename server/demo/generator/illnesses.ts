import type { Coded } from './coding.ts'
import type { PanelName } from './laboratory-panels.ts'
import type { MedicineName } from './medicine-list.ts'

export interface LongIllness {
  snomed: Coded
  icd10: Coded
  /** The percentage of adults who have it, before and after 50. */
  younger: number
  older: number
  medicines: readonly MedicineName[]
  /** Tests at a follow-up visit. */
  panels: readonly PanelName[]
}

/** Long-term illnesses. */
export const longIllnesses = {
  hypertension: {
    snomed: ['38341003', 'Hypertensive disorder, systemic arterial', 'High blood pressure'],
    icd10: ['I10', 'Essential (primary) hypertension'],
    ...{ younger: 12, older: 48, medicines: ['lisinopril', 'amlodipine'], panels: ['metabolic'] },
  },
  diabetes: {
    snomed: ['44054006', 'Diabetes mellitus type 2', 'Type 2 diabetes'],
    icd10: ['E11.9', 'Type 2 diabetes mellitus without complications'],
    ...{ younger: 4, older: 20, medicines: ['metformin'], panels: ['a1c', 'urineAlbumin'] },
  },
  hyperlipidemia: {
    snomed: ['55822004', 'Hyperlipidemia', 'High cholesterol'],
    icd10: ['E78.5', 'Hyperlipidemia, unspecified'],
    ...{ younger: 10, older: 40, medicines: ['atorvastatin'], panels: [] },
  },
  asthma: {
    snomed: ['195967001', 'Asthma'],
    icd10: ['J45.909', 'Unspecified asthma, uncomplicated'],
    ...{ younger: 9, older: 7, medicines: ['albuterol', 'fluticasone'], panels: [] },
  },
  reflux: {
    snomed: ['235595009', 'Gastroesophageal reflux disease', 'Acid reflux'],
    icd10: ['K21.9', 'Gastro-esophageal reflux disease without esophagitis'],
    ...{ younger: 8, older: 14, medicines: ['omeprazole'], panels: [] },
  },
  depression: {
    snomed: ['35489007', 'Depressive disorder', 'Depression'],
    icd10: ['F32.A', 'Depression, unspecified'],
    ...{ younger: 11, older: 9, medicines: ['sertraline'], panels: [] },
  },
  atrialFibrillation: {
    snomed: ['49436004', 'Atrial fibrillation', 'Irregular heartbeat (atrial fibrillation)'],
    icd10: ['I48.91', 'Unspecified atrial fibrillation'],
    ...{ younger: 0, older: 8, medicines: ['warfarin'], panels: [] },
  },
  kneeArthritis: {
    snomed: ['239873007', 'Osteoarthritis of knee', 'Worn knee joint (osteoarthritis)'],
    icd10: ['M17.9', 'Osteoarthritis of knee, unspecified'],
    ...{ younger: 1, older: 16, medicines: ['acetaminophen'], panels: [] },
  },
  kidney: {
    snomed: ['433144002', 'Chronic kidney disease stage 3', 'Weak kidneys (chronic kidney disease)'],
    icd10: ['N18.30', 'Chronic kidney disease, stage 3 unspecified'],
    ...{ younger: 0, older: 7, medicines: ['lisinopril'], panels: ['metabolic', 'urineAlbumin'] },
  },
} as const satisfies Record<string, LongIllness>

export type LongIllnessName = keyof typeof longIllnesses

export interface ShortIllness {
  snomed: Coded
  icd10: Coded
  /** The days until it is over. */
  days: number
  needsAntibiotic: boolean
  /** In degrees Celsius. */
  fever: readonly [number, number]
  advice: string
}

const noFever = [36.5, 37.1] as const

/** Passing illnesses. */
export const shortIllnesses = {
  earInfection: {
    snomed: ['65363002', 'Otitis media', 'Ear infection'],
    icd10: ['H66.90', 'Otitis media, unspecified, unspecified ear'],
    ...{ days: 12, needsAntibiotic: true, fever: [37.9, 39.2] },
    advice: 'Rest and plenty to drink. Come back if the pain is not better after three days.',
  },
  strepThroat: {
    snomed: ['43878008', 'Streptococcal sore throat', 'Strep throat'],
    icd10: ['J02.0', 'Streptococcal pharyngitis'],
    ...{ days: 10, needsAntibiotic: true, fever: [38, 39.3] },
    advice: 'Stay at home until a full day after the first dose. Finish the antibiotic.',
  },
  cold: {
    snomed: ['54150009', 'Upper respiratory infection', 'Common cold'],
    icd10: ['J06.9', 'Acute upper respiratory infection, unspecified'],
    ...{ days: 9, needsAntibiotic: false, fever: [36.8, 38.1] },
    advice: 'This goes away by itself. Rest, warm drinks, and salt water drops for the nose.',
  },
  ankleSprain: {
    snomed: ['44465007', 'Sprain of ankle', 'Sprained ankle'],
    icd10: ['S93.409A', 'Sprain of unspecified ligament of unspecified ankle, initial encounter'],
    ...{ days: 28, needsAntibiotic: false, fever: noFever },
    advice: 'Keep the foot up, cool it, and put weight on it again bit by bit.',
  },
  sinusitis: {
    snomed: ['444814009', 'Viral sinusitis', 'Sinus infection'],
    icd10: ['J01.90', 'Acute sinusitis, unspecified'],
    ...{ days: 14, needsAntibiotic: false, fever: [36.9, 38] },
    advice: 'Steam and rinsing the nose help. Come back if you have a high fever.',
  },
} as const satisfies Record<string, ShortIllness>

export type ShortIllnessName = keyof typeof shortIllnesses
