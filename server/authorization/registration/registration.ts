/** Dynamic client registration (RFC 7591), and reading, changing and deleting what was registered (RFC 7592). */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { preflight } from '../../http/cors.ts'
import { changeRegistration, managed, sendRegistration } from './manage-registration.ts'
import { register } from './register.ts'
import { answerInJson, refuseMethod } from './registration-answer.ts'
import type { RegistrationDeps } from './registration-deps.ts'

export type { RegistrationDeps } from './registration-deps.ts'

/** `/o/register/` and `/o/register/:id`; for a scope with CORS. */
export function registrationRoutes(deps: RegistrationDeps): FastifyPluginAsync {
  return async (app) => {
    answerInJson(app)
    for (const url of ['/o/register', '/o/register/']) {
      app.post(url, (request, reply) => register(deps, request, reply))
      app.options(url, preflight('POST', 'Authorization, Content-Type'))
    }
    const url = '/o/register/:id'
    app.route({ method: ['PATCH', 'POST'], url, handler: refuseOtherMethod })
    app.options(url, preflight('GET, PUT, DELETE', 'Authorization, Content-Type'))
    app.put(url, managed(deps, changeRegistration))
    app.get(url, managed(deps, sendRegistration))
    app.delete(
      url,
      managed(deps, async ({ applications }, { application, reply }) => {
        await applications.remove(application.ownerAccountId, application.id)
        return reply.code(204).send()
      }),
    )
  }
}

async function refuseOtherMethod(request: FastifyRequest, reply: FastifyReply) {
  return refuseMethod(reply.header('allow', 'GET, PUT, DELETE'), request)
}
