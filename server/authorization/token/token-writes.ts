import type { CompiledQuery } from 'kysely'
import { currentTokenRequest } from '../engine/oidc-internals.ts'
import type { SharedCommits } from '../engine/shared-commits.ts'

/** A code or refresh token that is used up. */
export interface OneTimeUse {
  /** One conditional statement, which decides between many requests at the same moment. Without a row another request was first. */
  take: CompiledQuery
  /** Runs when another request was first. */
  refuse(): Promise<never>
}

/**
 * What a token request writes. The engine saves the use of a code, the access token and the refresh token one after the other. They are kept
 * until the engine is done, and stored in one commit before the answer is sent. So the tokens are stored if and only if the code is used: after
 * a failure in the middle the code can be presented again.
 */
export interface TokenWrites {
  /** Runs the engine on a token request. Its writes are stored at the end, or not at all when it fails. */
  storeTogether(request: object, work: () => Promise<void>): Promise<void>
  /** Outside of a token request, `use` and `add` are durable when they resolve. */
  use(use: OneTimeUse): Promise<void>
  add(statement: CompiledQuery): Promise<void>
}

interface Kept {
  use: OneTimeUse | undefined
  statements: CompiledQuery[]
}

export function createTokenWrites(commits: SharedCommits): TokenWrites {
  const open = new WeakMap<object, Kept>()

  function findOpen(): Kept | undefined {
    const request = currentTokenRequest()
    return request && open.get(request)
  }

  async function store({ use, statements }: Kept): Promise<void> {
    if (!use && statements.length === 0) return
    if (await commits.run({ take: use?.take, statements })) return
    await use?.refuse()
  }

  return {
    async storeTogether(request, work) {
      const kept: Kept = { use: undefined, statements: [] }
      open.set(request, kept)
      await work()
      open.delete(request)
      await store(kept)
    },
    async use(use) {
      const kept = findOpen()
      if (!kept) return store({ use, statements: [] })
      if (kept.use) throw new Error('a token request uses up one code or refresh token')
      kept.use = use
    },
    async add(statement) {
      const kept = findOpen()
      if (kept) kept.statements.push(statement)
      else await commits.run({ take: undefined, statements: [statement] })
    },
  }
}
