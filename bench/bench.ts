/**
 * `npm run bench`: the speed goals beside a floor measured in the same run. Machines are noisy, so read the ratios.
 * `npm run bench -- --patients 500 --seconds 4`
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import Database from 'better-sqlite3'
import { type BenchData, prepareData } from './bench-data.ts'

const { values } = parseArgs({
  options: { patients: { type: 'string', default: '300' }, seconds: { type: 'string', default: '4' } },
})
const seconds = Number(values.seconds)
const connections = 32

interface Load {
  name: string
  goal: number
  /** Paths of our server, asked in turn. */
  paths: string[]
  floorPaths: string[]
  /** The floor that puts the answer together from the records by their keys. */
  joinedPaths?: string[]
}

const folder = mkdtempSync(join(tmpdir(), 'onpatient-bench-'))
const file = join(folder, 'onpatient.db')
const answersFile = join(folder, 'answers.db')
const children: ChildProcess[] = []
try {
  const data = await prepareData(file, Number(values.patients))
  const size = statSync(file).size
  print(
    `${data.records} records of ${data.patients} patients, ${(size / data.records / 1024).toFixed(1)} KB each on disk`,
  )
  print(`import with every index: ${Math.round(data.importPerSecond)} resources/s (goal 5000)`)
  const server = await start(['server/cli/onpatient.ts', 'serve'], /runs at (\S+)/, {
    PORT: '0',
    DATABASE_URL: `sqlite:${file}`,
    NODE_ENV: 'production',
    LOG_LEVEL: 'error',
  })
  const loads = await describeLoads(data, server.address)
  const floor = await start(['bench/floor-server.ts', file, answersFile], /^(\d+)$/, {})
  print(
    '| work | ours, requests/s | records by key, requests/s | ratio | answer kept whole, requests/s | ratio | goal |',
  )
  print('|---|---|---|---|---|---|---|')
  for (const load of loads)
    await compare(load, server.address, `http://127.0.0.1:${floor.address}`, data.token)
  print(`memory of the server after the loads: ${residentMegabytes(server.child)} MB (goal: at most 250)`)
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function start(args: string[], pattern: RegExp, env: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    const [, address] = pattern.exec(line) ?? []
    if (address) return { child, address }
  }
  throw new Error(`${args.join(' ')} did not start`)
}

async function describeLoads({ token, patientId }: BenchData, url: string): Promise<Load[]> {
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
    return response.text()
  }
  const list = '/onpatient_api/fhir/Immunization'
  const search = `/fhir/r4/Observation?patient=${patientId}&category=laboratory&date=ge2015&_sort=-date&_count=50`
  const answers = new Database(answersFile)
  answers.exec('create table answer (name text primary key, body text, parts text)')
  const insert = answers.prepare('insert into answer values (?, ?, ?)')
  const keep = (name: string, type: string, body: string) =>
    insert.run(name, body, cutUp(body, patientId, type))
  const listed = await get(list)
  keep('list', 'Immunization', listed)
  keep('search', 'Observation', await get(search))
  answers.close()
  const observations = JSON.parse(await get('/onpatient_api/fhir/Observation?page-size=200')) as {
    results: Array<{ id: string }>
  }
  const ids = observations.results.map(({ id }) => id)
  return [
    {
      name: 'read by id, classic',
      goal: 0.7,
      paths: ids.map((id) => `/onpatient_api/fhir/Observation/${id}`),
      floorPaths: ids.map((id) => `/record/${patientId}/Observation/${id}`),
    },
    {
      name: 'read by id, r4',
      goal: 0.7,
      paths: ids.map((id) => `/fhir/r4/Observation/${id}`),
      floorPaths: ids.map((id) => `/record/${patientId}/Observation/${id}`),
    },
    {
      name: `classic list, ${JSON.parse(listed).results.length} immunizations`,
      goal: 0.7,
      paths: [list],
      floorPaths: ['/answer/list'],
      joinedPaths: ['/joined/list'],
    },
    {
      name: 'r4 search, 50 sorted of category and date',
      goal: 0.5,
      paths: [search],
      floorPaths: ['/answer/search'],
      joinedPaths: ['/joined/search'],
    },
  ]
}

/** Where the records stand in an answer, and what stands between them. */
function cutUp(body: string, patient: string, type: string): string {
  const db = new Database(file, { readonly: true })
  const records = db
    .prepare('select id, content from record where patient_id = ? and type = ?')
    .all(patient, type) as Array<{ id: string; content: string }>
  db.close()
  const found = records
    .map(({ id, content }) => ({ id, content, at: body.indexOf(content) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)
  const pieces: string[] = []
  let end = 0
  for (const { at, content } of found) {
    pieces.push(body.slice(end, at))
    end = at + content.length
  }
  return JSON.stringify({
    patient,
    type,
    ids: found.map(({ id }) => id),
    pieces: [...pieces, body.slice(end)],
  })
}

/** Ours and the floors in turn, twice, so that a busy moment of the machine hits all. */
async function compare(load: Load, ours: string, floor: string, token: string): Promise<void> {
  const rates = { ours: 0, floor: 0, joined: 0 }
  for (let round = 0; round < 2; round++) {
    rates.ours += await measure(ours, load.paths, { authorization: `Bearer ${token}` })
    rates.floor += await measure(floor, load.floorPaths, {})
    rates.joined += await measure(floor, load.joinedPaths ?? load.floorPaths, {})
  }
  const cells = [
    load.name,
    Math.round(rates.ours / 2),
    Math.round(rates.joined / 2),
    (rates.ours / rates.joined).toFixed(2),
    Math.round(rates.floor / 2),
    (rates.ours / rates.floor).toFixed(2),
    load.goal,
  ]
  print(`| ${cells.join(' | ')} |`)
}

async function measure(url: string, paths: string[], headers: Record<string, string>): Promise<number> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ method: 'GET', path, headers })),
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`)
  return result.requests.average
}

function residentMegabytes({ pid }: ChildProcess): string {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return String(Math.round(Number(kilobytes) / 1024))
  } catch {
    return '?'
  }
}
