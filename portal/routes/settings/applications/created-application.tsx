import { Alert, Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useEffect } from 'react'
import { generatePath, Link } from 'react-router'
import type { NewSecret } from '#server/portal-api/answers.ts'
import { portalPages } from '#server/portal-pages.ts'
import { CopyField } from '../../../components/copy-field.tsx'
import { PageHeading } from '../../../components/page-heading.tsx'
import { ConnectionGuide } from './connection-guide.tsx'
import { withoutSecret } from './credentials.tsx'
import { SecretOnce } from './secret-once.tsx'

/** What a developer gets for a new application; the secret only here and only now. */
export function CreatedApplication({ answer }: { answer: NewSecret }) {
  const { application, secret, warnings } = answer
  // The address stays the same, so the browser would stay at the end of the form.
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [])
  return (
    <Stack gap="lg">
      <PageHeading title={`${application.name} is ready`} takesFocus />
      <section className="card" aria-label="Client id and secret">
        <Stack gap="md">
          <CopyField label="Client id" value={application.id} />
          {secret ? (
            <SecretOnce secret={secret} />
          ) : (
            <Text>{withoutSecret[application.authentication === 'key' ? 'key' : 'none']}</Text>
          )}
        </Stack>
      </section>
      {warnings.map(({ message }) => (
        <Alert
          key={message}
          color="yellow"
          icon={<IconAlertTriangle aria-hidden />}
          title="This works, but is not safe for real people"
        >
          <Text size="sm" c="var(--text)">
            {message}
          </Text>
        </Alert>
      ))}
      <ConnectionGuide application={application} secret={secret} />
      <Button
        component={Link}
        to={generatePath(portalPages.application, { applicationId: application.id })}
        variant="default"
        className="own-width"
      >
        Edit the application
      </Button>
    </Stack>
  )
}
