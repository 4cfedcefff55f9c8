import type { FastifyPluginAsync } from 'fastify'
import { preflight, readableByAll } from './cors.ts'

export const smartStylePath = '/smart-style.json'

/** The light colours and sizes of server/pages/assets/tokens.css, which a test compares. */
const style = {
  color_background: '#f3f7f6',
  color_error: '#ac2318',
  color_highlight: '#0b6468',
  color_modal_backdrop: '#073c42',
  color_success: '#17633a',
  color_text: '#10272b',
  dim_border_radius: '10px',
  dim_font_size: '16px',
  dim_spacing_size: '16px',
  font_family_body:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
  font_family_heading:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif',
}

/** How an app may look like the portal it was started from: SMART App Launch 2.2, styling (`smart_style_url`). */
export const smartStyle: FastifyPluginAsync = async (app) => {
  app.get(smartStylePath, { logLevel: 'warn' }, async (_request, reply) =>
    reply.headers({ ...readableByAll, 'cache-control': 'public, max-age=3600' }).send(style),
  )
  app.options(smartStylePath, preflight('GET', 'Accept, Cache-Control, X-Requested-With'))
}
