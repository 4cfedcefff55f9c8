import { Stack, Text, Title } from '@mantine/core'
import type { Practice } from '#server/portal-api/answers.ts'
import { useBackendServices } from '../../api/backend-services.ts'
import { FailureNotice } from '../../components/failure-notice.tsx'
import { LoadingLines } from '../../components/loading-lines.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { ApprovedServiceCard } from './approved-service.tsx'
import { ServiceChangeCard } from './service-change.tsx'
import { ServiceRequestCard } from './service-request.tsx'

interface BackendServicesProps {
  practice: Practice
  /** Staff may look. */
  mayDecide: boolean
}

/** Programs that work without a person signed in: who asks to be let in, and who was. */
export function BackendServices({ practice, mayDecide }: BackendServicesProps) {
  const list = useBackendServices(practice.id)
  const { data, error, isPending, refetch } = list
  const changes = data?.pages.flatMap((page) => page.changes) ?? []
  const requests = data?.pages.flatMap((page) => page.requests) ?? []
  const approvals = data?.pages.flatMap((page) => page.approvals) ?? []
  const parts = { practice, mayDecide }
  return (
    <Stack gap="lg">
      <Text c="dimmed">
        A backend service is a program that works by itself, for example a reporting system or another
        hospital. Once you approve it, it reaches the records of all patients of {practice.name}.
        {!mayDecide && ' Only a provider of the practice decides about it.'}
      </Text>
      {isPending && <LoadingLines lines={2} height={140} />}
      {error && !data && (
        <FailureNotice error={error} title="The services could not be loaded" retry={() => void refetch()} />
      )}
      {data && (
        <>
          <section aria-labelledby="service-requests">
            <Title order={2} size="h4" id="service-requests" mb="md">
              Waiting for your decision
            </Title>
            <Stack gap="md">
              {changes.map((change) => (
                <ServiceChangeCard key={change.id} change={change} {...parts} />
              ))}
              {requests.length + changes.length === 0 && (
                <div className="card">
                  <Text c="dimmed">
                    No service is waiting. The developer of a service asks from the settings of the
                    application, with the practice id {practice.id}; then the request stands here.
                  </Text>
                </div>
              )}
              {requests.map((request) => (
                <ServiceRequestCard key={request.id} request={request} {...parts} />
              ))}
            </Stack>
          </section>
          <section aria-labelledby="approved-services">
            <Title order={2} size="h4" id="approved-services" mb="md">
              Approved services
            </Title>
            <Stack gap="md">
              {approvals.length === 0 && (
                <div className="card">
                  <Text c="dimmed">None. No program reaches the records of your patients by itself.</Text>
                </div>
              )}
              {approvals.map((service) => (
                <ApprovedServiceCard key={service.id} service={service} {...parts} />
              ))}
            </Stack>
          </section>
          <ShowMore list={list} failure="More services could not be loaded" />
        </>
      )}
    </Stack>
  )
}
