// 100 kills in a row of busy workers under load: every call answered with the right bits or ended by a typed error.
import { seededExamRequests } from '@poai/testing'
import { createTestModel } from '../model/test-model.ts'
import { runWorkerKills } from '../model/worker-kills.ts'

const kills = Number(process.argv[2] ?? 100)
const model = await createTestModel()
const begin = performance.now()
const report = await runWorkerKills(model.options, seededExamRequests('worker-kills', 24), { kills })
await model.remove()
console.table({ ...report, seconds: Math.round((performance.now() - begin) / 1000) })
if (report.wrong > 0 || report.hung > 0 || report.crashes < kills) {
  console.error('worker-kills: FAILED')
  process.exitCode = 1
}
