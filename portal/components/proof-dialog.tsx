import { lazy, Suspense, useEffect, useState } from 'react'
import { answerProofsWith } from '../api/call-api.ts'

/** Comes when it is asked for: most visits change nothing. */
const ProofForm = lazy(async () => ({ default: (await import('./proof-form.tsx')).ProofForm }))

/** Asks who the person is when a change needs a fresh proof; the call that asked for it goes on afterwards. */
export function ProofDialog() {
  const [answer, setAnswer] = useState<(isProven: boolean) => void>()
  useEffect(() => {
    answerProofsWith(
      () =>
        new Promise<boolean>((resolve) => {
          setAnswer(() => resolve)
        }),
    )
    return () => answerProofsWith(undefined)
  }, [])
  if (!answer) return null
  return (
    <Suspense fallback={null}>
      <ProofForm
        onEnd={(isProven) => {
          setAnswer(undefined)
          answer(isProven)
        }}
      />
    </Suspense>
  )
}
