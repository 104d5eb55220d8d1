// Starts an engine, prints its workers' process ids, keeps it busy, and waits to be killed.
import { createLlamaEngine, type LlamaEngineOptions } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'

const options = JSON.parse(process.argv[2] ?? '{}') as LlamaEngineOptions
const engine = createLlamaEngine(options)
await engine.start()
const exams = seededExamRequests('doomed-parent', 8)
process.stdout.write(`${JSON.stringify(engine.status.workers.map(({ pid }) => pid))}\n`)
for (;;) await engine.evaluate(exams)
