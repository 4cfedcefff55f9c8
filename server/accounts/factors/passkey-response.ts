/** Web Authentication Level 3, the answers of a browser: https://www.w3.org/TR/webauthn-3/ */
import { z } from 'zod'
import { OnpatientError } from '../../errors.ts'

const base64url = z.string().regex(/^[A-Za-z0-9_-]{1,20000}$/)
const transports = z.array(z.string().max(40)).max(10).optional()
const attachment = z.enum(['platform', 'cross-platform']).optional().catch(undefined)
const credential = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  authenticatorAttachment: attachment,
  // No extension was asked for, so no result counts.
  clientExtensionResults: z.unknown().transform(() => ({})),
}

const registration = z.object({
  ...credential,
  response: z.object({ clientDataJSON: base64url, attestationObject: base64url, transports }),
})
const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish().transform((handle) => handle ?? undefined),
  }),
})
const clientData = z.object({ challenge: z.string(), crossOrigin: z.boolean().optional() })

export type RegistrationResponse = z.output<typeof registration>
export type AssertionResponse = z.output<typeof assertion>

export function parseRegistration(response: unknown): RegistrationResponse {
  return parse(registration, response)
}

export function parseAssertion(response: unknown): AssertionResponse {
  return parse(assertion, response)
}

/** The challenge that was signed. An answer from inside a page of another site is refused (§13.4.2). */
export function readChallenge({ response }: RegistrationResponse | AssertionResponse): string {
  const { challenge, crossOrigin } = parse(clientData, parseJson(response.clientDataJSON))
  if (crossOrigin === true) throw passkeyRefused()
  return challenge
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch (error) {
    throw passkeyRefused(undefined, error)
  }
}

function parse<Shape extends z.ZodType>(shape: Shape, input: unknown): z.output<Shape> {
  const outcome = shape.safeParse(input)
  if (outcome.success) return outcome.data
  throw passkeyRefused(undefined, outcome.error)
}

/** The words are the same for every fault, because the reason would only help people who forge answers. */
export function passkeyRefused(
  message = 'This passkey could not be checked, or does not belong to this account. Try again, or use another way.',
  cause?: unknown,
): OnpatientError {
  return new OnpatientError('passkey-refused', message, { cause })
}
