import type { OperationOutcomeIssue } from 'fhir/r4'
import { isResourceId } from '#fhir/reference.ts'
import { loadValidator, type ValidationIssue } from '#fhir/validation/validate.ts'
import type { RecordReader } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import type { Answer, Asked } from '../answer.ts'
import { readBody, resourceMediaTypes } from '../read-body.ts'
import type { ReadContext } from '../request-context.ts'

interface ValidationInput {
  resource: unknown
  profiles: string[]
  mode: string | undefined
}

/**
 * `Type/$validate` and `Type/id/$validate`: the issues that a write of the resource would report, and warnings, without the
 * write. Without a resource in the body the stored one is validated (https://hl7.org/fhir/R4/resource-operation-validate.html).
 */
export async function validate(
  { request, reader, query }: ReadContext,
  { type, id }: { type: string; id?: string },
): Promise<Answer> {
  const sent = await readSent(request)
  const { profiles, mode, resource } = readInput(sent, query)
  const subject = resource === undefined ? await readStored(reader, type, id) : resource
  const validator = await loadValidator()
  const issues = [
    ...findMismatch(subject, { type, id: resource === undefined ? undefined : id }),
    ...validator.validate(subject, { profiles }),
    ...noteOnMode(mode),
  ]
  return { status: 200, body: JSON.stringify({ resourceType: 'OperationOutcome', issue: toOutcome(issues) }) }
}

/** Undefined when there is no body. */
async function readSent(request: Asked): Promise<unknown> {
  const { body, method } = request
  const isEmpty = body === undefined || body === null || (Buffer.isBuffer(body) && body.length === 0)
  return method !== 'POST' || isEmpty ? undefined : readBody(request, resourceMediaTypes)
}

interface Parameter {
  name?: unknown
  resource?: unknown
  [value: string]: unknown
}

/** The resource itself, or a Parameters that holds it with a profile and a mode. */
function readInput(sent: unknown, query: URLSearchParams): ValidationInput {
  const fields = (sent ?? {}) as { resourceType?: unknown; parameter?: unknown }
  const isParameters = fields.resourceType === 'Parameters' && Array.isArray(fields.parameter)
  const parameters = (isParameters ? fields.parameter : []) as Array<Parameter | null>
  const named = (name: string) => parameters.filter((each) => each?.name === name)
  const texts = (name: string) => named(name).flatMap((each) => textOf(each))
  return {
    resource: isParameters ? named('resource')[0]?.resource : sent,
    profiles: [...query.getAll('profile'), ...texts('profile')].filter((text) => text !== ''),
    mode: assertMode(query.get('mode') ?? texts('mode')[0]),
  }
}

/** https://hl7.org/fhir/R4/valueset-resource-validation-mode.html */
const modes = ['create', 'update', 'delete', 'profile']

function assertMode(mode: string | undefined): string | undefined {
  if (mode === undefined || modes.includes(mode)) return mode
  throw new OnpatientError('invalid-parameter', `The parameter mode is one of ${modes.join(', ')}.`, {
    field: 'mode',
  })
}

function textOf(parameter: Parameter | null): string[] {
  const { valueUri, valueCanonical, valueCode, valueString } = parameter ?? {}
  const value = valueUri ?? valueCanonical ?? valueCode ?? valueString
  return typeof value === 'string' ? [value] : []
}

/** The stored record, when the token may read it. */
async function readStored(reader: RecordReader, type: string, id: string | undefined): Promise<unknown> {
  if (id === undefined)
    throw new OnpatientError(
      'invalid-body',
      'Send the resource to validate as the body, or in a Parameters as the parameter "resource".',
    )
  const content = isResourceId(id) ? await reader.read(type, id) : undefined
  if (content === undefined)
    throw new OnpatientError('not-found', `There is no ${type} with this id among the records of this token.`)
  return JSON.parse(content)
}

/** Type and id of the body must be those of the address. */
function findMismatch(
  subject: unknown,
  { type, id }: { type: string; id: string | undefined },
): ValidationIssue[] {
  const fields = (subject ?? {}) as { resourceType?: unknown; id?: unknown }
  const error = (expression: string, message: string): ValidationIssue[] => [
    { severity: 'error', code: 'value', expression, message },
  ]
  if (typeof fields.resourceType === 'string' && fields.resourceType !== type)
    return error('Resource.resourceType', `The address says ${type}.`)
  return id !== undefined && fields.id !== id
    ? error(`${type}.id`, 'The id must be the one of the address.')
    : []
}

function noteOnMode(mode: string | undefined): ValidationIssue[] {
  if (mode !== 'delete') return []
  return [
    {
      severity: 'warning',
      code: 'not-supported',
      expression: 'Resource',
      message: 'Whether the record can be deleted was not checked, only its content.',
    },
  ]
}

const allRight: OperationOutcomeIssue = {
  severity: 'information',
  code: 'informational',
  details: { text: 'Nothing is wrong with this resource.' },
}

function toOutcome(issues: ValidationIssue[]): OperationOutcomeIssue[] {
  const reported = issues.map(({ severity, code, expression, message }) => ({
    severity,
    code,
    details: { text: message },
    expression: [expression],
  }))
  return reported.some(({ severity }) => severity === 'error') ? reported : [...reported, allRight]
}
