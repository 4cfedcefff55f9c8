import { type Adapter, errors } from 'oidc-provider'
import { findStoreFailure } from '../../store/store-failure.ts'

/** A locked, read-only or full database answers 503 `temporarily_unavailable`, not the engine's "server error". */
export function answeringStoreFailure<Args extends unknown[], Result>(
  method: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
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

export function answeringStoreFailures(adapter: Adapter): Adapter {
  return {
    upsert: answeringStoreFailure(adapter.upsert),
    find: answeringStoreFailure(adapter.find),
    findByUid: answeringStoreFailure(adapter.findByUid),
    findByUserCode: answeringStoreFailure(adapter.findByUserCode),
    consume: answeringStoreFailure(adapter.consume),
    destroy: answeringStoreFailure(adapter.destroy),
    revokeByGrantId: answeringStoreFailure(adapter.revokeByGrantId),
  }
}
