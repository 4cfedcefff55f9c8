import { Radio, Stack } from '@mantine/core'
import type { Application } from '#server/portal-api/answers.ts'

type Kind = Application['kind']

interface KindWords {
  label: string
  description: string
}

export const kindWords: Record<Kind, KindWords> = {
  confidential: {
    label: 'Confidential',
    description: 'Runs on a server of yours, where its client secret stays secret.',
  },
  public: {
    label: 'Public',
    description: "Runs on people's own phones or browsers, has no secret and uses PKCE instead.",
  },
}

interface KindChoiceProps {
  kind: Kind
  onChange(kind: Kind): void
}

/** Chosen once: a public application has no secret, and a confidential one must have one. */
export function KindChoice({ kind, onChange }: KindChoiceProps) {
  return (
    <Radio.Group
      label="Kind of application"
      description="It cannot be changed later."
      size="md"
      name="kind"
      value={kind}
      onChange={(value) => onChange(value as Kind)}
    >
      <Stack gap="sm" mt="sm">
        <Radio size="md" value="confidential" {...kindWords.confidential} />
        <Radio size="md" value="public" {...kindWords.public} />
      </Stack>
    </Radio.Group>
  )
}
