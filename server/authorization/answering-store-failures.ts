import { type Adapter, errors } from 'oidc-provider'
import { findStoreFailure } from '../store/store-failure.ts'

/** A locked, read-only or full database answers 503 `temporarily_unavailable`, not the engine's "server error". */
export function answeringStoreFailures(adapter: Adapter): Adapter {
  const guard = <Args extends unknown[], Result>(method: (...args: Args) => Promise<Result>) => {
    return async (...args: Args): Promise<Result> => {
      try {
        return await method(...args)
      } catch (error) {
        const failure = findStoreFailure(error)
        if (!failure) throw error
        throw Object.assign(new errors.TemporarilyUnavailable(failure.message), {
          status: 503,
          statusCode: 503,
        })
      }
    }
  }
  return {
    upsert: guard(adapter.upsert),
    find: guard(adapter.find),
    findByUid: guard(adapter.findByUid),
    findByUserCode: guard(adapter.findByUserCode),
    consume: guard(adapter.consume),
    destroy: guard(adapter.destroy),
    revokeByGrantId: guard(adapter.revokeByGrantId),
  }
}
