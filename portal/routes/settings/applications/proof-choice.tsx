import { Radio, Stack, Textarea } from '@mantine/core'
import type { Application } from '#server/portal-api/answers.ts'
import { faultOf } from '../../../components/form-failure.ts'

type Proof = 'secret' | 'key'

interface ProofChoiceProps {
  proof: Proof
  onChange(proof: Proof): void
}

/** How a confidential application proves who it is, chosen when it is registered. */
export function ProofChoice({ proof, onChange }: ProofChoiceProps) {
  return (
    <Radio.Group
      label="How it proves who it is"
      description="When it asks for tokens."
      size="md"
      name="authentication"
      value={proof}
      onChange={(value) => onChange(value as Proof)}
    >
      <Stack gap="sm" mt="sm">
        <Radio
          size="md"
          value="secret"
          label="By a client secret"
          description="We make it and show it once. Suits most applications."
        />
        <Radio
          size="md"
          value="key"
          label="By a key of its own"
          description="It signs with its private key, and we know the public one (private_key_jwt). Backend services must."
        />
      </Stack>
    </Radio.Group>
  )
}

interface PublicKeysProps {
  keys: string
  error: unknown
  onChange(keys: string): void
}

export function PublicKeys({ keys, error, onChange }: PublicKeysProps) {
  return (
    <Textarea
      size="md"
      label="Public keys"
      description="The https:// address where you publish your JWK Set, or the set itself. RS384 or ES384."
      name="jwks"
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      placeholder="https://app.example/jwks.json"
      value={keys}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={faultOf(error, 'jwks') ?? faultOf(error, 'jwksUri')}
      required
    />
  )
}

/** What stands in the field, for a registered application. */
export function keysTextOf({ jwks, jwksUri }: Pick<Application, 'jwks' | 'jwksUri'>): string {
  return jwksUri ?? (jwks === null ? '' : JSON.stringify(jwks, null, 2))
}

/** An address or a key set; whatever is neither is sent as it is, for the server to say what is wrong. */
export function keysOf(text: string): Pick<Application, 'jwks' | 'jwksUri'> {
  const typed = text.trim()
  if (!typed.startsWith('{')) return { jwks: null, jwksUri: typed }
  try {
    return { jwks: JSON.parse(typed), jwksUri: null }
  } catch {
    return { jwks: typed, jwksUri: null }
  }
}
