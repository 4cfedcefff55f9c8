import type { FastifyReply, FastifyRequest } from 'fastify'
import { findPatients, type PatientQuestion } from '#server/access/access.ts'
import { allowReturnToApplication } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { type Association, reachesPanel } from '#server/practices/practices.ts'
import { readerOf } from './consent-subject.ts'
import { describeAssociations } from './describe-associations.ts'
import { mostPicked, patientPickerPage } from './patient-picker-page.ts'
import type { ShownWith } from './send-consent.ts'
import { actionOf, type ConsentViewsDeps } from './shown-request.ts'

export async function sendPicker(
  deps: ConsentViewsDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    pending,
    signedIn,
    fault,
    form = {},
    associations,
    desks,
    desk,
  }: ShownWith & { desks: Association[]; desk: Association | undefined },
): Promise<FastifyReply> {
  const { access, records, isProduction } = deps
  const own = associations.filter((each) => !reachesPanel(each))
  allowReturnToApplication(reply)
  const view = viewOf(request, reply, isProduction)
  const question = questionOf(form)
  const found =
    desk && (await findPatients(await readerOf(access, signedIn.signIn, desk), question, mostPicked))
  const page = patientPickerPage({
    application: pending.application,
    ownAssociationLines: await describeAssociations(own, records),
    desks,
    desk,
    question,
    found,
    csrfToken: view.csrfToken,
    action: actionOf(pending),
    isRefused: fault !== undefined,
  })
  return sendPage(reply.code(fault || (desk && !found) ? 400 : 200), page, view)
}

function questionOf(form: Record<string, unknown>): PatientQuestion {
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : undefined)
  return { name: text(form.name), birthDate: text(form.birthDate), identifier: text(form.identifier) }
}
