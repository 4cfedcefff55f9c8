import { type Concept, codesOf, conceptOf } from '../concept.ts'
import { type Fields, fieldsIn, fieldsOf, listOf, notesIn, textOf } from '../fields.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'
import { idsOf, nameOfReference, referenceOf } from './reference.ts'

/** https://hl7.org/fhir/R4/careteam.html */
export interface CareTeamEntry extends Entry {
  name: string | undefined
  /** proposed, active, suspended, inactive, entered-in-error. */
  status: string | undefined
  end: string | undefined
  members: ReadonlyArray<{ name: string | undefined; roles: readonly Concept[]; type: string | undefined }>
}

export function readCareTeam(fields: Fields): Omit<CareTeamEntry, 'type' | 'id'> {
  const period = fieldsOf(fields.period)
  return {
    ...dateOf(period.start),
    name: textOf(fields.name),
    status: textOf(fields.status),
    end: dateTextOf(period.end),
    members: fieldsIn(fields.participant).map(({ member, role }) => ({
      name: nameOfReference(member),
      type: referenceOf(member)?.type,
      roles: listOf(role).map(conceptOf),
    })),
  }
}

/** https://hl7.org/fhir/R4/careplan.html */
export interface CarePlanEntry extends Entry {
  title: string | undefined
  description: string | undefined
  categories: readonly Concept[]
  /** draft, active, on-hold, revoked, completed, entered-in-error, unknown. */
  status: string | undefined
  end: string | undefined
  activities: ReadonlyArray<{ what: Concept; description: string | undefined; status: string | undefined }>
  /** Ids of its goals. */
  goals: readonly string[]
  /** Ids of the conditions that it is about. */
  conditions: readonly string[]
  visit: string | undefined
}

export function readCarePlan(fields: Fields): Omit<CarePlanEntry, 'type' | 'id'> {
  const period = fieldsOf(fields.period)
  return {
    ...dateOf(period.start, fields.created),
    title: textOf(fields.title),
    description: textOf(fields.description),
    categories: listOf(fields.category).map(conceptOf),
    status: textOf(fields.status),
    end: dateTextOf(period.end),
    activities: fieldsIn(fields.activity).map(({ detail }) => {
      const { code, description, status } = fieldsOf(detail)
      return { what: conceptOf(code), description: textOf(description), status: textOf(status) }
    }),
    goals: idsOf('Goal', fields.goal),
    conditions: idsOf('Condition', fields.addresses),
    visit: referenceOf(fields.encounter)?.id,
  }
}

/** https://hl7.org/fhir/R4/goal.html */
export interface GoalEntry extends Entry {
  what: Concept
  /** proposed, planned, accepted, active, on-hold, completed, cancelled, entered-in-error, rejected. */
  lifecycle: string | undefined
  /** in-progress, improving, worsening, no-change, achieved, sustaining, not-achieved ... */
  achievement: string | undefined
  due: string | undefined
  notes: readonly string[]
}

export function readGoal(fields: Fields): Omit<GoalEntry, 'type' | 'id'> {
  return {
    ...dateOf(fields.startDate, fields.statusDate),
    what: conceptOf(fields.description),
    lifecycle: textOf(fields.lifecycleStatus),
    achievement: codesOf(conceptOf(fields.achievementStatus))[0],
    due: fieldsIn(fields.target).flatMap(({ dueDate }) => dateTextOf(dueDate) ?? [])[0],
    notes: notesIn(fields.note),
  }
}

/** https://hl7.org/fhir/R4/servicerequest.html */
export interface ServiceRequestEntry extends Entry {
  what: Concept
  /** draft, active, on-hold, revoked, completed, entered-in-error, unknown. */
  status: string | undefined
  intent: string | undefined
  due: string | undefined
  requester: string | undefined
  reasons: readonly Concept[]
  visit: string | undefined
}

export function readServiceRequest(fields: Fields): Omit<ServiceRequestEntry, 'type' | 'id'> {
  return {
    ...dateOf(fields.authoredOn, fields.occurrenceDateTime),
    what: conceptOf(fields.code),
    status: textOf(fields.status),
    intent: textOf(fields.intent),
    due: dateTextOf(fields.occurrenceDateTime) ?? dateTextOf(fieldsOf(fields.occurrencePeriod).start),
    requester: nameOfReference(fields.requester),
    reasons: listOf(fields.reasonCode).map(conceptOf),
    visit: referenceOf(fields.encounter)?.id,
  }
}

/** https://hl7.org/fhir/R4/coverage.html */
export interface CoverageEntry extends Entry {
  /** active, cancelled, draft, entered-in-error. */
  status: string | undefined
  what: Concept
  payors: readonly string[]
  subscriberId: string | undefined
  memberId: string | undefined
  relationship: Concept
  end: string | undefined
  /** Plan, group and the like, by the code of their kind. */
  classes: ReadonlyArray<{ kind: string | undefined; value: string | undefined; name: string | undefined }>
}

export function readCoverage(fields: Fields): Omit<CoverageEntry, 'type' | 'id'> {
  const period = fieldsOf(fields.period)
  return {
    ...dateOf(period.start),
    status: textOf(fields.status),
    what: conceptOf(fields.type),
    payors: listOf(fields.payor).flatMap((each) => nameOfReference(each) ?? []),
    subscriberId: textOf(fields.subscriberId),
    memberId: fieldsIn(fields.identifier).flatMap(({ value }) => textOf(value) ?? [])[0],
    relationship: conceptOf(fields.relationship),
    end: dateTextOf(period.end),
    classes: fieldsIn(fields.class).map(({ type, value, name }) => ({
      kind: codesOf(conceptOf(type))[0],
      value: textOf(value),
      name: textOf(name),
    })),
  }
}
