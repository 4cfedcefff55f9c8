import type { Agent } from 'node:http'
import type { Resource } from 'fhir/r4'
import { findSubjects } from '#fhir/compartment/compartment.ts'
import type { Composed } from './compose.ts'
import type { World } from './fill-database.ts'
import { type Answer, send } from './send.ts'

interface Shown {
  url: string
  agent: Agent
  world: World
  composed: Composed
  answer: Answer
  /** The foreign marker in the answer. */
  marker: string
}

/**
 * Whether the shown record is now about a patient of the actor, because a writer may have put a foreign text into that record. The service of the practice
 * reads the record to find out. A record in the compartment of a patient whom it is not about stays a finding.
 */
export async function isExplained(shown: Shown): Promise<boolean> {
  const { url, agent, world, composed, answer, marker } = shown
  const holders = findHolders(answer.text, marker)
  if (holders.length === 0) return false
  for (const { resourceType, id } of holders) {
    const address = `${resourceType}/${id}`
    let isAbout = false
    for (const practice of composed.actor.practices) {
      const token = world.actors.find(
        ({ name, practices }) => name.startsWith('backend service') && practices.includes(practice),
      )?.token
      const read = async (path: string) => {
        const headers = { authorization: `Bearer ${token}` }
        const { status, text } = await send(url, agent, {
          ...{ method: 'GET', path: `/fhir/r4/${path}`, headers, body: undefined },
        })
        return status === 200 ? (JSON.parse(text) as Resource) : undefined
      }
      const ids = await patientsOf(address, read)
      isAbout ||= ids.some((patientId) =>
        composed.actor.mayRead({
          ...{ type: resourceType, id: id ?? '', practice, patientId, markers: new Set() },
          resource: { resourceType },
        }),
      )
    }
    // A record that was changed or deleted at this moment is not there a second time.
    if (!isAbout && (await send(url, agent, composed)).text.toLowerCase().includes(marker)) return false
  }
  return true
}

async function patientsOf(
  address: string,
  read: (path: string) => Promise<Resource | undefined>,
): Promise<string[]> {
  const resource = await read(address)
  const { patientIds = [], through = [] } = (resource && findSubjects(resource)) ?? {}
  const targets = await Promise.all(through.map(read))
  return [...patientIds, ...targets.flatMap((target) => (target && findSubjects(target)?.patientIds) ?? [])]
}

/** The innermost resources of an answer that hold the marker. */
function findHolders(text: string, marker: string): Resource[] {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return []
  }
  const holders = (value: unknown): Resource[] => {
    if (typeof value !== 'object' || value === null) return []
    const within = Object.values(value).flatMap(holders)
    if (within.length > 0) return within
    const isResource = 'resourceType' in value && 'id' in value
    return isResource && JSON.stringify(value).toLowerCase().includes(marker) ? [value as Resource] : []
  }
  return holders(answer)
}
