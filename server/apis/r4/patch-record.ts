import type { Resource } from 'fhir/r4'
import { OnpatientError } from '../../errors.ts'
import { patchResource, readPatch } from './json-patch.ts'
import { assertValid } from './validate.ts'

interface Patched {
  type: string
  /** The record as it is. */
  content: string
  patch: unknown
  /** Whether the sender of the patch may read the record. */
  isShown: boolean
  /** The place of the patch when it is not the whole body. */
  place?: string
}

/**
 * A valid record after a JSON Patch. A sender who may not read the record cannot use operations that look into it, and no error
 * shows a value or a place. Throws `record-refused`, `scope-missing`.
 */
export async function patchRecord({ type, content, patch, isShown, place }: Patched): Promise<Resource> {
  const at = place === undefined ? undefined : `${place}.resource`
  if (isShown) {
    const resource = patchResource(content, patch)
    await assertValid(resource, at)
    return resource
  }
  for (const { op } of readPatch(patch))
    if (op === 'test' || op === 'copy' || op === 'move')
      throw new OnpatientError(
        'scope-missing',
        `The operation "${op}" reads the record, which this access token does not cover. Send add, remove and replace alone, or ask for the scope user/${type}.r.`,
        { field: `user/${type}.r` },
      )
  try {
    const resource = patchResource(content, patch)
    await assertValid(resource, at)
    return resource
  } catch (error) {
    if (!(error instanceof OnpatientError) || !['record-refused', 'invalid-body'].includes(error.code))
      throw error
    throw new OnpatientError(
      'record-refused',
      `The patch does not fit the record, or its result would break FHIR. The place is not reported, because this access token cannot read the record. Ask for the scope user/${type}.r.`,
      { expression: at ?? type },
    )
  }
}
