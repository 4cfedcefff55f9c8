import { Skeleton, Stack, VisuallyHidden } from '@mantine/core'
import { useWords } from '../language/use-words.ts'

/** Stands in for content on its way; screen readers hear it once. */
export function LoadingLines({ lines = 3, height = 44 }: { lines?: number; height?: number }) {
  const words = useWords('frame')
  return (
    <Stack gap="sm" role="status">
      <VisuallyHidden>{words('loading')}</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <Skeleton key={line} height={height} radius="md" aria-hidden />
      ))}
    </Stack>
  )
}
