import { Stack, Tabs, Text, Title } from '@mantine/core'
import type { Application } from '#server/portal-api/answers.ts'
import { useMe } from '../../../api/me.ts'
import { CopyField, CopyValueButton } from '../../../components/copy-field.tsx'
import { authorizeLink, type ExampleValues, exampleValuesOf } from './example-values.ts'
import { snippetsFor } from './snippets.ts'

interface ConnectionGuideProps {
  application: Application
  /** When it was just made, it stands in the snippets; else a placeholder does. */
  secret: string | null
}

/** Everything to connect this application with, filled in. */
export function ConnectionGuide({ application, secret }: ConnectionGuideProps) {
  const { urls } = useMe()
  const values = exampleValuesOf(application, secret, urls)
  return (
    <section className="card" aria-labelledby="connection">
      <Title order={2} size="h4" id="connection" mb={4}>
        Connect it
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        Filled in with the values of this application. The <a href={urls.tutorial}>tutorial</a> explains each
        step.
      </Text>
      <Stack gap="md">
        <CopyField label="Authorize URL" value={values.authorize} />
        <CopyField label="Token URL" value={values.token} />
        <CopyField label="API base" value={values.api} />
        <Text size="sm" c="dimmed">
          The limits of requests stand in <a href={`${urls.documentation}#limits`}>Limits</a>, and by the
          header RateLimit of each answer.
        </Text>
        {values.redirectUri === '' ? (
          <Text size="sm">
            A backend service sends nobody here: it asks for tokens with grant_type=client_credentials, once a
            practice has approved it.
          </Text>
        ) : (
          <ForPeople application={application} values={values} />
        )}
      </Stack>
    </section>
  )
}

function ForPeople({ application, values }: { application: Application; values: ExampleValues }) {
  return (
    <>
      <div>
        <CopyField label="Link to the authorization page" value={authorizeLink(values)} />
        <Text size="sm" c="dimmed" mt="xs">
          {application.kind === 'public'
            ? 'For a try by hand. The code_challenge is an example; your application makes its own, and a state, for every person.'
            : 'People follow it from a button in your application. Add a state of your own that you check when they come back.'}
        </Text>
      </div>
      <Snippets values={values} />
    </>
  )
}

function Snippets({ values }: { values: ExampleValues }) {
  const snippets = snippetsFor(values)
  return (
    <Tabs defaultValue="curl" keepMounted={false}>
      <Tabs.List aria-label="Examples">
        {snippets.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id} className="touch">
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ id, label, code }) => (
        <Tabs.Panel key={id} value={id} pt="sm">
          <Stack gap="xs">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also without a mouse */}
            <section className="snippet" tabIndex={0} aria-label={`Example in ${label}`}>
              <pre>
                <code>{code}</code>
              </pre>
            </section>
            <div>
              <CopyValueButton label={`the example in ${label}`} value={code} />
            </div>
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
