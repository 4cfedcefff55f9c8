import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { useRotateSecret } from '../../../api/applications.ts'
import { FailureNotice } from '../../../components/failure-notice.tsx'

const hour = 3600
const overlaps = [
  { seconds: 0, label: 'It stops at once', description: 'When somebody else may know it.' },
  { seconds: hour, label: 'One more hour', description: undefined },
  { seconds: 24 * hour, label: 'One more day', description: undefined },
  { seconds: 7 * 24 * hour, label: 'Seven more days', description: undefined },
] as const

interface RotateSecretProps {
  applicationId: string
  onRotated(secret: string | null): void
}

/** Makes a new secret; the old one goes on for as long as its owner needs to put the new one in place. */
export function RotateSecret({ applicationId, onRotated }: RotateSecretProps) {
  const rotate = useRotateSecret(applicationId)
  const [isOpen, setOpen] = useState(false)
  const [overlap, setOverlap] = useState<number>(24 * hour)
  function confirm() {
    rotate.mutate(overlap, {
      onSuccess: ({ secret }) => {
        onRotated(secret)
        setOpen(false)
      },
    })
  }
  return (
    <>
      <Button
        variant="default"
        className="own-width"
        onClick={() => setOpen(true)}
        leftSection={<IconRefresh size={18} aria-hidden />}
      >
        Rotate secret
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Rotate the secret?">
        <Stack gap="lg">
          <Text>You get a new client secret.</Text>
          <Radio.Group
            label="How long does the old one go on working?"
            size="md"
            value={String(overlap)}
            onChange={(value) => setOverlap(Number(value))}
          >
            <Stack gap="sm" mt="sm">
              {overlaps.map(({ seconds, label, description }) => (
                <Radio
                  key={seconds}
                  size="md"
                  value={String(seconds)}
                  label={label}
                  description={description}
                />
              ))}
            </Stack>
          </Radio.Group>
          {rotate.error && <FailureNotice error={rotate.error} title="The secret was not rotated" />}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button onClick={confirm} loading={rotate.isPending}>
              Rotate secret
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
