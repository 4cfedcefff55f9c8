import { Alert, Button, Group, Text } from '@mantine/core'

interface SharedAddressProps {
  words: string
  isPending: boolean
  onProxy(): void
  onSend(): void
}

/** Two patients have one address: the practice decides how to go on. */
export function SharedAddress({ words, isPending, onProxy, onSend }: SharedAddressProps) {
  return (
    <Alert color="yellow" title="Two patients with one address?" role="alert">
      <Text size="sm" c="var(--text)">
        {words}
      </Text>
      <Group gap="sm" mt="sm">
        <Button variant="default" size="sm" className="touch" onClick={onProxy}>
          Invite as family member
        </Button>
        <Button variant="default" size="sm" className="touch" onClick={onSend} loading={isPending}>
          Send it all the same
        </Button>
      </Group>
    </Alert>
  )
}
