/**
 * The floor: a bare Fastify that answers the same bytes from the same database by primary key, with no checks and no
 * log. `node bench/floor-server.ts DATABASE_URL`
 */
import Database from 'better-sqlite3'
import { fastify } from 'fastify'
import { Pool } from 'pg'

interface FloorStatement {
  read(name: string): Promise<string> | string
  readAll(names: string[]): Promise<string[]> | string[]
}

const [url = ''] = process.argv.slice(2)
const reader = url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : openPostgres(url)

function openSqlite(file: string): FloorStatement {
  const statement = new Database(file, { readonly: true })
    .prepare('select body from floor_answer where name = ?')
    .pluck()
  const read = (name: string) => statement.get(name) as string
  return { read, readAll: (names) => names.map(read) }
}

function openPostgres(connectionString: string): FloorStatement {
  // As many connections as our server has.
  const pool = new Pool({ connectionString, max: 10 })
  const one = { name: 'one', text: 'select body from floor_answer where name = $1' }
  const many = { name: 'many', text: 'select name, body from floor_answer where name = any($1)' }
  return {
    read: async (name) => (await pool.query({ ...one, values: [name] })).rows[0].body,
    async readAll(names) {
      const { rows } = await pool.query({ ...many, values: [names] })
      const bodies = new Map(rows.map((row) => [row.name, row.body]))
      return names.map((name) => bodies.get(name) ?? '')
    },
  }
}

/** The records of an answer, and the pieces of text between them. */
interface Parts {
  records: string[]
  pieces: string[]
}

const partsOf = new Map<string, Parts>()
const json = 'application/json; charset=utf-8'
const app = fastify()
app.get('/answer/:name', async (request, reply) => {
  const { name } = request.params as { name: string }
  return reply.type(json).send(await reader.read(name))
})
// The same bytes put together from the records, each by its primary key.
app.get('/joined/:name', async (request, reply) => {
  const { name } = request.params as { name: string }
  const parts = partsOf.get(name) ?? (JSON.parse(await reader.read(`parts-of-${name}`)) as Parts)
  partsOf.set(name, parts)
  const bodies = await reader.readAll(parts.records)
  let body = parts.pieces[0] ?? ''
  for (const [index, record] of bodies.entries()) body += record + (parts.pieces[index + 1] ?? '')
  return reply.type(json).send(body)
})
await app.listen({ port: 0, host: '127.0.0.1' })
const address = app.server.address()
process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
