import type { Resource } from 'fhir/r4'
import {
  allowsInteraction,
  type ClinicalScope,
  type Interaction,
  parseClinicalScope,
} from '#fhir/scope/scope.ts'
import type { SearchQuery } from '#fhir/search/search-query.ts'
import type { Records, RecordTransaction, Written } from '#server/records/records.ts'
import { OnpatientError } from '../errors.ts'
import type { AccessTokens, PresentedToken } from './access-tokens.ts'
import { typesInConditions } from './include-records.ts'
import { readerOfGrant } from './read-access.ts'
import type { RecordReader } from './record-reader.ts'
import { createScopeRules, givesRecord } from './scope-rules.ts'

/**
 * The one place that decides what may be written. Practices write, patients do not: a token writes by `user` scopes of a
 * grant that covers one practice's panel, or by `system` scopes that a practice approved, and only into the records of
 * that practice.
 */
export interface WriteAccess {
  /** Throws like `Access.open`, and `not-allowed` when the token belongs to no practice or to several. */
  open(presented: PresentedToken | undefined): Promise<RecordWriter>
}

/** A transaction of a token: each step throws `scope-missing` when the scopes do not give it. */
export interface WriteTransaction extends Omit<RecordTransaction, 'finish'> {
  /** Ends the writing as `RecordTransaction.finish`, and reads like `Access.open` what the transaction has left. */
  finish(): Promise<RecordReader>
}

export interface RecordWriter {
  /** All or nothing; `work` may run several times. Its transaction throws `scope-missing`. */
  write<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result>
  /**
   * To be called before the body is read. Throws `scope-missing` when the scopes give none of these interactions for the type.
   */
  assertMay(type: string, interactions: readonly Interaction[]): void
  /**
   * Whether the scopes also read a record of the panel. A writer without that sees its content in no answer and no error. Without
   * `content` the question is about a record that does not exist.
   */
  shows(record: { type: string; content: string | undefined }): boolean
}

interface WriteAccessDeps {
  tokens: AccessTokens
  records: Pick<Records, 'transact'>
}

export function createWriteAccess({ tokens, records }: WriteAccessDeps): WriteAccess {
  return {
    async open(presented) {
      const opened = await tokens.open(presented)
      const { scopes, practiceIds, isApproval, isBound } = opened
      const clinical = scopes.flatMap((text) => parseClinicalScope(text) ?? [])
      // A filter bounds reading alone. A write must not depend on records that the token may not see.
      const writing = clinical.filter(
        ({ context, filter }) => filter === undefined && context === (isApproval ? 'system' : 'user'),
      )
      // The same scopes count as in read-access.ts. A grant about one patient has those of the panel alone.
      const reading = clinical.filter(({ context }) =>
        isApproval ? context === 'system' : context === 'user' || (context === 'patient' && !isBound),
      )
      const rules = createScopeRules(reading)
      const [practiceId, another] = practiceIds
      if (practiceId === undefined)
        throw new OnpatientError(
          'not-allowed',
          'This token cannot write: only a practice changes records. A provider or staff member must allow the application, with scopes such as user/Observation.cud.',
        )
      if (another !== undefined)
        throw new OnpatientError(
          'not-allowed',
          'This token covers several practices, so that it is not clear whose record this is. Ask for access to one practice alone.',
        )
      const shows: RecordWriter['shows'] = ({ type, content }) =>
        rules.allows(type, 'r') && (content === undefined || givesRecord(rules, { type, content }, 'r'))
      return {
        write: (work) =>
          records.transact(
            practiceId,
            (transaction) =>
              work({
                ...withScopes(transaction, writing),
                finish: async () => readerOfGrant(await transaction.finish(), opened),
              }),
            shows,
          ),
        assertMay(type, interactions) {
          const [first] = interactions
          if (first === undefined || interactions.some((each) => allowsInteraction(writing, type, each)))
            return
          throw scopeMissing(type, first)
        },
        shows,
      }
    },
  }
}

/** Whether a write is a create or an update depends on the stored records, so it is checked inside the transaction. */
function withScopes(
  transaction: RecordTransaction,
  scopes: ClinicalScope[],
): Omit<WriteTransaction, 'finish'> {
  const assert = (type: string, interaction: Interaction) => {
    if (!allowsInteraction(scopes, type, interaction)) throw scopeMissing(type, interaction)
  }
  return {
    async find(query: Pick<SearchQuery, 'type' | 'conditions'>) {
      // A match would reveal the content of the records that a chain or `_has` looks into.
      for (const type of [query.type, ...typesInConditions(query.conditions)]) assert(type, 's')
      return transaction.find(query)
    },
    async read(type, id) {
      // The transaction may look at a record that it is about to change or delete.
      if (!allowsInteraction(scopes, type, 'd')) assert(type, 'u')
      return transaction.read(type, id)
    },
    async put(resources: readonly Resource[], methods): Promise<Written[]> {
      const written = await transaction.put(resources, methods)
      for (const { type, kind } of written) assert(type, kind === 'created' ? 'c' : 'u')
      return written
    },
    async remove(type, id) {
      assert(type, 'd')
      return transaction.remove(type, id)
    },
  }
}

function scopeMissing(type: string, interaction: Interaction): OnpatientError {
  const scope = `user/${type}.${interaction}`
  return new OnpatientError(
    'scope-missing',
    `This access token does not cover this change of ${type}. Ask for the scope ${scope}.`,
    { field: scope },
  )
}
