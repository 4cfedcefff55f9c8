import type { FastifyPluginAsync } from 'fastify'
import { preflight, readableByAll } from '../http/cors.ts'
import { smartStylePath } from '../http/smart-style-path.ts'
import { readAsset } from './page-asset.ts'

/** How an app may look like the portal it was started from: SMART App Launch 2.2, styling (`smart_style_url`). */
export const smartStyle: FastifyPluginAsync = async (app) => {
  app.get(smartStylePath, { logLevel: 'warn' }, async (_request, reply) =>
    reply.headers({ ...readableByAll, 'cache-control': 'public, max-age=3600' }).send(style),
  )
  app.options(smartStylePath, preflight('GET', 'Accept, Cache-Control, X-Requested-With'))
}

/** The tokens before the first `@media` are those of the light scheme. */
const [lightTokens = ''] = readAsset('tokens.css').split('@media')

/** Throws at start when the stylesheet has no such token. */
function tokenOf(name: string): string {
  const [, value] = new RegExp(`--${name}: ([^;]+);`).exec(lightTokens) ?? []
  if (value === undefined) throw new Error(`tokens.css has no --${name}`)
  return value
}

/** The light colours and sizes of assets/tokens.css. */
const style = {
  color_background: tokenOf('ground'),
  color_error: tokenOf('danger'),
  color_highlight: tokenOf('accent'),
  color_modal_backdrop: tokenOf('panel-deep'),
  color_success: tokenOf('success'),
  color_text: tokenOf('text'),
  dim_border_radius: tokenOf('radius'),
  dim_font_size: '16px',
  dim_spacing_size: '16px',
  font_family_body: tokenOf('font'),
  font_family_heading: tokenOf('font'),
}
