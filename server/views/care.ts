import type { Concept } from './concept.ts'
import type { EntryOf } from './entries/entries.ts'
import { isKeyOf } from './fields.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'

const discarded = new Set(['entered-in-error'])

/** Who cares for the person, by what plan, what was done, and who pays. */
export const carePage = definePage({
  types: ['CareTeam', 'CarePlan', 'Goal', 'Condition', 'Procedure', 'Device', 'ServiceRequest', 'Coverage'],
  view(entries, reading) {
    const goals = new Map(entries.Goal.filter(isValidGoal).map((goal) => [goal.id, goalOf(goal, reading)]))
    const plans = entries.CarePlan.filter(isValid).map((plan) =>
      planOf(plan, goals, entries.Condition, reading),
    )
    const planned = new Set(entries.CarePlan.flatMap((plan) => plan.goals))
    return {
      team: teamOf(entries.CareTeam, reading),
      plans: plans.toSorted((one, other) => Number(other.isActive) - Number(one.isActive)),
      goals: [...goals.values()].filter(({ id }) => !planned.has(id)),
      orders: entries.ServiceRequest.filter(isOpenOrder).map((order) => orderOf(order, reading)),
      procedures: groupProcedures(entries.Procedure, reading),
      devices: entries.Device.filter(isValid).map((device) => deviceOf(device, reading)),
      insurance: entries.Coverage.filter(isValid).map((coverage) => insuranceOf(coverage, reading)),
    }
  },
})

function isValid({ status }: { status: string | undefined }): boolean {
  return !discarded.has(status ?? '')
}

export interface TeamMember {
  name: string
  roles: readonly string[]
}

/** Each person once, with all roles of the teams that are not over. The patient is no member of the own team. */
function teamOf(teams: ReadonlyArray<EntryOf<'CareTeam'>>, { language }: Reading): TeamMember[] {
  const members = new Map<string, Set<string>>()
  for (const team of teams) {
    if (!isValid(team) || team.status === 'inactive' || team.status === 'proposed') continue
    for (const { name, type, roles } of team.members) {
      if (name === undefined || type === 'Patient') continue
      const known = members.get(name) ?? new Set()
      for (const role of namesOf(roles, language)) known.add(role)
      members.set(name, known)
    }
  }
  return [...members].map(([name, roles]) => ({ name, roles: [...roles] }))
}

export interface GoalLine {
  id: string
  name: string
  status: string | undefined
  since: string | undefined
  due: string | undefined
  notes: readonly string[]
}

function isValidGoal({ lifecycle }: EntryOf<'Goal'>): boolean {
  return lifecycle !== 'entered-in-error' && lifecycle !== 'rejected'
}

const goalWords = {
  achieved: 'care.achieved',
  'not-achieved': 'care.notAchieved',
  'not-attainable': 'care.notAttainable',
  improving: 'care.improving',
  worsening: 'care.worsening',
  'no-change': 'care.noChange',
  sustaining: 'care.sustaining',
  'in-progress': 'care.inProgress',
  completed: 'care.completed',
  cancelled: 'care.cancelled',
  'on-hold': 'care.onHold',
  proposed: 'care.proposed',
  planned: 'care.planned',
} as const

function goalOf(goal: EntryOf<'Goal'>, { language, words }: Reading): GoalLine {
  const status = [goal.achievement, goal.lifecycle].find((each) => isKeyOf(goalWords, each))
  return {
    id: goal.id,
    name: nameOf(goal.what, language)?.name ?? words('shared.unnamed'),
    status: status && words(goalWords[status]),
    since: goal.date,
    due: goal.due,
    notes: goal.notes,
  }
}

export interface PlanLine {
  id: string
  name: string
  isActive: boolean
  description: string | undefined
  since: string | undefined
  until: string | undefined
  activities: readonly string[]
  goals: readonly GoalLine[]
  conditions: readonly string[]
}

function planOf(
  plan: EntryOf<'CarePlan'>,
  goals: ReadonlyMap<string, GoalLine>,
  conditions: ReadonlyArray<EntryOf<'Condition'>>,
  { language, words }: Reading,
): PlanLine {
  const about = conditions.filter(({ id }) => plan.conditions.includes(id)).map(({ what }) => what)
  return {
    id: plan.id,
    name:
      plan.title ?? namesOf(plan.categories, language).find((name) => !isMark(name)) ?? words('care.plan'),
    isActive: plan.status === 'active' || plan.status === 'on-hold',
    description: plan.description,
    since: plan.date,
    until: plan.end,
    activities: unique(
      plan.activities.flatMap(({ what, description }) => nameOf(what, language)?.name ?? description ?? []),
    ),
    goals: plan.goals.flatMap((id) => goals.get(id) ?? []),
    conditions: namesOf(about, language),
  }
}

/** US Core marks each plan with the category "assess-plan", which says nothing to people. */
function isMark(name: string): boolean {
  return /^assess/i.test(name)
}

export interface OrderLine {
  id: string
  name: string
  clinical: string | undefined
  ordered: string | undefined
  due: string | undefined
  requester: string | undefined
  reasons: readonly string[]
}

function isOpenOrder({ status, intent }: EntryOf<'ServiceRequest'>): boolean {
  return (status === 'active' || status === 'on-hold') && intent !== 'proposal' && intent !== 'plan'
}

function orderOf(order: EntryOf<'ServiceRequest'>, { language, words }: Reading): OrderLine {
  const name = nameOf(order.what, language)
  return {
    id: order.id,
    name: name?.name ?? words('shared.unnamed'),
    clinical: name?.clinical,
    ordered: order.date,
    due: order.due,
    requester: order.requester,
    reasons: namesOf(order.reasons, language),
  }
}

/** One kind of procedure, however often it was done. */
export interface ProcedureLine {
  id: string
  name: string
  clinical: string | undefined
  /** Of the last time. */
  date: string | undefined
  performer: string | undefined
  status: string | undefined
  /** Of the times before, the newest first. */
  earlier: readonly string[]
}

const procedureWords = {
  'not-done': 'care.notDone',
  stopped: 'care.stopped',
  preparation: 'care.planned',
  'in-progress': 'care.inProgress',
  'on-hold': 'care.onHold',
} as const

function groupProcedures(procedures: ReadonlyArray<EntryOf<'Procedure'>>, reading: Reading): ProcedureLine[] {
  const { language, words } = reading
  const groups = new Map<string, Array<EntryOf<'Procedure'>>>()
  for (const procedure of procedures.filter(isValid)) {
    // What was not done is never a time of what was.
    const key = `${procedure.status === 'not-done'} ${nameOf(procedure.what, language)?.name.toLowerCase() ?? procedure.id}`
    const group = groups.get(key)
    if (group) group.push(procedure)
    else groups.set(key, [procedure])
  }
  return [...groups.values()].flatMap(([latest, ...earlier]) => {
    if (!latest) return []
    const name = nameOf(latest.what, language)
    const { status } = latest
    return {
      id: latest.id,
      name: name?.name ?? words('shared.unnamed'),
      clinical: name?.clinical,
      date: latest.date,
      performer: latest.performer,
      status: isKeyOf(procedureWords, status) ? words(procedureWords[status]) : undefined,
      earlier: earlier.flatMap(({ date }) => date ?? []).slice(0, 100),
    }
  })
}

export interface DeviceLine {
  id: string
  name: string
  manufacturer: string | undefined
  lot: string | undefined
  serial: string | undefined
}

function deviceOf(device: EntryOf<'Device'>, { language, words }: Reading): DeviceLine {
  const { id, manufacturer, lot, serial } = device
  return {
    id,
    name: nameOf(device.what, language)?.name ?? device.name ?? words('shared.unnamed'),
    manufacturer,
    lot,
    serial,
  }
}

export interface InsuranceCard {
  id: string
  name: string
  kind: string | undefined
  memberId: string | undefined
  plan: string | undefined
  group: string | undefined
  isActive: boolean
  since: string | undefined
  until: string | undefined
}

function insuranceOf(coverage: EntryOf<'Coverage'>, { language, words, now }: Reading): InsuranceCard {
  const classOf = (kind: string) => {
    const found = coverage.classes.find((each) => each.kind === kind)
    return found?.name ?? found?.value
  }
  return {
    id: coverage.id,
    name: coverage.payors[0] ?? words('care.insuranceUnnamed'),
    kind: nameOf(coverage.what, language)?.name,
    memberId: coverage.memberId ?? coverage.subscriberId,
    plan: classOf('plan'),
    group: classOf('group'),
    isActive: coverage.status === 'active' && !(coverage.end && Date.parse(coverage.end) < now.getTime()),
    since: coverage.date,
    until: coverage.end,
  }
}

function namesOf(concepts: readonly Concept[], language: Reading['language']): string[] {
  return unique(concepts.flatMap((concept) => nameOf(concept, language)?.name ?? []))
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
