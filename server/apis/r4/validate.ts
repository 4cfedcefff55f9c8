import type { Resource } from 'fhir/r4'
import { loadValidator } from '#fhir/validation/validate.ts'
import { breathe } from '../../breathe.ts'
import { type Issue, OnpatientError } from '../../errors.ts'

/** A resource of a request, with its place when it is not the whole body: `Bundle.entry[0].resource`. */
interface Placed {
  resource: Resource
  place: string | undefined
}

/** Throws `record-refused` with every place at which the resource breaks FHIR R4 or a profile that it claims. */
export async function assertValid(resource: Resource, place?: string): Promise<void> {
  await assertAllValid([{ resource, place }])
}

/** The same for several resources. The faults of all are reported at once. */
export async function assertAllValid(all: readonly Placed[]): Promise<void> {
  const validator = await loadValidator()
  const issues: Issue[] = []
  for (const { resource, place } of all) {
    await breathe()
    for (const { severity, code, expression, message } of validator.validate(resource))
      if (severity === 'error')
        issues.push({ code, expression: placed(expression, resource.resourceType, place), message })
  }
  if (issues.length === 0) return
  const count = issues.length === 1 ? 'one place' : `${issues.length} places`
  throw new OnpatientError('record-refused', `The body breaks FHIR at ${count}; see each issue.`, {
    issues: issues.slice(0, mostIssues),
  })
}

const mostIssues = 200

function placed(expression: string, type: string, place: string | undefined): string {
  return place === undefined ? expression : expression.replace(type, place)
}
