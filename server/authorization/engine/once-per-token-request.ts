import { currentTokenRequest } from './oidc-internals.ts'

/**
 * Makes a look-up reuse its answer within one token request, which asks for the same several times. It is never used for longer, so every
 * process sees the end or the change of something with the next request.
 */
export function oncePerTokenRequest<Result>(
  lookUp: (id: string) => Promise<Result>,
): (id: string) => Promise<Result> {
  const known = new WeakMap<object, Map<string, Promise<Result>>>()
  return (id) => {
    const request = currentTokenRequest()
    if (!request) return lookUp(id)
    const ofRequest = known.get(request) ?? new Map<string, Promise<Result>>()
    known.set(request, ofRequest)
    const answer = ofRequest.get(id) ?? lookUp(id)
    ofRequest.set(id, answer)
    return answer
  }
}
