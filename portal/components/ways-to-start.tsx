import { Button, SimpleGrid, Text, TextInput, ThemeIcon, Title } from '@mantine/core'
import { IconBuildingHospital, IconFlask, IconMail } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiFailure } from '../api/call-api.ts'
import { useCreatePractice, useCreateSandbox, useMe } from '../api/me.ts'
import { FailureNotice } from './failure-notice.tsx'
import { notify } from './notify.tsx'

/** The ways from an account of its own to one that is associated with a provider. */
export function WaysToStart() {
  const { signUp } = useMe()
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing="lg">
      <InvitationWay />
      {signUp.practice === 'open' && <PracticeWay />}
      {signUp.developer === 'open' && <SandboxWay />}
    </SimpleGrid>
  )
}

function InvitationWay() {
  const { account } = useMe()
  const [isOpen, setOpen] = useState(false)
  return (
    <Way icon={<IconMail aria-hidden />} title="Accept an invitation">
      <Text c="dimmed" size="sm">
        Your practice invites you by e-mail, to see your own record or that of somebody in your care.
      </Text>
      {isOpen ? (
        <Text size="sm" role="status">
          Ask your practice to invite <strong>{account.email}</strong>. The mail has a link; open it in this
          browser and confirm the date of birth.
        </Text>
      ) : (
        <Button variant="default" mt="auto" onClick={() => setOpen(true)}>
          How it works
        </Button>
      )}
    </Way>
  )
}

function PracticeWay() {
  const create = useCreatePractice()
  const [isOpen, setOpen] = useState(false)
  const [name, setName] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate(name, {
      onSuccess: ({ practice }) => notify({ message: `${practice.name} is ready.` }),
    })
  }
  const failure = create.error instanceof ApiFailure ? create.error : undefined
  const fieldError = failure?.field === 'name' ? failure.message : undefined
  return (
    <Way icon={<IconBuildingHospital aria-hidden />} title="Create a practice">
      <Text c="dimmed" size="sm">
        For those who treat patients: open the records you keep to the people they are about.
      </Text>
      {isOpen ? (
        <form onSubmit={submit}>
          <TextInput
            label="Name of the practice"
            name="practice-name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldError}
            autoComplete="organization"
            required
            data-autofocus
            autoFocus
            mb="sm"
          />
          {failure && !fieldError && <FailureNotice error={failure} title="That did not work" />}
          <Button type="submit" loading={create.isPending} fullWidth>
            Create the practice
          </Button>
        </form>
      ) : (
        <Button variant="default" mt="auto" onClick={() => setOpen(true)}>
          Create a practice
        </Button>
      )}
    </Way>
  )
}

function SandboxWay() {
  const create = useCreateSandbox()
  function start() {
    create.mutate(undefined, {
      onSuccess: () => notify({ message: 'Your sandbox is ready.' }),
    })
  }
  return (
    <Way icon={<IconFlask aria-hidden />} title="Create a sandbox">
      <Text c="dimmed" size="sm">
        For developers: a practice of your own full of made-up patients, ready at once.
      </Text>
      {create.error && <FailureNotice error={create.error} title="That did not work" />}
      <Button mt="auto" variant="default" onClick={start} loading={create.isPending}>
        Create a sandbox
      </Button>
    </Way>
  )
}

function Way({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className="card way" aria-label={title}>
      <ThemeIcon variant="light" size={48} radius="md">
        {icon}
      </ThemeIcon>
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
    </section>
  )
}
