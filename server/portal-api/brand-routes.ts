import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { BrandForm } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import type { PracticeBrand } from './answers.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'
import { getWork } from './workplace.ts'

const onePractice = z.strictObject({ id: idText })
// The module `practices` checks the texts, and says what to change. Here only their form and size are checked.
const text = z
  .string()
  .max(4000)
  .nullish()
  .transform((given) => given ?? undefined)
const brandForm = z.strictObject({
  isListed: z.boolean(),
  name: z.string().max(500),
  aliases: z.array(z.string().max(500)).max(50),
  npi: text,
  website: text,
  logoUri: text,
  description: text,
  phone: text,
  addressLine: text,
  city: text,
  state: text,
  postalCode: text,
})

/** The data that a practice publishes about itself, for apps that help patients to find it. */
export function brandRoutes({ practices }: PortalApiDeps): FastifyPluginAsync {
  /** Staff may look. Only a provider decides what is published in the name of the practice. */
  async function openPractice(request: FastifyRequest, does: 'look' | 'decide') {
    const { id } = parseInput(onePractice, request.params)
    const own = await getWork(practices, getSignedIn(request).signIn, id)
    if (does === 'decide' && !own.some(({ role }) => role === 'provider'))
      throw new OnpatientError('not-allowed', 'Only a provider of the practice decides what is published.')
    return own[0].practice
  }

  return async (app) => {
    app.get('/practices/:id/brand', async (request) => {
      const practice = await openPractice(request, 'look')
      const brand = await practices.brands.find(practice.id)
      return { brand: toJson(brand ?? { isListed: false, name: practice.name, aliases: [] }) }
    })
    app.put('/practices/:id/brand', async (request) => {
      const practice = await openPractice(request, 'decide')
      return { brand: toJson(await practices.brands.save(practice.id, parseInput(brandForm, request.body))) }
    })
  }
}

function toJson(brand: BrandForm): PracticeBrand {
  const { isListed, name, aliases } = brand
  return {
    isListed,
    name,
    aliases,
    npi: brand.npi ?? null,
    website: brand.website ?? null,
    logoUri: brand.logoUri ?? null,
    description: brand.description ?? null,
    phone: brand.phone ?? null,
    addressLine: brand.addressLine ?? null,
    city: brand.city ?? null,
    state: brand.state ?? null,
    postalCode: brand.postalCode ?? null,
  }
}
