import { Button, Checkbox, Code, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { recordTypes } from '#fhir/scope/record-types.ts'
import { faultOf } from '../../../components/form-failure.ts'
import { type ScopeDraft, scopesOf, usualScopes } from './scope-draft.ts'

interface ScopeChoiceProps {
  draft: ScopeDraft
  error: unknown
  onChange(draft: ScopeDraft): void
}

/** What the application may ask for. */
export function ScopeChoice({ draft, error, onChange }: ScopeChoiceProps) {
  const scopes = scopesOf(draft)
  return (
    <Fieldset aria-labelledby="application-scopes" variant="unstyled" className="form-group">
      <Text size="sm" c="dimmed" mb="sm">
        What your application may ask for at most. People can allow less.
      </Text>
      <Stack gap="md">
        {usualScopes.map(({ part, scope, label, description }) => (
          <Checkbox
            key={part}
            size="md"
            label={
              <>
                {label} <Code>{scope}</Code>
              </>
            }
            description={description}
            checked={draft[part]}
            onChange={(event) => onChange({ ...draft, [part]: event.currentTarget.checked })}
          />
        ))}
        <TextInput
          label="Other scopes"
          description={
            <>
              With spaces between them, as SMART v1 (<Code>patient/Immunization.read</Code>) or v2 (
              <Code>patient/Immunization.rs</Code>) writes them.
            </>
          }
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={draft.others}
          onChange={(event) => onChange({ ...draft, others: event.currentTarget.value })}
          error={faultOf(error, 'scopes')}
        />
        <TypeAdder onAdd={(scope) => onChange({ ...draft, others: `${draft.others} ${scope}`.trim() })} />
        <Text size="sm" role="status">
          {scopes.length === 0
            ? 'Nothing is chosen: the three above will be used.'
            : `${scopes.length} ${scopes.length === 1 ? 'scope' : 'scopes'}: ${scopes.join(' ')}`}
        </Text>
      </Stack>
    </Fieldset>
  )
}

/** For those who do not know the names of the types by heart. */
function TypeAdder({ onAdd }: { onAdd(scope: string): void }) {
  const [type, setType] = useState('Immunization')
  return (
    <Group gap="xs" align="flex-end">
      <NativeSelect
        className="grow"
        label="One type of record"
        value={type}
        onChange={(event) => setType(event.currentTarget.value)}
        data={Object.entries(recordTypes).map(([value, { label }]) => ({
          value,
          label: `${value}: ${label}`,
        }))}
      />
      <Button
        variant="default"
        onClick={() => onAdd(`patient/${type}.read`)}
        leftSection={<IconPlus size={18} aria-hidden />}
      >
        Add its scope
      </Button>
    </Group>
  )
}
