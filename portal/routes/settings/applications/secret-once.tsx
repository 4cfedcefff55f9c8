import { Alert, Stack, Text } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { CopyField } from '../../../components/copy-field.tsx'

/** A client secret on the only occasion it is shown. */
export function SecretOnce({ secret }: { secret: string }) {
  return (
    <Alert color="yellow" icon={<IconKey aria-hidden />} title="Copy the client secret now" role="status">
      <Stack gap="sm" c="var(--text)">
        <Text size="sm">
          It will not be shown again: we keep only its fingerprint. If you lose it, rotate it and use the new
          one.
        </Text>
        <CopyField label="Client secret" value={secret} />
      </Stack>
    </Alert>
  )
}
