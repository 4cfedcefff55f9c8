import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getSignedIn } from '../http/browser.ts'
import type { AppSecret, Factors, NewCodes } from './answers.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const noForm = z.strictObject({})
const onePasskey = z.strictObject({ id: idText })
const passkeyForm = z.strictObject({ name: z.string().max(500), response: z.unknown() })
const proofForm = z.strictObject({ password: z.string().max(2000) })
const passkeyProof = z.strictObject({ response: z.unknown() })
const codeForm = z.strictObject({ code: z.string().max(100) })

/** The second step of the person's account. Changes answer `proof-required` when the last proof is older than ten minutes. */
export function factorRoutes({ accounts }: PortalApiDeps): FastifyPluginAsync {
  const { factors } = accounts
  return async (app) => {
    // After `proof-required` from another call the page asks the person, sends the proof here and repeats the call.
    app.post('/me/proof', async (request, reply) => {
      const { signIn } = getSignedIn(request)
      await accounts.proveAgain(signIn, parseInput(proofForm, request.body).password)
      return reply.code(204).send()
    })

    app.post('/me/proof/passkey/options', async (request) => {
      parseInput(noForm, request.body)
      return accounts.startPasskeyProof(getSignedIn(request).signIn)
    })

    app.post('/me/proof/passkey', async (request, reply) => {
      const { response } = parseInput(passkeyProof, request.body)
      await accounts.proveWithPasskey(getSignedIn(request).signIn, response)
      return reply.code(204).send()
    })

    app.get('/me/factors', async (request): Promise<Factors<Date>> => {
      const { account, signIn } = getSignedIn(request)
      const { authenticatorApp, passkeys, recoveryCodesLeft } = await factors.list(account.id)
      return {
        authenticatorApp: authenticatorApp ?? null,
        passkeys,
        recoveryCodesLeft: recoveryCodesLeft ?? null,
        isProven: factors.isProven(signIn),
        isTwoStep: signIn.isTwoStep,
      }
    })

    app.post('/me/factors/authenticator-app', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      parseInput(noForm, request.body)
      const secret: AppSecret = await factors.startAuthenticatorApp(account, signIn)
      return reply.code(201).send(secret)
    })

    app.post('/me/factors/authenticator-app/confirm', async (request): Promise<NewCodes> => {
      const { account, signIn } = getSignedIn(request)
      const { code } = parseInput(codeForm, request.body)
      return { recoveryCodes: (await factors.confirmAuthenticatorApp(account, signIn, code)) ?? null }
    })

    app.delete('/me/factors/authenticator-app', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      await factors.removeAuthenticatorApp(account, signIn)
      return reply.code(204).send()
    })

    app.post('/me/factors/passkeys/options', async (request) => {
      const { account, signIn } = getSignedIn(request)
      parseInput(noForm, request.body)
      return factors.startPasskey(account, signIn)
    })

    app.post('/me/factors/passkeys', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      const recoveryCodes = await factors.addPasskey(account, signIn, parseInput(passkeyForm, request.body))
      return reply.code(201).send({ recoveryCodes: recoveryCodes ?? null } satisfies NewCodes)
    })

    app.delete('/me/factors/passkeys/:id', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      await factors.removePasskey(account, signIn, parseInput(onePasskey, request.params).id)
      return reply.code(204).send()
    })

    app.post('/me/factors/recovery-codes', async (request, reply) => {
      const { account, signIn } = getSignedIn(request)
      parseInput(noForm, request.body)
      return reply.code(201).send({ recoveryCodes: await factors.renewRecoveryCodes(account, signIn) })
    })
  }
}
