import type { Db } from '../../store/store.ts'
import { findStoreFailure } from '../../store/store-failure.ts'
import {
  NothingWrittenError,
  type WriteGroup,
  writeOneByOne,
  writeTogether,
} from '../../store/write-together.ts'

/** Writes of requests that come at the same time share one commit, because a commit waits for the disk. */
export interface SharedCommits {
  /**
   * Writes a group, all of it or nothing. It is durable when this resolves. False when the statement that decides found nothing. A group that
   * fails does not take other groups with it.
   */
  run(group: WriteGroup): Promise<boolean>
}

interface Waiting {
  group: WriteGroup
  resolve(isWritten: boolean): void
  reject(error: unknown): void
}

export function createSharedCommits(db: Db): SharedCommits {
  let waiting: Waiting[] = []
  let isBusy = false

  /** Commits one after the other. Groups that come meanwhile share the next commit. */
  async function commitAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await commit(db, batch)
    }
    isBusy = false
  }

  return {
    run: (group) =>
      new Promise((resolve, reject) => {
        waiting.push({ group, resolve, reject })
        if (isBusy) return
        isBusy = true
        // Other groups that have arrived by now share the commit.
        setImmediate(commitAll)
      }),
  }
}

async function commit(db: Db, batch: readonly Waiting[]): Promise<void> {
  try {
    const written = await writeTogether(
      db,
      batch.map(({ group }) => group),
    )
    for (const [index, each] of batch.entries()) each.resolve(written[index] ?? false)
  } catch (error) {
    const alone = (each: Waiting) =>
      isOfAll(error, batch)
        ? Promise.reject(error)
        : writeOneByOne(db, [each.group]).then(([isWritten]) => isWritten ?? false)
    await Promise.all(batch.map((each) => alone(each).then(each.resolve, each.reject)))
  }
}

/** A full or locked database fails all groups. Any other error is the fault of one of them. */
function isOfAll(error: unknown, batch: readonly Waiting[]): boolean {
  if (error instanceof NothingWrittenError) return false
  return findStoreFailure(error) !== undefined || batch.length === 1
}
