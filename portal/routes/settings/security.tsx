import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useChangePassword, useMe } from '../../api/me.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../components/form-failure.ts'
import { notify } from '../../components/notify.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { UsernameField } from '../../components/username-field.tsx'
import { useWords } from '../../language/use-words.ts'
import { SecondStep } from './second-step/second-step.tsx'
import { WaitingPractices } from './second-step/waiting-practices.tsx'
import { SignInList } from './sign-in-list.tsx'

export function Security() {
  const words = useWords('settings')
  return (
    <Stack gap="lg">
      <PageHeading title={words('security')} />
      <WaitingPractices />
      <SecondStep />
      <PasswordForm />
      <SignInList />
    </Stack>
  )
}

function PasswordForm() {
  const words = useWords('settings')
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
          notify({ message: words('passwordChanged') })
        },
      },
    )
  }
  return (
    <section className="card" aria-labelledby="your-password">
      <Title order={2} size="h4" id="your-password" mb={4}>
        {words('password')}
      </Title>
      <Text c="dimmed" mb="md">
        {words('passwordHint')}
      </Text>
      <form onSubmit={submit}>
        <Stack gap="md" className="narrow">
          <UsernameField email={account.email} />
          <PasswordInput
            label={words('currentPassword')}
            name="current"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            error={faultOf(change.error, 'current')}
            required
          />
          <PasswordInput
            label={words('newPassword')}
            description={words('newPasswordHint')}
            name="next"
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
            error={faultOf(change.error, 'next') ?? faultOf(change.error, 'password')}
            required
          />
          {isOfNoField(change.error, ['current', 'next', 'password']) && (
            <FailureNotice error={change.error} title={words('passwordNotChanged')} />
          )}
          <Button type="submit" loading={change.isPending} className="own-width">
            {words('changePassword')}
          </Button>
        </Stack>
      </form>
    </section>
  )
}
