// Mocha's spec reporter, and then what CI reads: which suites were skipped and why, and one closing line.
const { reporters, Runner } = require('mocha')

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const skipped = new Set()
    runner.on(Runner.constants.EVENT_TEST_PENDING, (test) =>
      skipped.add(test.titlePath().find((title) => title.includes('SKIPPED')) ?? test.fullTitle()),
    )
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats
      for (const title of skipped) console.log(`SKIPPED ${title}`)
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`)
    })
  }
}
