import { Stack, Switch, Text, Textarea, TextInput, Title } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { faultOf } from '../../../components/form-failure.ts'
import { type ApplicationDraft, usesKey } from './application-draft.ts'
import { KindChoice, kindWords } from './kind-choice.tsx'
import { ProofChoice, PublicKeys } from './proof-choice.tsx'
import { RedirectUriRows } from './redirect-uri-rows.tsx'
import { ScopeChoice } from './scope-choice.tsx'

/** The fields beside which a fault can be shown. */
export const fieldNames = [
  'name',
  'redirectUris',
  'postLogoutRedirectUris',
  'scopes',
  'jwks',
  'jwksUri',
  'launchUri',
  'logoUri',
  'policyUri',
  'tosUri',
] as const

interface ApplicationFieldsProps {
  draft: ApplicationDraft
  error: unknown
  /** The kind of a registered application is fixed. */
  isRegistered: boolean
  onChange(draft: ApplicationDraft): void
}

export function ApplicationFields({ draft, error, isRegistered, onChange }: ApplicationFieldsProps) {
  const fields = useRef<HTMLDivElement>(null)
  // The button stands at the end of a long form; whoever pressed it must get to what is wrong.
  useEffect(() => {
    if (error) fields.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [error])
  function change(part: Partial<ApplicationDraft>) {
    onChange({ ...draft, ...part })
  }
  return (
    <Stack gap="lg" ref={fields}>
      <section className="card" aria-labelledby="application-basics">
        <Title order={2} size="h4" id="application-basics" mb="md">
          Your application
        </Title>
        <Stack gap="lg">
          <TextInput
            className="narrow"
            label="Name"
            description="People see it when your application asks for access."
            name="name"
            autoComplete="off"
            value={draft.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={faultOf(error, 'name')}
            required
          />
          {isRegistered ? (
            <Text size="sm" c="dimmed">
              <strong>{kindWords[draft.kind].label}.</strong> {kindWords[draft.kind].description}
            </Text>
          ) : (
            <KindChoice kind={draft.kind} onChange={(kind) => change({ kind })} />
          )}
          {draft.kind === 'confidential' && !isRegistered && (
            <ProofChoice proof={draft.proof} onChange={(proof) => change({ proof })} />
          )}
          {usesKey(draft) && (
            <PublicKeys keys={draft.keys} error={error} onChange={(keys) => change({ keys })} />
          )}
          <RedirectUriRows
            rows={draft.redirectUris}
            error={error}
            onChange={(redirectUris) => change({ redirectUris })}
          />
          <TextInput
            className="narrow"
            label="Launch URL"
            description="May be left empty. Where the portal opens your application for a patient (SMART EHR launch); iss and launch are added to it. With a launch URL every request must bring aud."
            inputMode="url"
            name="launchUri"
            autoComplete="off"
            placeholder="https://"
            value={draft.launchUri}
            onChange={(event) => change({ launchUri: event.currentTarget.value })}
            error={faultOf(error, 'launchUri')}
          />
        </Stack>
      </section>
      <section className="card" aria-labelledby="application-scopes">
        <Title order={2} size="h4" id="application-scopes" mb={4}>
          Scopes
        </Title>
        <ScopeChoice draft={draft.scopes} error={error} onChange={(scopes) => change({ scopes })} />
      </section>
      <LinkFields draft={draft} error={error} change={change} />
    </Stack>
  )
}

interface LinkFieldsProps {
  draft: ApplicationDraft
  error: unknown
  change(part: Partial<ApplicationDraft>): void
}

const links = [
  { part: 'logoUri', label: 'Logo', description: 'The address of a square picture.' },
  { part: 'policyUri', label: 'Privacy policy', description: 'What you do with what you read.' },
  { part: 'tosUri', label: 'Terms of service', description: undefined },
] as const

function LinkFields({ draft, error, change }: LinkFieldsProps) {
  return (
    <section className="card" aria-labelledby="application-links">
      <Title order={2} size="h4" id="application-links" mb={4}>
        Links and compatibility
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        All of it may be left empty. People find the links where they are asked for access.
      </Text>
      <Stack gap="md">
        {links.map(({ part, label, description }) => (
          <TextInput
            key={part}
            className="narrow"
            label={label}
            description={description}
            // Not of the type "url": the server says better than a browser what is wrong.
            inputMode="url"
            name={part}
            autoComplete="off"
            placeholder="https://"
            value={draft[part]}
            onChange={(event) => change({ [part]: event.currentTarget.value })}
            error={faultOf(error, part)}
          />
        ))}
        <Textarea
          className="narrow"
          label="Addresses after signing out"
          description="Where your application may send people after it signed them out here, one address a line. Compared letter by letter."
          inputMode="url"
          spellCheck={false}
          autosize
          minRows={2}
          name="postLogoutRedirectUris"
          autoComplete="off"
          value={draft.postLogoutRedirectUris}
          onChange={(event) => change({ postLogoutRedirectUris: event.currentTarget.value })}
          error={faultOf(error, 'postLogoutRedirectUris')}
        />
        <Switch
          size="md"
          label="Accept parameters in the URL (legacy)"
          description="For old code that sends its token request, with the secret, in the address instead of the body. Addresses end up in logs: leave it off unless your application cannot change."
          checked={draft.legacyUrlParameters}
          onChange={(event) => change({ legacyUrlParameters: event.currentTarget.checked })}
        />
      </Stack>
    </section>
  )
}
