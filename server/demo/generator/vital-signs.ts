import type { Observation } from 'fhir/r4'
import { toTime } from './calendar.ts'
import type { Chart } from './chart.ts'
import { type Coded, coded, quantity, type Unit, usCore } from './coding.ts'
import type { Visit } from './visits.ts'

interface VitalSign {
  code: Coded
  unit: Unit
  profile: string
}

/** LOINC codes: https://hl7.org/fhir/R4/observation-vitalsigns.html */
const signs = {
  height: {
    code: ['8302-2', 'Body height', 'Height'],
    ...{ unit: ['cm', 'cm'], profile: 'us-core-body-height' },
  },
  weight: {
    code: ['29463-7', 'Body weight', 'Weight'],
    ...{ unit: ['kg', 'kg'], profile: 'us-core-body-weight' },
  },
  bmi: {
    code: ['39156-5', 'Body mass index (BMI) [Ratio]', 'Body mass index (BMI)'],
    ...{ unit: ['kg/m2', 'kg/m2'], profile: 'us-core-bmi' },
  },
  bmiPercentile: {
    code: [
      '59576-9',
      'Body mass index (BMI) [Percentile] Per age and sex',
      'Body mass index compared with children of the same age (percentile)',
    ],
    ...{ unit: ['%', '%'], profile: 'pediatric-bmi-for-age' },
  },
  head: {
    code: ['9843-4', 'Head Occipital-frontal circumference', 'Head circumference'],
    ...{ unit: ['cm', 'cm'], profile: 'us-core-head-circumference' },
  },
  heartRate: {
    code: ['8867-4', 'Heart rate'],
    ...{ unit: ['beats/minute', '/min'], profile: 'us-core-heart-rate' },
  },
  respiratoryRate: {
    code: ['9279-1', 'Respiratory rate', 'Breathing rate'],
    ...{ unit: ['breaths/minute', '/min'], profile: 'us-core-respiratory-rate' },
  },
  temperature: {
    code: ['8310-5', 'Body temperature'],
    ...{ unit: ['°C', 'Cel'], profile: 'us-core-body-temperature' },
  },
} as const satisfies Record<string, VitalSign>

export type VitalSignName = keyof typeof signs | 'oxygen'

export interface Measured extends Partial<Record<VitalSignName, number | undefined>> {
  bloodPressure?: { systolic: number; diastolic: number } | undefined
}

/** The measurements at the start of a visit, in the given order. */
export function addVitalSigns(chart: Chart, visit: Visit, measured: Measured): void {
  const { bloodPressure, oxygen, ...others } = measured
  if (bloodPressure) chart.add(bloodPressureRecord(chart, visit, bloodPressure))
  for (const [name, value] of Object.entries(others)) {
    const { code, unit, profile }: VitalSign = signs[name as keyof typeof signs]
    if (value === undefined) continue
    chart.add({
      ...vitalSign(chart, visit, profile),
      code: coded('loinc', code),
      valueQuantity: quantity(value, unit),
    })
  }
  if (oxygen !== undefined) chart.add(oxygenRecord(chart, visit, oxygen))
}

function vitalSign(chart: Chart, visit: Visit, profile: string): Omit<Observation, 'code'> {
  return {
    resourceType: 'Observation',
    meta: usCore(profile),
    status: 'final',
    category: [coded('observationCategory', ['vital-signs', 'Vital Signs', 'Vital signs'])],
    subject: chart.subject,
    encounter: visit.encounter,
    effectiveDateTime: toTime(visit.date),
    performer: [chart.clinic.practice],
  }
}

function bloodPressureRecord(
  chart: Chart,
  visit: Visit,
  { systolic, diastolic }: { systolic: number; diastolic: number },
): Observation {
  const unit = ['mmHg', 'mm[Hg]'] as const
  return {
    ...vitalSign(chart, visit, 'us-core-blood-pressure'),
    code: coded('loinc', ['85354-9', 'Blood pressure panel with all children optional', 'Blood pressure']),
    component: [
      {
        code: coded('loinc', ['8480-6', 'Systolic blood pressure', 'Upper (systolic)']),
        valueQuantity: quantity(systolic, unit),
      },
      {
        code: coded('loinc', ['8462-4', 'Diastolic blood pressure', 'Lower (diastolic)']),
        valueQuantity: quantity(diastolic, unit),
      },
    ],
  }
}

/** US Core asks for both codes: https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-pulse-oximetry.html */
function oxygenRecord(chart: Chart, visit: Visit, value: number): Observation {
  const pulse = coded('loinc', ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'])
  const blood = coded('loinc', ['2708-6', 'Oxygen saturation in Arterial blood'])
  return {
    ...vitalSign(chart, visit, 'us-core-pulse-oximetry'),
    code: { coding: [...(pulse.coding ?? []), ...(blood.coding ?? [])], text: 'Oxygen in the blood' },
    valueQuantity: quantity(value, ['%', '%']),
  }
}
