import { Button, Group, Text, Title } from '@mantine/core'
import type { Invitation } from '#server/portal-api/answers.ts'
import { useConfirmClaim, useEndInvitation, useInvitations } from '../../api/practice-desk.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { notify } from '../../components/notify.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { formatDay } from '../../language/format.ts'
import { roleWords } from './role-words.ts'

export function InvitationList({ practiceId }: { practiceId: string }) {
  const list = useInvitations(practiceId)
  const { data, error, isPending, refetch } = list
  const invitations = data?.pages.flatMap((page) => page.invitations) ?? []
  return (
    <section className="card" aria-labelledby="invitations">
      <Title order={2} size="h4" id="invitations" mb="md">
        Open invitations
      </Title>
      {isPending && <LoadingLines lines={2} />}
      {error && !data && (
        <FailureNotice
          error={error}
          title="The invitations could not be loaded"
          retry={() => void refetch()}
        />
      )}
      {data && invitations.length === 0 && (
        <Text c="dimmed">
          None at the moment. Choose "Invite" beside a patient to send one; it stays here until it is
          accepted.
        </Text>
      )}
      {invitations.length > 0 && (
        <>
          <ul className="rows" aria-labelledby="invitations">
            {invitations.map((invitation) =>
              invitation.claim ? (
                <ClaimRow
                  key={invitation.id}
                  practiceId={practiceId}
                  {...invitation}
                  claim={invitation.claim}
                />
              ) : (
                <InvitationRow key={invitation.id} practiceId={practiceId} invitation={invitation} />
              ),
            )}
          </ul>
          <ShowMore list={list} failure="More invitations could not be loaded" />
        </>
      )}
    </section>
  )
}

interface ClaimRowProps extends Invitation {
  practiceId: string
  claim: NonNullable<Invitation['claim']>
}

/** Somebody accepted with another address: is it the invited person? */
function ClaimRow({ practiceId, id, email, claim, patient, ...invitation }: ClaimRowProps) {
  const confirm = useConfirmClaim(practiceId)
  const refuse = useEndInvitation(practiceId)
  const error = confirm.error ?? refuse.error
  const who = `${claim.displayName} (${claim.email})`
  /** Said when it is done, though the row is gone by then. */
  function decide(how: typeof confirm | typeof refuse, message: string) {
    how.mutateAsync(id).then(
      () => notify({ message }),
      () => undefined,
    )
  }
  return (
    <li>
      <div className="row-text">
        <Text fw={550}>
          {who} accepted the invitation of {email}
        </Text>
        <Text size="sm" c="dimmed">
          {roleWords({ ...invitation, patient })} · on {formatDay(claim.claimedAt)}. Make sure that it is the
          person you invited: ask them by phone.
        </Text>
        {error && <FailureNotice error={error} title="That did not work" />}
      </div>
      <Group gap="xs">
        <Button
          size="sm"
          className="touch"
          onClick={() => decide(confirm, `The record is open to ${who}.`)}
          loading={confirm.isPending}
          aria-label={`Confirm ${who}`}
        >
          Confirm
        </Button>
        <Button
          variant="default"
          size="sm"
          className="touch"
          onClick={() => decide(refuse, `${who} was refused, and the invitation has ended.`)}
          loading={refuse.isPending}
          aria-label={`Refuse ${who}`}
        >
          Refuse
        </Button>
      </Group>
    </li>
  )
}

interface InvitationRowProps {
  practiceId: string
  invitation: Invitation
}

/** A mail that has left gets no words: nobody knows whether it was read. */
const mailWords: Partial<Record<Invitation['mail'], string>> = {
  waiting: 'The mail is on its way.',
  delayed: 'The mail has not arrived yet: the mail server does not take it, and it is tried again.',
  failed: 'The mail did not arrive. End this invitation, check the address, and invite again.',
}

function InvitationRow({ practiceId, invitation }: InvitationRowProps) {
  const end = useEndInvitation(practiceId)
  const { id, email, expiresAt, mail } = invitation
  function endIt() {
    end.mutateAsync(id).then(
      () => notify({ message: `The invitation of ${email} has ended.` }),
      () => undefined,
    )
  }
  return (
    <li>
      <div className="row-text">
        <Text fw={550}>{email}</Text>
        <Text size="sm" c="dimmed">
          {roleWords(invitation)} · until {formatDay(expiresAt)}
        </Text>
        {mailWords[mail] && (
          <Text size="sm" fw={mail === 'failed' ? 550 : undefined} c={mail === 'failed' ? 'red.8' : 'dimmed'}>
            {mailWords[mail]}
          </Text>
        )}
        {end.error && <FailureNotice error={end.error} title="That did not work" />}
      </div>
      <Button
        variant="default"
        size="sm"
        className="touch"
        onClick={endIt}
        loading={end.isPending}
        aria-label={`End the invitation of ${email}`}
      >
        End
      </Button>
    </li>
  )
}
