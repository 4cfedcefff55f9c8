import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewFrom } from './view-from.ts'

const text = (words: string) => ({ text: words })
const coded = (code: string) => ({ coding: [{ code }] })
const named = (display: string, reference = 'Practitioner/x') => ({ reference, display })

test('a care team shows each person once with all roles, and not the patient', () => {
  const { team } = viewFrom(
    'care',
    {
      CareTeam: [
        {
          status: 'active',
          participant: [
            { member: named('Dr. Lee'), role: [text('Doctor')] },
            { member: named('Mia', 'Patient/mia'), role: [text('Patient')] },
            { role: [text('Nobody')] },
          ],
        },
        {
          status: 'active',
          participant: [{ member: named('Dr. Lee'), role: [text('Surgeon'), text('Doctor')] }],
        },
        { status: 'inactive', participant: [{ member: named('Dr. Old'), role: [text('Doctor')] }] },
        { status: 'entered-in-error', participant: [{ member: named('Dr. Wrong') }] },
      ],
    },
    'en',
  )
  assert.deepEqual(
    team.map(({ name, roles }) => [name, ...roles].join(', ')),
    ['Dr. Lee, Doctor, Surgeon'],
  )
})

test('a plan comes with its goals and conditions; goals of no plan stand alone; active plans come first', () => {
  const view = viewFrom(
    'care',
    {
      CarePlan: [
        { status: 'completed', title: 'Old plan', period: { start: '2020', end: '2021' } },
        {
          status: 'active',
          category: [coded('assess-plan'), text('Diabetes plan')],
          period: { start: '2019-05' },
          goal: [{ reference: 'Goal/0000' }, { reference: 'Goal/gone' }],
          addresses: [{ reference: 'Condition/0000' }],
          activity: [{ detail: { code: text('Walk daily') } }, { detail: { code: text('Walk daily') } }, {}],
        },
        { status: 'entered-in-error', title: 'Wrong' },
      ],
      Goal: [
        {
          description: text('A1c below 7 %'),
          lifecycleStatus: 'active',
          achievementStatus: coded('improving'),
          target: [{ dueDate: '2027-01-01' }],
        },
        { description: text('Sleep'), lifecycleStatus: 'completed', startDate: '2024' },
        { description: text('Rejected'), lifecycleStatus: 'rejected' },
      ],
      Condition: [{ code: text('Diabetes') }],
    },
    'es',
  )
  assert.deepEqual(
    view.plans.map(({ name, isActive, activities, goals, conditions }) => [
      name,
      isActive,
      activities.join(),
      goals.map((goal) => `${goal.name}: ${goal.status}, ${goal.due}`).join(),
      conditions.join(),
    ]),
    [
      ['Diabetes plan', true, 'Walk daily', 'A1c below 7 %: Mejora, 2027-01-01', 'Diabetes'],
      ['Old plan', false, '', '', ''],
    ],
  )
  assert.deepEqual(
    view.goals.map(({ name, status }) => `${name}: ${status}`),
    ['Sleep: Hecho'],
  )
})

test('procedures of one kind are one line with the times before; what was not done stays apart', () => {
  const { procedures } = viewFrom(
    'care',
    {
      Procedure: [
        { code: text('Dialysis'), status: 'completed', performedDateTime: '2024-01-01' },
        { code: text('Dialysis'), status: 'completed', performedPeriod: { start: '2024-03-01T08:00:00Z' } },
        { code: text('Dialysis'), status: 'not-done', performedDateTime: '2024-04-01' },
        { code: text('Wrong'), status: 'entered-in-error' },
      ],
    },
    'en',
  )
  assert.deepEqual(
    procedures.map(({ name, date, status, earlier }) => [name, date, status, earlier.join()]),
    [
      ['Dialysis', '2024-04-01', 'Not done', ''],
      ['Dialysis', '2024-03-01T08:00:00Z', undefined, '2024-01-01'],
    ],
  )
})

test('open orders, devices and insurance', () => {
  const view = viewFrom(
    'care',
    {
      ServiceRequest: [
        {
          code: text('X-ray'),
          status: 'active',
          intent: 'order',
          authoredOn: '2026-05-01',
          reasonCode: [text('Cough')],
        },
        { code: text('Done'), status: 'completed', intent: 'order' },
        { code: text('Idea'), status: 'active', intent: 'proposal' },
      ],
      Device: [{ type: text('Pacemaker'), lotNumber: '7', serialNumber: 's1' }],
      Coverage: [
        {
          status: 'active',
          payor: [named('Acme Health')],
          identifier: [{ value: 'M-1' }],
          class: [{ type: coded('group'), value: 'G1' }],
          period: { start: '2020-01-01' },
        },
        { status: 'active', payor: [{}], period: { end: '2025-01-01' } },
      ],
    },
    'en',
  )
  assert.deepEqual(
    view.orders.map(({ name, ordered, reasons }) => [name, ordered, ...reasons]),
    [['X-ray', '2026-05-01', 'Cough']],
  )
  assert.deepEqual(
    view.devices.map(({ name, lot, serial }) => [name, lot, serial]),
    [['Pacemaker', '7', 's1']],
  )
  assert.deepEqual(
    view.insurance.map(({ name, memberId, group, isActive }) => [name, memberId, group, isActive]),
    [
      ['Acme Health', 'M-1', 'G1', true],
      ['Insurance', undefined, undefined, false],
    ],
  )
})

test('nothing, and nothing as it should be', () => {
  const odd = [
    { status: [], code: 1, period: 'x', participant: {}, activity: 7, class: 'x', payor: 1, target: 1 },
  ]
  for (const records of [
    {},
    { CareTeam: odd, CarePlan: odd, Goal: odd, Procedure: odd, Device: odd, Coverage: odd },
  ])
    assert.doesNotThrow(() => viewFrom('care', records, 'es'))
})
