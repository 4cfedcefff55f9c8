import { Alert, Button, Code, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { ApiFailure } from '../api/call-api.ts'
import { useWords } from '../language/use-words.ts'

interface FailureNoticeProps {
  error: unknown
  /** What was being tried, as the title: "The list could not be loaded". */
  title: string
  retry?: (() => void) | undefined
}

/** Says what failed and what to do; the request id lets an operator find it in the log. */
export function FailureNotice({ error, title, retry }: FailureNoticeProps) {
  const words = useWords('frame')
  const failure = error instanceof ApiFailure ? error : undefined
  return (
    <Alert color="red" title={title} icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Text size="sm" c="var(--text)">
        {failure?.message ?? words('unexpected')}
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
              {words('tryAgain')}
            </Button>
          )}
          {failure?.requestId && (
            <Text size="xs" c="dimmed">
              {words('request')} <Code>{failure.requestId}</Code>
            </Text>
          )}
        </Group>
      )}
    </Alert>
  )
}
