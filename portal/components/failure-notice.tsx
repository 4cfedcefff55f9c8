import { Alert, Button, Code, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { ApiFailure } from '../api/call-api.ts'

interface FailureNoticeProps {
  error: unknown
  /** What was being tried, as the title: "The list could not be loaded". */
  title: string
  retry?: (() => void) | undefined
}

/** Says what failed and what to do; the request id lets an operator find it in the log. */
export function FailureNotice({ error, title, retry }: FailureNoticeProps) {
  const failure = error instanceof ApiFailure ? error : undefined
  return (
    <Alert color="red" title={title} icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Text size="sm" c="var(--text)">
        {failure?.message ?? 'Something unexpected happened in this page. Please reload it.'}
      </Text>
      {(retry || failure?.requestId) && (
        <Group mt="sm" gap="md">
          {retry && (
            <Button
              variant="default"
              onClick={retry}
              leftSection={<IconRefresh size={18} aria-hidden />}
              size="sm"
            >
              Try again
            </Button>
          )}
          {failure?.requestId && (
            <Text size="xs" c="dimmed">
              Request <Code>{failure.requestId}</Code>
            </Text>
          )}
        </Group>
      )}
    </Alert>
  )
}
