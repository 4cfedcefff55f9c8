import type { Reference } from 'fhir/r4'
import { addMonths, toDay } from './calendar.ts'
import type { Chart } from './chart.ts'
import { type Coded, coded, quantity, type Unit, usCore } from './coding.ts'
import type { LongIllnessName } from './illnesses.ts'

interface Aim {
  title: string
  goal: string
  measure?: { code: Coded; below: number; unit: Unit }
  steps: readonly string[]
}

/** The aims and steps for a long-term illness on which patient and practice agree. */
const aims: Partial<Record<LongIllnessName, Aim>> = {
  diabetes: {
    title: 'Living well with diabetes',
    goal: 'Keep the long-term blood sugar (A1c) below 7 percent',
    measure: {
      code: ['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', 'Hemoglobin A1c'],
      ...{ below: 7, unit: ['%', '%'] },
    },
    steps: [
      'Check your blood sugar before breakfast and write it down.',
      'Walk for half an hour on five days a week.',
      'Have your eyes and feet checked once a year.',
    ],
  },
  hypertension: {
    title: 'Lowering the blood pressure',
    goal: 'Keep the upper blood pressure below 130',
    measure: {
      code: ['8480-6', 'Systolic blood pressure', 'Upper (systolic) blood pressure'],
      ...{ below: 130, unit: ['mmHg', 'mm[Hg]'] },
    },
    steps: ['Measure your blood pressure at home twice a week.', 'Eat less salt, and more vegetables.'],
  },
  asthma: {
    title: 'Asthma action plan',
    goal: 'Need the rescue inhaler on no more than two days a week',
    steps: [
      'Take the inhaler for every day even when you feel well.',
      'Take two puffs of the rescue inhaler when you wheeze.',
      'Call us if you need it more often than every four hours.',
    ],
  },
  hyperlipidemia: {
    title: 'Lowering the cholesterol',
    goal: 'Keep the LDL cholesterol below 100',
    steps: ['Cook with plant oils instead of butter.', 'Take your tablet every evening.'],
  },
}

/** The care team of the patient, and a goal and a plan for each illness with an aim. */
export function addCarePlans(
  chart: Chart,
  illnesses: ReadonlyArray<{ name: LongIllnessName; condition: Reference; since: Date }>,
  guardian: Reference | undefined,
): void {
  const team = addCareTeam(chart, illnesses, guardian)
  for (const { name, condition, since } of illnesses) {
    const aim = aims[name]
    if (aim) addCarePlan(chart, aim, { team, condition, since })
  }
}

function addCareTeam(
  chart: Chart,
  illnesses: ReadonlyArray<{ condition: Reference }>,
  guardian: Reference | undefined,
): Reference {
  return chart.add(
    {
      resourceType: 'CareTeam',
      meta: usCore('us-core-careteam'),
      status: 'active',
      name: `Care team of ${chart.subject.display}`,
      subject: chart.subject,
      participant: [
        { role: [coded('snomed', ['446050000', 'Primary care provider'])], member: chart.doctor },
        ...(guardian ? [{ role: [coded('snomed', ['40683002', 'Parent'])], member: guardian }] : []),
        { role: [coded('snomed', ['116154003', 'Patient'])], member: chart.subject },
      ],
      ...(illnesses.length > 0 && { reasonReference: illnesses.map(({ condition }) => condition) }),
      managingOrganization: [chart.clinic.practice],
    },
    'Care team',
  )
}

function addCarePlan(
  chart: Chart,
  { title, goal: aim, measure, steps }: Aim,
  { team, condition, since }: { team: Reference; condition: Reference; since: Date },
): void {
  const goal = chart.add(
    {
      resourceType: 'Goal',
      meta: usCore('us-core-goal'),
      lifecycleStatus: 'active',
      achievementStatus: coded('goalAchievement', ['in-progress', 'In Progress', 'On the way']),
      priority: coded('goalPriority', ['high-priority', 'High Priority', 'Important']),
      description: { text: aim },
      subject: chart.subject,
      startDate: toDay(since),
      target: [
        {
          ...(measure && {
            measure: coded('loinc', measure.code),
            detailQuantity: { ...quantity(measure.below, measure.unit), comparator: '<' as const },
          }),
          dueDate: toDay(addMonths(chart.asOf, 6)),
        },
      ],
      addresses: [condition],
    },
    aim,
  )
  chart.add({
    resourceType: 'CarePlan',
    meta: usCore('us-core-careplan'),
    text: { status: 'generated', div: narrative(title, steps) },
    status: 'active',
    intent: 'plan',
    category: [
      coded('carePlanCategory', ['assess-plan', 'Assessment and Plan of Treatment', 'Plan of treatment']),
    ],
    title,
    subject: chart.subject,
    period: { start: toDay(since) },
    created: toDay(since),
    author: chart.doctor,
    careTeam: [team],
    addresses: [condition],
    goal: [goal],
    activity: steps.map((description) => ({ detail: { status: 'in-progress', description } })),
  })
}

/** The steps are our own words, without a character that XHTML would have to escape. */
function narrative(title: string, steps: readonly string[]): string {
  const list = steps.map((step) => `<li>${step}</li>`).join('')
  return `<div xmlns="http://www.w3.org/1999/xhtml"><p>${title}</p><ul>${list}</ul></div>`
}
