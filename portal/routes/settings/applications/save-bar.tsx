import { Button, Text } from '@mantine/core'

interface SaveBarProps {
  /** The id of the form that it sends. */
  form: string
  isPending: boolean
  /** How things stand: "Everything is saved". */
  status: string
}

/** Stays at the bottom of the window, so that a long form can be saved from everywhere. */
export function SaveBar({ form, isPending, status }: SaveBarProps) {
  return (
    <div className="save-bar">
      <Text size="sm" c="dimmed" role="status">
        {status}
      </Text>
      <Button type="submit" form={form} loading={isPending}>
        Save Changes
      </Button>
    </div>
  )
}
