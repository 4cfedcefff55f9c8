import type { PracticesDeps } from './practices-deps.ts'

export async function requireSecondStep(
  {
    db,
    onSecondStepRequired,
    onAccessEnded,
  }: Pick<PracticesDeps, 'db' | 'onSecondStepRequired' | 'onAccessEnded'>,
  { practiceId, isRequired }: { practiceId: string; isRequired: boolean },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx
      .updateTable('practice')
      .set({ requires_second_step: isRequired ? 1 : 0 })
      .where('id', '=', practiceId)
      .execute()
    // This comes after the switch: by then every earlier grant is in the table, and no grant can follow.
    if (isRequired) await onSecondStepRequired?.(tx, practiceId)
  })
  onAccessEnded?.()
}
