import { Radio, Stack } from '@mantine/core'
import type { RelatedPerson } from '#server/portal-api/answers.ts'
import type { InvitationForm } from '../../api/practice-desk.ts'

export const nobody = ''

interface KnownPeopleProps {
  people: readonly RelatedPerson[]
  /** Whether the record has more people than these. */
  hasMore: boolean
  chosen: string
  onChoose(id: string): void
}

/**
 * Chooses one of the people in the record. Then apps show the person whom the record knows already, and not a second one of the same
 * name.
 */
export function KnownPeople({ people, hasMore, chosen, onChoose }: KnownPeopleProps) {
  return (
    <Radio.Group
      label="Is it one of the people in the record?"
      size="md"
      value={chosen}
      onChange={(id) => onChoose(id)}
    >
      <Stack gap="sm" mt="sm">
        {people.map(({ id, name, relationship }) => (
          <Radio key={id} size="md" value={id} label={name} description={relationship || undefined} />
        ))}
        <Radio
          size="md"
          value={nobody}
          label="Somebody else"
          description={hasMore ? `The record names more people than these ${people.length}.` : undefined}
        />
      </Stack>
    </Radio.Group>
  )
}

interface InvitedRoleProps {
  role: InvitationForm['role']
  onChange(role: InvitationForm['role']): void
}

export function InvitedRole({ role, onChange }: InvitedRoleProps) {
  return (
    <Radio.Group
      label="Whom do you invite?"
      size="md"
      value={role}
      onChange={(value) => onChange(value as InvitationForm['role'])}
    >
      <Stack gap="sm" mt="sm">
        <Radio size="md" value="patient" label="The patient" description="Sees their own record." />
        <Radio
          size="md"
          value="proxy"
          label="A family member or caregiver"
          description="Sees this record in the patient's place."
        />
      </Stack>
    </Radio.Group>
  )
}
