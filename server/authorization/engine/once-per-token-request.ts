import { currentTokenRequest } from './oidc-internals.ts'

/**
 * A look-up whose answer is used again within one token request, which asks for the same several times. Never longer: what
 * was ended or changed counts in every process with the next request.
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
