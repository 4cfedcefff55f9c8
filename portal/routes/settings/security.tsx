import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { useChangePassword, useMe } from '../../api/me.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../components/form-failure.ts'
import { PageHeading } from '../../components/page-heading.tsx'
import { UsernameField } from '../../components/username-field.tsx'
import { SecondStep } from './second-step/second-step.tsx'
import { WaitingPractices } from './second-step/waiting-practices.tsx'
import { SignInList } from './sign-in-list.tsx'

export function Security() {
  return (
    <Stack gap="lg">
      <PageHeading title="Security" />
      <WaitingPractices />
      <SecondStep />
      <PasswordForm />
      <SignInList />
    </Stack>
  )
}

function PasswordForm() {
  const { account } = useMe()
  const change = useChangePassword()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate(
      { current, next },
      {
        onSuccess: () => {
          setCurrent('')
          setNext('')
          notifications.show({ message: 'Your password is changed.' })
        },
      },
    )
  }
  return (
    <section className="card" aria-labelledby="your-password">
      <Title order={2} size="h4" id="your-password" mb={4}>
        Password
      </Title>
      <Text c="dimmed" mb="md">
        A new password signs you out everywhere else and ends the access of all connected apps.
      </Text>
      <form onSubmit={submit}>
        <Stack gap="md" className="narrow">
          <UsernameField email={account.email} />
          <PasswordInput
            label="Current password"
            name="current"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            error={faultOf(change.error, 'current')}
            required
          />
          <PasswordInput
            label="New password"
            description="A long sentence is easy to remember and hard to guess."
            name="next"
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={faultOf(change.error, 'next') ?? faultOf(change.error, 'password')}
            required
          />
          {isOfNoField(change.error, ['current', 'next', 'password']) && (
            <FailureNotice error={change.error} title="The password was not changed" />
          )}
          <Button type="submit" loading={change.isPending} className="own-width">
            Change the password
          </Button>
        </Stack>
      </form>
    </section>
  )
}
