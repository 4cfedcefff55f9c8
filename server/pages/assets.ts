import type { FastifyInstance } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import { favicon } from './logo.ts'
import { makePageAsset, readAsset, servePageAsset } from './page-asset.ts'

const stylesheet = makePageAsset(
  ['tokens.css', 'components.css', 'pages.css'].map(readAsset).join('\n'),
  'pages',
  'css',
)

export const stylesheetPath = stylesheet.path

/** Serves the stylesheet of every server-rendered page, and the icon. */
export const pageAssets = fastifyPlugin(async (app: FastifyInstance) => {
  servePageAsset(app, stylesheet)
  app.get('/favicon.svg', async (_request, reply) => {
    return reply.header('cache-control', 'public, max-age=86400').type('image/svg+xml').send(favicon)
  })
})
