import { Alert, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { WaysToStart } from '../../../components/ways-to-start.tsx'

/** Shown where somebody without a provider wants to add an application. */
export function NeedsProvider() {
  return (
    <Stack gap="lg">
      <Alert color="blue" icon={<IconInfoCircle aria-hidden />} title="First, your account needs a provider">
        <Text size="sm" c="var(--text)">
          Applications belong to accounts that are associated with at least one provider. Yours is not yet.
          Choose one of these ways; a sandbox is the quickest. Then add your application here.
        </Text>
      </Alert>
      <WaysToStart />
    </Stack>
  )
}
