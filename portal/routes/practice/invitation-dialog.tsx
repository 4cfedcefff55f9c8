import { Alert, Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { ApiFailure } from '../../api/call-api.ts'
import type { PatientSummary } from '../../api/me.ts'
import {
  type InvitationForm,
  type RelatedPerson,
  useInvite,
  useRelatedPeople,
} from '../../api/practice-desk.ts'
import { FormDialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../components/form-failure.ts'

interface InvitationDialogProps {
  practiceId: string
  patient: PatientSummary
  onClose(): void
}

const nobody = ''

interface KnownPeopleProps {
  people: readonly RelatedPerson[]
  chosen: string
  onChoose(id: string): void
}

/** So that apps show the person whom the record knows already, and not a second one of the same name. */
function KnownPeople({ people, chosen, onChoose }: KnownPeopleProps) {
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
        <Radio size="md" value={nobody} label="Somebody else" />
      </Stack>
    </Radio.Group>
  )
}

/** The server says so before it sends a second patient's invitation to an address. */
function sharingOf(error: unknown): ApiFailure | undefined {
  return error instanceof ApiFailure && error.code === 'own-record-exists' ? error : undefined
}

interface SharedAddressProps {
  words: string
  isPending: boolean
  onProxy(): void
  onSend(): void
}

function SharedAddress({ words, isPending, onProxy, onSend }: SharedAddressProps) {
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

/** Invites the patient, or somebody who cares for them, by mail. */
export function InvitationDialog({ practiceId, patient, onClose }: InvitationDialogProps) {
  const invite = useInvite(practiceId)
  const [role, setRole] = useState<InvitationForm['role']>('patient')
  const [email, setEmail] = useState('')
  const [relationship, setRelationship] = useState('')
  const [relatedPersonId, setRelatedPersonId] = useState(nobody)
  const { data } = useRelatedPeople(practiceId, patient.id, role === 'proxy')
  const known = data?.relatedPeople ?? []
  function choose(id: string) {
    const person = known.find((each) => each.id === id)
    setRelatedPersonId(id)
    if (person?.relationship) setRelationship(person.relationship.toLowerCase())
  }
  const sharing = sharingOf(invite.error)
  function send(isSharedAddress: boolean) {
    const form = {
      isSharedAddress,
      patientId: patient.id,
      email,
      role,
      relationship: role === 'patient' ? 'self' : relationship,
      relatedPersonId: role === 'patient' || relatedPersonId === nobody ? null : relatedPersonId,
    }
    invite.mutate(form, {
      onSuccess: ({ isInOutbox }) => {
        notifications.show({
          message: isInOutbox ? (
            <>
              A sandbox writes to nobody but you: the mail is in the <a href="/outbox">outbox</a>.
            </>
          ) : (
            `The invitation is on its way to ${email}.`
          ),
        })
        onClose()
      },
    })
  }
  return (
    <FormDialog
      title={`Invite for the record of ${patient.name}`}
      action="Send the invitation"
      isPending={invite.isPending}
      onSubmit={() => send(false)}
      onClose={onClose}
    >
      <Radio.Group
        label="Whom do you invite?"
        size="md"
        value={role}
        onChange={(value) => setRole(value as InvitationForm['role'])}
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
      {role === 'proxy' && known.length > 0 && (
        <KnownPeople people={known} chosen={relatedPersonId} onChoose={choose} />
      )}
      {role === 'proxy' && (
        <TextInput
          label="Relationship"
          description="What this person is to the patient: mother, guardian, …"
          name="relationship"
          autoComplete="off"
          value={relationship}
          onChange={(event) => setRelationship(event.currentTarget.value)}
          error={faultOf(invite.error, 'relationship')}
          required
        />
      )}
      <TextInput
        label="E-mail address"
        name="email"
        type="email"
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        error={sharing ? undefined : faultOf(invite.error, 'email')}
        required
      />
      <Text size="sm" c="dimmed">
        The mail has a link that works for 14 days. Whoever opens it confirms the patient's date of birth.
      </Text>
      {sharing && (
        <SharedAddress
          words={sharing.message}
          isPending={invite.isPending}
          onProxy={() => {
            setRole('proxy')
            invite.reset()
          }}
          onSend={() => send(true)}
        />
      )}
      {isOfNoField(invite.error, ['email', 'relationship']) && (
        <FailureNotice error={invite.error} title="The invitation was not sent" />
      )}
    </FormDialog>
  )
}
