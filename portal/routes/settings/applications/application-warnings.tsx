import { Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { Warning } from '#server/portal-api/answers.ts'

/** What the developer is to know of an application: it works, but not as its developer may think. */
export function ApplicationWarnings({ warnings }: { warnings: readonly Warning[] }) {
  return warnings.map(({ message }) => (
    <Text key={message} size="sm" c="var(--warning)" className="advice">
      <IconAlertTriangle size={18} aria-hidden />
      <span>{message}</span>
    </Text>
  ))
}
