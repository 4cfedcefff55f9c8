/** The floor: a bare Fastify that answers the same bytes from the same file by primary key, with no checks and no log. */
import Database from 'better-sqlite3'
import { fastify } from 'fastify'

const [file = '', answers = ''] = process.argv.slice(2)
const db = new Database(file, { readonly: true })
const read = db.prepare('select content from record where patient_id = ? and type = ? and id = ?').pluck()
const prepared = new Database(answers, { readonly: true })
const answer = prepared.prepare('select body from answer where name = ?').pluck()

const app = fastify()
app.get('/record/:patient/:type/:id', (request, reply) => {
  const { patient, type, id } = request.params as Record<string, string>
  return reply.type('application/json; charset=utf-8').send(read.get(patient, type, id))
})
// The same bytes from the records themselves, each by its primary key.
interface Joined {
  patient: string
  type: string
  ids: string[]
  pieces: string[]
}
const joined = new Map<string, Joined>()
for (const { name, parts } of prepared.prepare('select name, parts from answer').all() as Array<{
  name: string
  parts: string
}>)
  joined.set(name, JSON.parse(parts))
app.get('/joined/:name', (request, reply) => {
  const found = joined.get((request.params as { name: string }).name)
  if (!found) return reply.code(404).send()
  const { patient, type, ids, pieces } = found
  let body = pieces[0] ?? ''
  for (const [index, id] of ids.entries()) body += read.get(patient, type, id) + (pieces[index + 1] ?? '')
  return reply.type('application/json; charset=utf-8').send(body)
})
app.get('/answer/:name', (request, reply) => {
  const { name } = request.params as { name: string }
  return reply.type('application/json; charset=utf-8').send(answer.get(name))
})
await app.listen({ port: 0, host: '127.0.0.1' })
const address = app.server.address()
process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
