import { OnpatientError } from '../../../errors.ts'
import type { Asked } from '../answer.ts'
import { readBody, resourceMediaTypes } from '../read-body.ts'

/**
 * The parameters of an operation: those of the address, then those of a Parameters resource in the body. A repeated name there
 * means several values (https://hl7.org/fhir/R4/operations.html#executing).
 */
export async function readOperationParameters(
  request: Asked,
  query: URLSearchParams,
): Promise<URLSearchParams> {
  const { method, body } = request
  if (method !== 'POST' || !Buffer.isBuffer(body) || body.length === 0) return query
  const sent = (await readBody(request, resourceMediaTypes)) as {
    resourceType?: unknown
    parameter?: unknown
  } | null
  const { resourceType, parameter = [] } = sent ?? {}
  if (resourceType !== 'Parameters' || !Array.isArray(parameter) || !parameter.every(isParameter))
    throw new OnpatientError(
      'invalid-body',
      'Send the parameters of the operation as a Parameters resource.',
      {
        expression: 'Parameters.parameter',
      },
    )
  const all = new URLSearchParams(query)
  for (const [name, values] of Map.groupBy(parameter, (each) => each.name))
    all.append(name, values.map(valueOfParameter).join(','))
  return all
}

interface Parameter {
  name: string
  [value: string]: unknown
}

function isParameter(value: unknown): value is Parameter {
  return typeof (value as { name?: unknown } | null)?.name === 'string'
}

function valueOfParameter({ name, ...fields }: Parameter): string {
  const value = Object.entries(fields).find(([key]) => key.startsWith('value'))?.[1]
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  const { system = '', code } = (value ?? {}) as { system?: unknown; code?: unknown }
  if (typeof code === 'string') return system === '' ? code : `${String(system)}|${code}`
  throw new OnpatientError(
    'invalid-body',
    `The parameter ${name.slice(0, 60)} has no value that can be read.`,
    { expression: 'Parameters.parameter.value' },
  )
}
