import { Button, Group, Stack, Text } from '@mantine/core'
import { CopyValueButton } from '../../../components/copy-field.tsx'
import { Dialog } from '../../../components/dialog.tsx'

/** Recovery codes in clear, this one time. */
export function RecoveryCodesDialog({ codes, onClose }: { codes: string[]; onClose(): void }) {
  return (
    <Dialog onClose={onClose} title="Keep these recovery codes" closeOnClickOutside={false}>
      <Stack gap="md">
        <Text>
          Print them or keep them in your password manager, away from your phone. Each opens your account once
          when you cannot use your second step. They are shown only now.
        </Text>
        <ol className="recovery-codes">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
        <Group justify="space-between" gap="sm">
          <CopyValueButton label="recovery codes" value={codes.join('\n')} />
          <Button onClick={onClose}>I have kept them</Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
