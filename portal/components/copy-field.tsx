import { Button, CopyButton, Group, Text, VisuallyHidden } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

/** A value to take elsewhere, with a button that copies it. */
export function CopyField({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Group gap="xs" align="center">
        <code className="copy-value" data-copy={label}>
          {value}
        </code>
        <CopyValueButton label={label} value={value} />
      </Group>
    </div>
  )
}

export function CopyValueButton({ label, value }: { label: string; value: string }) {
  return (
    <CopyButton value={value} timeout={2500}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          size="sm"
          className="touch"
          onClick={copy}
          leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
        >
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
          <VisuallyHidden>&nbsp;{label}</VisuallyHidden>
        </Button>
      )}
    </CopyButton>
  )
}
