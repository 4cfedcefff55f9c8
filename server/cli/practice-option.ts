import type { Practice, Practices } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'

/** The practice of a command: the named one, else the only one. Throws with the list of practices. */
export async function getPractice(practices: Practices, id: string | undefined): Promise<Practice> {
  const all = await practices.list()
  // Sandboxes hold made-up people. Real records go there only when the command names one.
  const candidates = all.filter((each) => (id === undefined ? each.kind === 'practice' : each.id === id))
  const [only, another] = candidates
  if (only && !another) return only
  if (all.length === 0)
    throw new OnpatientError(
      'not-found',
      'There is no practice yet. Create one with: onpatient account create --email ADDRESS --password TEXT --practice NAME',
    )
  const listed = all.map((each) => `  ${each.id}  ${each.name}`).join('\n')
  const reason =
    id === undefined ? 'Say which practice keeps the records' : `There is no practice ${id}. Choose one`
  throw new OnpatientError('invalid-parameter', `${reason} with --practice ID:\n${listed}`)
}
