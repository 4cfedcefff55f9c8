import { Alert, Button, NativeSelect, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { Link } from 'react-router'
import { portalPages } from '#server/portal-pages.ts'
import { isLanguage, type Language, languages } from '#words/languages.ts'
import { useChangeEmail, useChooseLanguage, useMe, useRename } from '../../api/me.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { faultOf, isOfNoField } from '../../components/form-failure.ts'
import { notify } from '../../components/notify.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { UsernameField } from '../../components/username-field.tsx'
import { useWords } from '../../language/use-words.ts'

export function Profile() {
  const words = useWords('settings')
  return (
    <Stack gap="lg">
      <PageHeading title={words('profile')} />
      <NameForm />
      <LanguageForm />
      <EmailForm />
      <WayOut />
    </Stack>
  )
}

function WayOut() {
  const words = useWords('settings')
  return (
    <section className="card" aria-labelledby="way-out">
      <Title order={2} size="h4" id="way-out" mb={4}>
        {words('closeAccount')}
      </Title>
      <Text mb="md" c="dimmed">
        {words('closeHint')}
      </Text>
      <Button component={Link} to={portalPages.closeAccount} variant="default">
        {words('closeLink')}
      </Button>
    </section>
  )
}

function NameForm() {
  const words = useWords('settings')
  const { account } = useMe()
  const rename = useRename()
  const [name, setName] = useState(account.displayName)
  function submit(event: FormEvent) {
    event.preventDefault()
    rename.mutate(name, { onSuccess: () => notify({ message: words('nameSaved') }) })
  }
  return (
    <section className="card" aria-labelledby="your-name">
      <Title order={2} size="h4" id="your-name" mb="md">
        {words('yourName')}
      </Title>
      <form onSubmit={submit}>
        <Stack gap="md" align="stretch" className="narrow">
          <TextInput
            label={words('name')}
            description={words('nameHint')}
            name="displayName"
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={faultOf(rename.error, 'displayName')}
            required
          />
          {isOfNoField(rename.error, ['displayName']) && (
            <FailureNotice error={rename.error} title={words('nameNotSaved')} />
          )}
          <Button type="submit" loading={rename.isPending} className="own-width">
            {words('saveName')}
          </Button>
        </Stack>
      </form>
    </section>
  )
}

/** Names of languages are written in the language itself. */
const languageNames: Record<Language, string> = { en: 'English', es: 'Español' }

function LanguageForm() {
  const words = useWords('settings')
  const { account } = useMe()
  const choose = useChooseLanguage()
  return (
    <section className="card" aria-labelledby="your-language">
      <Title order={2} size="h4" id="your-language" mb="md">
        {words('language')}
      </Title>
      <Stack gap="md" align="stretch" className="narrow">
        <NativeSelect
          label={words('languageOfPages')}
          description={words('languageHint')}
          value={account.language ?? ''}
          disabled={choose.isPending}
          data={[
            { value: '', label: words('languageOfBrowser') },
            ...languages.map((value) => ({ value, label: languageNames[value] })),
          ]}
          onChange={({ currentTarget: { value } }) => choose.mutate(isLanguage(value) ? value : null)}
        />
        {choose.error && <FailureNotice error={choose.error} title={words('languageNotSaved')} />}
      </Stack>
    </section>
  )
}

function EmailForm() {
  const words = useWords('settings')
  const { account } = useMe()
  const change = useChangeEmail()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate({ email, password }, { onSuccess: () => setPassword('') })
  }
  return (
    <section className="card" aria-labelledby="your-email">
      <Title order={2} size="h4" id="your-email" mb={4}>
        {words('email')}
      </Title>
      <Text mb="md" c="dimmed">
        {words.rich('signInWith', { email: () => <strong>{account.email}</strong> })}
      </Text>
      {account.isAddressShared && (
        <Alert color="yellow" title={words('addressShared')} mb="md" className="narrow">
          {words('addressSharedHint')}
        </Alert>
      )}
      <form onSubmit={submit}>
        <Stack gap="md" className="narrow">
          <TextInput
            label={words('newEmail')}
            description={words('newEmailHint')}
            name="email"
            type="email"
            autoComplete="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={faultOf(change.error, 'email')}
            required
          />
          <UsernameField email={account.email} />
          <PasswordInput
            label={words('yourPassword')}
            name="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={faultOf(change.error, 'password')}
            required
          />
          {isOfNoField(change.error, ['email', 'password']) && (
            <FailureNotice error={change.error} title={words('emailNotChanged')} />
          )}
          <Text role="status" c="var(--success)">
            {change.isSuccess ? words('emailLinkSent', { email: change.variables.email }) : ''}
          </Text>
          <Button type="submit" loading={change.isPending} className="own-width">
            {words('changeEmail')}
          </Button>
        </Stack>
      </form>
    </section>
  )
}
