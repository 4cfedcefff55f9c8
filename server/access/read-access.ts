import { type ClinicalScope, parseClinicalScope } from '#fhir/scope/scope.ts'
import type { SearchQuery } from '#fhir/search/search-query.ts'
import type { OpenedGrant } from '#server/grants/grants.ts'
import {
  type Association,
  type Practices,
  type ReachingSignIn,
  reachesPanel,
} from '#server/practices/practices.ts'
import type { Confinement, RecordReads, SearchPageQuery } from '#server/records/records.ts'
import { OnpatientError } from '../errors.ts'
import { claimWork } from '../request-work.ts'
import type { AccessTokens, PresentedToken } from './access-tokens.ts'
import { includeRecords, typesInConditions } from './include-records.ts'
import { joinReaders } from './join-readers.ts'
import type { AccountReader, RecordReader } from './record-reader.ts'
import { createScopeRules, givesRecord, noRestriction, restrict, type ScopeRules } from './scope-rules.ts'

/**
 * The one place that decides what may be read. An API gets a reader that cannot name another patient.
 */
export interface Access {
  /** For applications. Throws like `AccessTokens.open`. */
  open(presented: PresentedToken | undefined): Promise<RecordReader>
  /** As `AccessTokens.countMore`. */
  countMore: AccessTokens['countMore']
  /**
   * For the signed-in person's own portal: every type, confined to the associations that the sign-in reaches. With
   * `practiceId` to the panel of that one practice, and to nothing unless the account is its provider or staff; with
   * `associationId` to what this one opens, and to nothing unless the sign-in reaches it.
   */
  openForAccount(
    signIn: ReachingSignIn,
    only?: { practiceId: string } | { associationId: string },
  ): Promise<AccountReader>
}

interface AccessDeps {
  tokens: AccessTokens
  records: RecordReads
  practices: Pick<Practices, 'listReachable'>
}

export function createAccess({ tokens, records, practices }: AccessDeps): Access {
  return {
    async open(presented) {
      return readerOfGrant(records, await tokens.open(presented))
    },
    countMore: tokens.countMore,
    async openForAccount(signIn, only) {
      claimWork(signIn.accountId)
      const associations = await practices.listReachable(signIn)
      const confinement = chosenConfinement(associations, only)
      return {
        ...createReader(records, confinement, noRestriction),
        compartmentState: (patientId) => records.compartmentState(confinement, patientId),
      }
    },
  }
}

/** The reader of an opened grant, over the records as they are or as a transaction sees them. */
export function readerOfGrant(records: RecordReads, opened: OpenedGrant): RecordReader {
  const { scopes, patientIds, practiceIds, isApproval, isBound, user } = opened
  if (isBound && practiceIds.length > 0) return openBoth(records, opened)
  const context = isApproval ? 'system' : 'patient'
  const rules = rulesOf(scopes, isApproval ? 'system' : 'person')
  return createReader(records, { patientIds, practiceIds }, rules, { context, user })
}

/** The confinement lives only in this closure: whoever holds the reader can neither see nor change it. */
function createReader(
  records: RecordReads,
  confinement: Confinement,
  rules: ScopeRules,
  { context = 'patient', user }: { context?: 'patient' | 'system'; user?: OpenedGrant['user'] } = {},
): RecordReader {
  const assertAllowed = (type: string, interaction: 'r' | 's') => {
    if (!rules.allows(type, interaction)) throw scopeMissing(type, context)
  }
  const assertSearchable = ({ type, conditions }: SearchQuery) => {
    for (const each of [type, ...typesInConditions(conditions)]) assertAllowed(each, 's')
  }
  const allowsHistory = (type: string) =>
    rules.allows(type, 'r') && rules.restriction(type, 'r') === undefined
  const [only] = confinement.patientIds
  const hasOne = confinement.patientIds.length === 1 && confinement.practiceIds.length === 0
  return {
    patientId: hasOne ? only : undefined,
    async read(type, id) {
      // SMART App Launch 2.2, scopes for requesting identity data: what `fhirUser` names can be read, and nothing beside it.
      if (user?.type === type && user.id === id) return records.read(user.confinement, type, id)
      assertAllowed(type, 'r')
      const content = await records.read(confinement, type, id)
      return content !== undefined && givesRecord(rules, { type, content }, 'r') ? content : undefined
    },
    async list(query) {
      assertAllowed(query.type, 's')
      const restriction = rules.restriction(query.type, 's')
      return records.list(confinement, restriction ? { ...query, conditions: [restriction] } : query)
    },
    async readVersion(address) {
      assertAllowed(address.type, 'r')
      const content = await records.readVersion(confinement, address)
      const { type } = address
      return content !== undefined && givesRecord(rules, { type, content }, 'r') ? content : undefined
    },
    allows: rules.allows,
    allowsHistory,
    async isDeletion(address) {
      return allowsHistory(address.type) && records.isDeletion(confinement, address)
    },
    async search(query, place) {
      assertSearchable(query)
      const search = (page: SearchPageQuery, interaction: 'r' | 's') =>
        records.search(confinement, { ...page, query: restrict(rules, page.query, interaction) })
      const page = await search({ query, ...place, withTotal: query.total !== 'none' }, 's')
      const isAllowed = (type: string) => rules.allows(type, 'r')
      return {
        ...page,
        included: await includeRecords(
          {
            search: (included) => search(included, 'r'),
            readVersion: async (address) => {
              const content = await records.readVersion(confinement, address)
              const { type } = address
              return content !== undefined && givesRecord(rules, { type, content }, 'r') ? content : undefined
            },
            isAllowed,
          },
          query,
          page.records,
        ),
      }
    },
    async countFound(query) {
      assertSearchable(query)
      return records.countFound(confinement, restrict(rules, query, 's'))
    },
    async listVersions(query) {
      const interaction = query.id === undefined ? 's' : 'r'
      assertAllowed(query.type, interaction)
      // A record that meets the filter today may not have met it before.
      if (rules.restriction(query.type, interaction)) throw historyMissing(query.type)
      return records.listVersions(confinement, query)
    },
  }
}

/** A provider's grant about one patient, whose `user` scopes reach the panel too. */
function openBoth(
  records: RecordReads,
  { scopes, patientIds, practiceIds, user }: OpenedGrant,
): RecordReader {
  const rules = { patient: rulesOf(scopes, 'patient'), user: rulesOf(scopes, 'user') }
  return joinReaders({
    patient: createReader(records, { patientIds, practiceIds: [] }, rulesOf(scopes, 'person'), { user }),
    panel: createReader(records, { patientIds: [], practiceIds }, rules.user),
    rules,
  })
}

/** The context whose scopes count. `person`: both contexts of a person's grant. */
type Counting = ClinicalScope['context'] | 'person'

/** An app sends many requests with the same token, whose scopes are then the same list. */
const rulesByScopes = new WeakMap<readonly string[], Map<Counting, ScopeRules>>()

function rulesOf(scopes: string[], counting: Counting): ScopeRules {
  const known = rulesByScopes.get(scopes) ?? new Map<Counting, ScopeRules>()
  const rules = known.get(counting) ?? createScopeRules(parseScopes(scopes, counting))
  rulesByScopes.set(scopes, known.set(counting, rules))
  return rules
}

/**
 * In a grant of a person, scopes of both contexts read the covered records, because the person chose at consent whose records
 * those are. In an approval for a backend service `system` scopes count and no others. They count nowhere else.
 */
function parseScopes(scopes: string[], counting: Counting): ClinicalScope[] {
  return scopes.flatMap((text) => {
    const scope = parseClinicalScope(text)
    const counts = counting === 'person' ? scope?.context !== 'system' : scope?.context === counting
    return scope && counts ? [scope] : []
  })
}

function historyMissing(type: string): OnpatientError {
  return new OnpatientError(
    'scope-missing',
    `This access token covers only some records of ${type}, and histories are given for whole types. Ask for the scope patient/${type}.rs.`,
    { field: `patient/${type}.rs` },
  )
}

function scopeMissing(type: string, context: 'patient' | 'system'): OnpatientError {
  const scope = context === 'system' ? `system/${type}.rs` : `patient/${type}.read`
  const when =
    context === 'system' ? 'at the token endpoint' : 'when you send the person to the authorization page'
  return new OnpatientError(
    'scope-missing',
    `This access token does not cover ${type}. Ask for the scope ${scope} ${when}.`,
    { field: scope },
  )
}

function confinementOf(associations: Association[]): Confinement {
  return {
    patientIds: unique(associations.flatMap((each) => (reachesPanel(each) ? [] : (each.patientId ?? [])))),
    practiceIds: unique(associations.flatMap((each) => (reachesPanel(each) ? [each.practice.id] : []))),
  }
}

function chosenConfinement(
  associations: Association[],
  only: { practiceId: string } | { associationId: string } | undefined,
): Confinement {
  if (only === undefined) return confinementOf(associations)
  if ('practiceId' in only) return panelOf(associations, only.practiceId)
  return confinementOf(associations.filter(({ id }) => id === only.associationId))
}

function panelOf(associations: Association[], practiceId: string): Confinement {
  const { practiceIds } = confinementOf(associations)
  return { patientIds: [], practiceIds: practiceIds.filter((id) => id === practiceId) }
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}
