/**
 * All hooks around the engine, in the order in which a request meets them, each with its reason. A new hook is a row here. No other file calls
 * `provider.use`.
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

/** The end points by which a request reaches the engine. */
export type EndPoint = typeof A | typeof R | typeof T | typeof V | typeof I | typeof P | typeof M

/** The first steps at every address for applications, also at those that the engine does not know: userinfo and registration. */
export function stepsOfClients(deps: AuthorizationDeps): Step[] {
  return [
    // Applications in a browser may come from any origin, and no cookie counts here.
    letAllRead,
    // RFC 6749 §5.1 and §5.2: Java's own client prefers HTML, and would find no error code there.
    answerInJson,
    // Nobody can guess secrets and tokens by trying.
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
  // RFC 6749 §5.1. This holds for errors, too: they show which secrets and tokens are wrong.
  use(keepFromCaches, T, V, I, P)
  // Addresses end up in logs, together with the secrets in them. Some applications of 2016 know no other way.
  use(moveUrlParameters(deps), T, V, I, P)
  // Only forms are read (RFC 6749 §4.1.3). The engine's words would not say what to send.
  use(refuseOtherBodies, T, V, I, P)
  // RFC 9449 §4.3: the engine accepts keys that the API would refuse later.
  use(refuseUnfitProofKey, T, V, I, P)
  // The engine knows the address with a slash and without a query, and compares DPoP proofs with it.
  use(takeAddress(`/o/${endPoint}/`), T, V, I, P)
  // Many clients send the access token with every request. Only at introspection it proves who asks.
  use(dropAccessToken, T, V, P)
  // A form over the limit is 413 (RFC 9110 §15.5.14) at every end point. The engine would say "failed to parse the request body".
  use(readRequestForm, A, T, V, I)
  use(readPushedForm(deps), P)
  // fhirclient refreshes without client_id.
  use(nameClientOfRefresh(all), T)
  // SMART App Launch 2.2: an application may prove who it is by an access token. The engine does not know this way.
  use(introspectByToken(all), I)
  // The browser later brings only the reference, so the request is completed when it is pushed.
  use(completePushedRequest(deps), P)
  // The steps before have read the form. The engine takes it from here.
  use(giveForm, T, V, I, P)
  // A request without scope asks for all scopes of the application, and everybody is asked for consent.
  use(completeForEngine(deps), A)
  // Each request starts anew. Our own sign-in decides who is signed in, and not an older flow.
  use(dropOlderFlow, A)
  // Otherwise the page's policy forbids the browser to follow the redirect to the application.
  use(allowReturn, A, R)
  use(handOver(engine), A, R, T, V, I, P, M)
  return steps
}

/** Hooks inside the engine, outermost first. They change an answer from the last hook to the first. */
export function hookEngine(provider: Provider, deps: AuthorizationDeps): void {
  const detailOf = listenToErrors(provider, deps)
  // The engine would parse a redirect URI and write it anew, and applications compare it letter by letter.
  sendBackAsRegistered(provider, detailOf)
  const hooks: EngineHook[] = [
    // Any process may rotate the keys while all of them run.
    takeUpNewKeys(provider, deps),
    // Old clients know only 302, which RFC 6749 shows in all its examples. The engine sends 303.
    redirectBy302,
    // The engine's words are for developers of engines, and RFC 6749 §5.2 has codes and challenges that it does not send.
    answerPlainly(detailOf, deps),
    // SMART App Launch 2.2 wants the launch context in the answer.
    completeIntrospection(deps),
    // RFC 9700 §4.11.2: a faulty request whose application has no known owner is shown, and not redirected.
    keepFromUntrusted(provider, deps),
  ]
  for (const hook of hooks) provider.use(hook)
}
