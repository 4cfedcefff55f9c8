import { Button } from '@mantine/core'
import { useState } from 'react'
import type { PersonWithAccess } from '#server/portal-api/answers.ts'
import { useClearFactors } from '../../api/practice-desk.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { notify } from '../../components/notify.tsx'

/** Removes the second step of a person who has lost it, after the practice has made sure who is asking. */
export function ClearFactors({ practiceId, person }: { practiceId: string; person: PersonWithAccess }) {
  const clear = useClearFactors(practiceId)
  const [asks, setAsks] = useState(false)
  const { displayName } = person
  function confirm() {
    clear.mutate(person.associationId, {
      onSuccess: () => {
        setAsks(false)
        notify({ message: `The second step of ${displayName} is removed.` })
      },
    })
  }
  return (
    <>
      <Button
        variant="default"
        size="sm"
        className="touch"
        onClick={() => setAsks(true)}
        aria-label={`Remove the second step of ${displayName}`}
      >
        Remove second step
      </Button>
      <ConfirmDialog
        isOpen={asks}
        title={`Remove the second step of ${displayName}?`}
        action="Remove the second step"
        isPending={clear.isPending}
        error={clear.error}
        onConfirm={confirm}
        onClose={() => {
          clear.reset()
          setAsks(false)
        }}
      >
        For people who have lost the phone and the recovery codes. Make sure first that it is really{' '}
        {displayName} who asks: with the password alone the account opens again. All its browsers are signed
        out, and {displayName} gets a mail about it.
      </ConfirmDialog>
    </>
  )
}
