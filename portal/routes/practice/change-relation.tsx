import { Button, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { PersonWithAccess } from '#server/portal-api/answers.ts'
import { useChangeToProxy } from '../../api/practice-desk.ts'
import { FormDialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../components/form-failure.ts'
import { notify } from '../../components/notify.tsx'

/** For somebody who was taken for the patient: couples share addresses. */
export function ChangeRelation({ practiceId, person }: { practiceId: string; person: PersonWithAccess }) {
  const [asks, setAsks] = useState(false)
  return (
    <>
      <Button
        variant="default"
        size="sm"
        className="touch"
        onClick={() => setAsks(true)}
        aria-label={`Not this patient: ${person.displayName}, ${person.patient?.name ?? ''}`}
      >
        Not this patient
      </Button>
      {asks && <RelationDialog practiceId={practiceId} person={person} onClose={() => setAsks(false)} />}
    </>
  )
}

interface RelationDialogProps {
  practiceId: string
  person: PersonWithAccess
  onClose(): void
}

function RelationDialog({ practiceId, person, onClose }: RelationDialogProps) {
  const change = useChangeToProxy(practiceId)
  const [relationship, setRelationship] = useState('')
  const { displayName, associationId, patient } = person
  const name = patient?.name ?? 'the patient'
  function submit() {
    change.mutateAsync({ associationId, relationship }).then(
      () => {
        notify({ message: `${displayName} sees the record of ${name} as ${relationship} now.` })
        onClose()
      },
      () => undefined,
    )
  }
  return (
    <FormDialog
      title={`${displayName} is not ${name}?`}
      action="Change it"
      isPending={change.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text>
        The account goes on seeing the record, as a family member or caregiver, and its apps see the change.
        If it should not see the record at all, end the access instead. Then you can invite {name} with
        another address, or this account to its own record.
      </Text>
      <TextInput
        label="Relationship"
        description={`What ${displayName} is to ${name}: wife, father, guardian, …`}
        name="relationship"
        autoComplete="off"
        data-autofocus
        value={relationship}
        onChange={(event) => setRelationship(event.currentTarget.value)}
        error={faultOf(change.error, 'relationship')}
        required
      />
      {isOfNoField(change.error, ['relationship']) && (
        <FailureNotice error={change.error} title="Nothing was changed" />
      )}
    </FormDialog>
  )
}
