import { Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { PatientSummary } from '#server/portal-api/answers.ts'
import { ApiFailure } from '../../api/call-api.ts'
import { type InvitationForm, useInvite, useRelatedPeople } from '../../api/practice-desk.ts'
import { FormDialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../components/form-failure.ts'
import { notify } from '../../components/notify.tsx'
import { InvitedRole, KnownPeople, nobody } from './invited-person.tsx'
import { SharedAddress } from './shared-address.tsx'

interface InvitationDialogProps {
  practiceId: string
  patient: PatientSummary
  onClose(): void
}

/** The failure by which the server asks before it invites a second patient with the same address. */
function sharingOf(error: unknown): ApiFailure | undefined {
  return error instanceof ApiFailure && error.code === 'own-record-exists' ? error : undefined
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
  function send({ isSharedAddress }: { isSharedAddress: boolean }) {
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
        notify({
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
      onSubmit={() => send({ isSharedAddress: false })}
      onClose={onClose}
    >
      <InvitedRole role={role} onChange={setRole} />
      {role === 'proxy' && known.length > 0 && (
        <KnownPeople
          people={known}
          hasMore={data?.hasMore ?? false}
          chosen={relatedPersonId}
          onChoose={choose}
        />
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
          onSend={() => send({ isSharedAddress: true })}
        />
      )}
      {isOfNoField(invite.error, ['email', 'relationship']) && (
        <FailureNotice error={invite.error} title="The invitation was not sent" />
      )}
    </FormDialog>
  )
}
