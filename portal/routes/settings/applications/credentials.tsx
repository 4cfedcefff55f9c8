import { Stack, Text, Title } from '@mantine/core'
import type { Application } from '#server/portal-api/answers.ts'
import { CopyField } from '../../../components/copy-field.tsx'
import { formatMoment } from '../../../language/format.ts'
import { RotateSecret } from './rotate-secret.tsx'
import { SecretOnce } from './secret-once.tsx'

interface CredentialsProps {
  application: Application
  /** The secret that was made on this page. */
  secret: string | null
  onRotated(secret: string | null): void
}

export function Credentials({ application, secret, onRotated }: CredentialsProps) {
  return (
    <section className="card" aria-labelledby="credentials">
      <Title order={2} size="h4" id="credentials" mb="md">
        {application.authentication === 'secret' ? 'Client id and secret' : 'Client id'}
      </Title>
      <Stack gap="md">
        <CopyField label="Client id" value={application.id} />
        {secret && <SecretOnce secret={secret} />}
        {application.authentication !== 'secret' ? (
          <Text size="sm" c="dimmed">
            {withoutSecret[application.authentication]}
          </Text>
        ) : (
          <>
            <SecretList secrets={application.secrets} />
            <RotateSecret applicationId={application.id} onRotated={onRotated} />
          </>
        )}
      </Stack>
    </section>
  )
}

/** Why there is no secret. */
export const withoutSecret = {
  key: 'It has no client secret; it proves who it is by its key.',
  none: 'A public application has no client secret; it proves itself with PKCE.',
}

function SecretList({ secrets }: Pick<Application, 'secrets'>) {
  return (
    <div>
      <Text size="sm" c="dimmed" id="secrets">
        Client secrets that work
      </Text>
      <ul className="rows" aria-labelledby="secrets">
        {secrets.map(({ id, createdAt, expiresAt }) => (
          <li key={id}>
            <Text size="sm">Made {formatMoment(createdAt)}</Text>
            <Text size="sm" c={expiresAt ? 'var(--warning)' : 'dimmed'}>
              {expiresAt ? `ends ${formatMoment(expiresAt)}` : 'does not expire'}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  )
}
