import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Measured, median, type Result } from './measure.js'

export function print({ engine, workload, perSecond, against }: Result): void {
  const ratios = against.map((one) => `${one.subject} ${ratioText(one)}`)
  console.log(
    `${engine.padEnd(9)} ${workload.padEnd(26)} ${Math.round(perSecond).toString().padStart(6)}/s  ${ratios.join('   ')}`,
  )
}

/** Markdown and chart, in `docs/`. */
export async function write(results: readonly Result[], rounds: number): Promise<void> {
  const docs = new URL('../../../docs/', import.meta.url)
  const page = new URL('benchmark.md', docs)
  await writeFile(page, markdown(results, rounds))
  execFileSync('npx', ['biome', 'format', '--write', fileURLToPath(page)])
  await writeFile(new URL('benchmark.svg', docs), chart(results))
}

function ratioText({ ratios }: Measured): string {
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`
}

function markdown(results: readonly Result[], rounds: number): string {
  const engines = [...new Set(results.map(({ engine }) => engine))]
  const tables = engines.map((engine) => {
    const own = results.filter((result) => result.engine === engine)
    const subjects = [...new Set(own.flatMap(({ against }) => against.map(({ subject }) => subject)))]
    const lines = own.map(({ workload, perSecond, against }) => {
      const cells = subjects.map((subject) => {
        const found = against.find((one) => one.subject === subject)
        return found === undefined ? '' : ratioText(found)
      })
      return `| ${[workload, Math.round(perSecond).toLocaleString('en'), ...cells].join(' | ')} |`
    })
    const head = `| ${['', 'requests/s', ...subjects.map((subject) => `against ${subject}`)].join(' | ')} |`
    return `## ${engine}\n\n${head}\n|${' --- |'.repeat(subjects.length + 2)}\n${lines.join('\n')}\n`
  })
  return `# Benchmark

Requests per second of Faucet, and their ratio to those of the others (above 1: Faucet answers more), the median of ${rounds} rounds of 1 s in
turns, with the lowest and the highest. 16 connections, Node ${process.versions.node}, ${cpus().length} cores shared by servers, database and client.
\`express\` and \`koa\` are handlers written by hand with \`pg\`, \`mysql2\` or \`better-sqlite3\` (\`test/bench/speed/by-hand.ts\`), \`floor\` is Express
handing over JSON that the database built, \`platformatic\` is Platformatic DB 3 on the Node 22 it asks for, \`faucet on koa\` the same
API on another host, \`itself, held\` Faucet on a table whose contract is held through a rename and a type change. The rest runs on Express 5.
[performance.md](performance.md) says why the figures are what they are.
\`npm run bench\` writes this page.

![Ratios to the handler written by hand](benchmark.svg)

${tables.join('\n')}`
}

const rowHeight = 22
const labelWidth = 230
const unit = 150

/** A bar for each workload: Faucet against the Express handler written by hand; the line is 1. */
function chart(results: readonly Result[]): string {
  const bars = results.flatMap(({ engine, workload, against }) => {
    const express = against.find(({ subject }) => subject === 'express')
    return express === undefined ? [] : [{ label: `${engine}: ${workload}`, ratio: median(express.ratios) }]
  })
  const most = Math.max(2, ...bars.map(({ ratio }) => ratio))
  const width = labelWidth + unit * most + 60
  const height = rowHeight * bars.length + 30
  const rows = bars.map(({ label, ratio }, index) => {
    const y = 20 + index * rowHeight
    return `<text x="${labelWidth - 8}" y="${y + 12}" text-anchor="end">${label}</text><rect x="${labelWidth}" y="${y}" width="${(unit * ratio).toFixed(1)}" height="16" fill="${ratio >= 1 ? '#2b7a4b' : '#b3541e'}"/><text x="${(labelWidth + unit * ratio + 6).toFixed(1)}" y="${y + 12}">${ratio.toFixed(2)}</text>`
  })
  const line = `<line x1="${labelWidth + unit}" y1="14" x2="${labelWidth + unit}" y2="${height - 8}" stroke="#555" stroke-dasharray="3 3"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12"><title>Requests per second of Faucet as a ratio to a handler written by hand</title><rect width="100%" height="100%" fill="#fff"/>${rows.join('')}${line}</svg>\n`
}
