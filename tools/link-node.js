// Runs at the end of "npm ci", in JavaScript, since it may run on an older Node: gives `node` of the package for this machine its place in
// node_modules/.bin. npm 11 has done that by then; npm 10 takes the link away again with the packages for other machines, which have a
// program of the same name.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const platform = process.platform === 'win32' ? 'win' : process.platform
const name = `node-${platform}-${process.arch}`
const program = platform === 'win' ? 'node.exe' : 'node'
const folder = join('node_modules', '.bin')
const link = join(folder, platform === 'win' ? 'node.cmd' : 'node')

if (existsSync(join('node_modules', name, 'bin', program)) && !existsSync(link)) {
  mkdirSync(folder, { recursive: true })
  if (platform === 'win') writeFileSync(link, `@"%~dp0\\..\\${name}\\bin\\${program}" %*\r\n`)
  else symlinkSync(join('..', name, 'bin', program), link)
}
