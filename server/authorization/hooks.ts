/**
 * All that stands round the engine, in the order in which a request meets it, each with its reason. A new hook is a row here,
 * and `provider.use` stands nowhere else.
 */
import type Provider from 'oidc-provider'
import type { AuthorizationDeps } from './authorization-deps.ts'
import {
  allowReturn,
  completeForEngine,
  countAuthorizationRequest,
  dropOlderFlow,
} from './authorize/authorize-steps.ts'
import { completePushedRequest } from './authorize/pushed-request.ts'
import { redirectBy302, sendBackAsRegistered } from './authorize/redirect-modes.ts'
import { keepFromUntrusted } from './authorize/untrusted-redirects.ts'
import {
  answerInJson,
  countClientRequest,
  dropAccessToken,
  giveForm,
  keepFromCaches,
  letAllRead,
  refuseOtherBodies,
  refuseUnfitProofKey,
  takeAddress,
} from './client-steps.ts'
import { listenToErrors } from './engine/error-details.ts'
import type { EngineHook, Step } from './engine/exchange.ts'
import { type Engine, handOver } from './engine/hand-over.ts'
import { takeUpNewKeys } from './engine/new-keys.ts'
import { answerPlainly } from './engine/plain-errors.ts'
import { readPushedForm, readRequestForm } from './read-form.ts'
import { completeIntrospection } from './token/introspection-answer.ts'
import { introspectByToken } from './token/introspection-by-token.ts'
import { moveUrlParameters } from './token/legacy-url-parameters.ts'
import { nameClientOfRefresh } from './token/refresh-without-client.ts'

const A = 'authorize'
/** The way back to the engine after sign-in and consent. */
const R = 'resume'
const T = 'token'
const V = 'revoke'
const I = 'introspect'
const P = 'par'
/** Discovery documents and keys. */
const M = 'metadata'

/** Where a request reaches the engine. */
export type EndPoint = typeof A | typeof R | typeof T | typeof V | typeof I | typeof P | typeof M

/** First of all at every address for applications, also at those that the engine does not know: userinfo and registration. */
export function stepsOfClients(deps: AuthorizationDeps): Step[] {
  return [
    // Applications in a browser live at any origin, and no cookie counts here.
    letAllRead,
    // RFC 6749 §5.1 and §5.2: Java's own client prefers HTML, and would find no error code there.
    answerInJson,
    // Secrets and tokens cannot be guessed by trying.
    countClientRequest(deps),
  ]
}

/** What happens to a request before the engine sees it. The last step lets the engine answer. */
export function stepsOf(endPoint: EndPoint, engine: Engine, deps: AuthorizationDeps): Step[] {
  const steps: Step[] = []
  const use = (step: Step, ...only: EndPoint[]) => {
    if (only.includes(endPoint)) steps.push(step)
  }
  const all = { ...deps, provider: engine.provider }
  // Each request costs look-ups, and may show a page to a person.
  use(countAuthorizationRequest(deps), A)
  // RFC 6749 §5.1, on errors too: they tell which secrets and tokens are wrong.
  use(keepFromCaches, T, V, I, P)
  // Addresses end up in logs, and secrets in them, too. Some applications of 2016 know no other way.
  use(moveUrlParameters(deps), T, V, I, P)
  // Only forms are read (RFC 6749 §4.1.3); the engine's words would not say what to send.
  use(refuseOtherBodies, T, V, I, P)
  // RFC 9449 §4.3: the engine takes keys that the API would refuse later.
  use(refuseUnfitProofKey, T, V, I, P)
  // The engine knows the address with a slash and without a query; proofs by DPoP are compared with it.
  use(takeAddress(`/o/${endPoint}/`), T, V, I, P)
  // Many clients send the access token along with everything. It proves who asks at introspection alone.
  use(dropAccessToken, T, V, P)
  // Too much is 413 (RFC 9110 §15.5.14), at every end point alike; the engine says "failed to parse the request body".
  use(readRequestForm, A, T, V, I)
  use(readPushedForm(deps), P)
  // fhirclient refreshes without client_id.
  use(nameClientOfRefresh(all), T)
  // SMART App Launch 2.2: an application may prove who it is by an access token, of which the engine knows nothing.
  use(introspectByToken(all), I)
  // What the browser brings later is the reference alone, so that it is completed when it is pushed.
  use(completePushedRequest(deps), P)
  // The engine takes what was read before it from here.
  use(giveForm, T, V, I, P)
  // Scope left out means all of the application's, and everybody is asked for consent.
  use(completeForEngine(deps), A)
  // Each request starts anew: who is signed in is decided by our own sign-in, not by an older flow.
  use(dropOlderFlow, A)
  // The page's policy else forbids the browser to follow the redirect to the application.
  use(allowReturn, A, R)
  use(handOver(engine), A, R, T, V, I, P, M)
  return steps
}

/** Hooks inside the engine, outermost first: what they do with an answer happens from the last to the first. */
export function hookEngine(provider: Provider, deps: AuthorizationDeps): void {
  const detailOf = listenToErrors(provider, deps)
  // The engine would parse a redirect URI and write it anew, and applications compare it letter by letter.
  sendBackAsRegistered(provider, detailOf)
  const hooks: EngineHook[] = [
    // Keys are rotated in any process, while all run.
    takeUpNewKeys(provider, deps),
    // Old clients know 302 only (RFC 6749 shows it in all its examples); the engine sends 303.
    redirectBy302,
    // The engine's words are for developers of engines, and RFC 6749 §5.2 has codes and challenges that it does not send.
    answerPlainly(detailOf, deps),
    // SMART App Launch 2.2 wants the launch context in the answer.
    completeIntrospection(deps),
    // RFC 9700 §4.11.2: a faulty request of an application that nobody answers for is shown, not redirected.
    keepFromUntrusted(provider, deps),
  ]
  for (const hook of hooks) provider.use(hook)
}
