/** RFC 7592 §2.2, client update request. */
import type { Application, ApplicationForm, Applications } from '#server/applications/applications.ts'
import { OnpatientError } from '../../errors.ts'
import { readMetadata } from './registration-metadata.ts'

/** What the server says of a registration, and no client may say for it. */
const saidByServer = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
]

/** Reads the metadata that take the place of an application's. Throws `invalid-parameter`. */
export async function readReplacement(
  metadata: Record<string, unknown>,
  application: Application,
  isSecretOf: Applications['isSecretOf'],
): Promise<ApplicationForm> {
  if (metadata.client_id !== application.id)
    throw invalid('client_id', 'Send the client_id of this registration: it cannot be changed.')
  const foreign = saidByServer.find((name) => metadata[name] !== undefined)
  if (foreign !== undefined) throw invalid(foreign, 'Leave it out: only the server sets it.')
  const { client_secret: secret } = metadata
  if (secret !== undefined && (typeof secret !== 'string' || !(await isSecretOf(application.id, secret))))
    throw invalid(
      'client_secret',
      'It is not the present secret. A client cannot choose its secret: leave it out.',
    )
  const form = readMetadata(metadata)
  if (form.kind !== application.kind)
    throw invalid(
      'token_endpoint_auth_method',
      'A public application stays public, and a confidential one confidential. Register anew.',
    )
  // Left out means deleted, and without keys it could not prove who it is.
  if (form.authentication === 'key' && form.jwks === undefined && form.jwksUri === undefined)
    throw invalid('jwks', 'Send the key set, or its address in jwks_uri.')
  return form
}

function invalid(field: string, message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field })
}
